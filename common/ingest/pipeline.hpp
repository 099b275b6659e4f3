// Where a stream's media goes: the standard input of a command that is kept running, or our standard output.
//
//   - The command starts with the first media; when it dies while the stream goes on it is started again after a back-off
//     (250 ms doubling to 10 s, reset after 60 s of life), from the headers and the next start.
//   - Between us and it stands a queue of `queue_bytes`: above that, whole GOPs that have not been begun are dropped and
//     counted; the publisher is never slowed.
//   - finish(): end of file; after the leader's exit or 10 s its group gets SIGTERM, 5 s later SIGKILL.
//   - terminate(): the whole group gets SIGTERM at once, its stdin stays open until the leader has exited, then as above.
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
  std::uint64_t bytes = 0, dropped_gops = 0, dropped_bytes = 0, starts = 0;
  std::size_t queued = 0;
};

struct PipelineOptions {
  std::optional<process::Command> command;  ///< none: standard output (borrowed)
  std::size_t queue_bytes = 8U << 20U;
  std::string name;  ///< of the stream: for log lines
  std::chrono::milliseconds leave{10'000}, kill{5'000};
};

class Pipeline {
 public:
  /// `on_gone`: once, when everything of it has ended after finish() or terminate(); or the reader of standard output left.
  Pipeline(asio::io_context& io, PipelineOptions options, std::function<void()> on_gone);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline();

  /// Headers of what follows (an init segment; an FLV header with its sequence headers): written before the next start,
  /// and again when the command is started anew.
  void header(std::shared_ptr<const Buffer> header);
  /// `start`: a reader can begin here.  What comes before the first start is dropped.
  void push(Gather media, bool start);
  void finish();
  void terminate();

  [[nodiscard]] const PipelineCounts& counts() const;
  /// "running (pid 4711)", "waiting to start again", "ended".
  [[nodiscard]] std::string state() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live::ingest
