// One stream with its source and its viewers.
#pragma once

#include "tools/fmp4-httpd/hub.hpp"
#include "tools/fmp4-httpd/source.hpp"

#include <functional>
#include <string>

namespace fmp4_httpd {

class Channel {
 public:
  Channel(live::asio::io_context& io, const SourceSpec& spec, const Options& options, OnEof on_eof);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// `on_end` is called when the source has ended, each time; `SourceEnd` says how.
  void start(std::function<void(Channel&, const SourceEnd&)> on_end);
  /// Reads no more.
  void stop() { source_.stop(); }

  [[nodiscard]] const std::string& name() const { return stream_.name(); }
  [[nodiscard]] const live::Stream& stream() const { return stream_; }
  [[nodiscard]] const Hub& hub() const { return hub_; }
  [[nodiscard]] Hub& hub() { return hub_; }
  /// Why it is failed; empty otherwise.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  /// No more will ever come.
  [[nodiscard]] bool over() const { return over_; }

 private:
  void take(live::mp4::Item item);
  void end(const SourceEnd& how);

  live::Stream stream_;
  Hub hub_;
  Source source_;
  std::function<void(Channel&, const SourceEnd&)> on_end_;
  std::string reason_;
  bool over_ = false;
};

}  // namespace fmp4_httpd
