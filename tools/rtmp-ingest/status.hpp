// What --status tells of the streams: metrics for everybody who can reach it, /streams for who has the token.
//
//   GET /streams          a list      GET /streams/NAME    one of it
//   DELETE /streams/NAME  ends the stream and its publisher
#pragma once

#include "common/base/metrics.hpp"
#include "common/http/serve.hpp"
#include "tools/rtmp-ingest/connection.hpp"
#include "tools/rtmp-ingest/hub.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace rtmp_ingest {

/// The bearer token (RFC 6750) of --status-token-file.
class StatusToken {
 public:
  static constexpr std::size_t min_length = 8;

  StatusToken() = default;
  /// The first line of `file`.  Throws Failure(no_input, config) when it cannot be read or is too short.
  static StatusToken load(const std::filesystem::path& file);
  explicit StatusToken(std::string token) : token_(std::move(token)) {}

  [[nodiscard]] bool exists() const { return !token_.empty(); }
  /// Does the value of an Authorization header present it?  Takes the same time for every wrong one.
  [[nodiscard]] bool is_in(std::string_view authorization) const;

 private:
  std::string token_;
};

/// Answers /streams and what lies below it.  Without a token there is no such page.
live::http::Response streams_page(Hub& hub, const StatusToken& token,
                                  const live::http::Request& request, live::Monotonic now);

/// Series for the streams of the moment, never more than --max-publishers of them.
void add_metrics(const Shared& shared, live::MetricsText& out);
/// "ok", or "degraded: why".
std::string health(const Hub& hub);
std::string status_line(const Hub& hub, live::Monotonic now);

}  // namespace rtmp_ingest
