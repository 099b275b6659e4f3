// Where a stream comes from: stdin, a FIFO, or a file.
//
//   pipe, socket  read as it comes; its end is the end of the stream
//   FIFO          a writer that goes may come back: what it left unfinished is dropped
//   file          paced by its own stamps; its end is the end of the stream
#pragma once

#include "common/base/fd.hpp"
#include "common/live/epoch.hpp"
#include "common/mp4/stream_reader.hpp"
#include "common/net/asio.hpp"
#include "tools/fmp4-httpd/options.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace fmp4_httpd {

/// How a writer, and with it perhaps the stream, ended.
struct SourceEnd {
  bool for_good = false;
  std::string failure;  ///< not empty: this is no live fMP4, and which command makes it
};

class Source {
 public:
  struct Events {
    std::function<void(live::mp4::Item)> item;
    std::function<void()> items_done;  ///< after all items that came together
    std::function<void(const SourceEnd&)> end;
  };

  /// Opens it.  Throws Failure: no_input when it is not there, usage when stdin is a terminal.
  Source(live::asio::io_context& io, const SourceSpec& spec, OnEof on_eof,
         const live::mp4::StreamLimits& limits);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// Calls `events` from the loop until the end for good.  REQUIRES: outlives the run of `io`.
  void start(Events events);
  void stop();

 private:
  enum class Kind { pipe, fifo, file };
  struct Paced;

  void open();
  void read_from(live::Fd pipe);
  live::awaitable<void> run();
  live::awaitable<void> run_pipe();
  live::awaitable<SourceEnd> read_writer();
  live::awaitable<void> be_closed_a_while();
  live::awaitable<SourceEnd> play_file();
  live::awaitable<void> pace(const live::mp4::Item& item, Paced& paced);
  [[nodiscard]] SourceEnd end_of_writer(const live::mp4::StreamReader& reader) const;
  [[nodiscard]] SourceEnd failure(const live::Malformed& why) const;
  [[nodiscard]] std::string label() const;

  live::asio::io_context& io_;
  const SourceSpec spec_;
  const OnEof on_eof_;
  const live::mp4::StreamLimits limits_;
  Events events_;
  Kind kind_ = Kind::pipe;
  live::Fd file_;
  live::asio::posix::stream_descriptor descriptor_;
  live::asio::steady_timer timer_;
  live::Buffer in_;
  bool stopped_ = false;
};

}  // namespace fmp4_httpd
