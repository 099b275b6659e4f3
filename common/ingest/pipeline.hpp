// Where a stream's media goes: the standard input of a command that is kept running, or our standard output.
//
//   - The command starts with the first media; when it dies while the stream goes on (an exit status of 0 is no better) it
//     is started again after a back-off (250 ms doubling to 10 s, reset after 60 s of life), once the rest of its group has
//     gone, from the headers and the next start.
//   - Between us and it stands a queue of `queue_bytes`: above that, whole GOPs that have not been begun are dropped and
//     counted; the publisher is never slowed.  A reader never sees half a piece and then another.
//   - A command that closes its standard input and lives on gets nothing more until it has exited.
//   - finish(): the queue is written, for at most 10 s; end of file; after the leader's exit or 10 s its group gets SIGTERM,
//     5 s later SIGKILL.
//   - terminate(): the whole group gets SIGTERM at once, its stdin stays open until the leader has exited, or for 10 s; 5 s
//     later SIGKILL.  No second SIGTERM: our own programs take that as the wish to leave unfinished.
#pragma once

#include "common/base/gather.hpp"
#include "common/net/asio.hpp"
#include "common/process/child.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace live::ingest {

/// What a pipeline counts.
struct PipelineCounts {
  std::uint64_t bytes = 0;         ///< written
  std::uint64_t dropped_gops = 0;  ///< wholly, or without their end
  std::uint64_t dropped_bytes = 0;
  std::uint64_t starts = 0;  ///< of the command
  std::size_t queued = 0;    ///< bytes
};

struct PipelineOptions {
  std::optional<process::Command> command;  ///< none: `output`
  int output = 1;                           ///< standard output; borrowed
  std::size_t queue_bytes = 8U << 20U;
  std::string name;  ///< of the stream: for log lines
  std::chrono::milliseconds leave{10'000}, kill{5'000};
};

class Pipeline {
 public:
  /// `on_gone`: once, when everything of it has ended after finish() or terminate(); or the reader of standard output left.
  /// From the loop, never from a call; the Pipeline may be destroyed in it.
  Pipeline(asio::io_context& io, PipelineOptions options, std::function<void()> on_gone);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  /// Kills what is left of the command's group.
  ~Pipeline();

  /// Headers of what follows (an init segment; an FLV header with its sequence headers): written before the next start,
  /// and again when the command is started anew.  A reader that has had other headers gets `change` in their place, where
  /// it is given (FLV: the sequence headers alone).
  void header(std::shared_ptr<const Buffer> header, std::shared_ptr<const Buffer> change = nullptr);
  /// `start`: a reader can begin here.  What comes before the first start is dropped, and what comes after finish() or
  /// terminate().
  void push(Gather media, bool start);
  /// The publisher has ended.
  void finish();
  /// We were asked to stop.  After finish() the group gets its SIGTERM now, and that end goes on.  For standard output the
  /// same as finish().
  void terminate();

  [[nodiscard]] const PipelineCounts& counts() const;
  /// "waiting for media", "running (pid 4711)", "ending (pid 4711)", "waiting to start again", "ended".
  [[nodiscard]] std::string state() const;
  /// Once gone: why standard output cannot be written ("No space left on device"); "" where nothing is wrong.
  [[nodiscard]] const std::string& trouble() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live::ingest
