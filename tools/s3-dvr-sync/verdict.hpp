// What an answer of an S3 server means for the request ("Error responses", Amazon S3 API Reference), and how long to wait
// before the next attempt.  Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace s3_dvr_sync {

enum class Verdict {
  answer,     ///< for who asked: done, or refused for a reason that is its own (404, 412)
  later,      ///< again after a while: timeouts, resets, 429, 5xx, SlowDown
  skewed,     ///< our clock is not the server's
  elsewhere,  ///< the bucket is in another region, or at another host
  expired,    ///< other credentials may do
  denied,     ///< it will not be allowed
  no_bucket,  ///< there is none of that name
};

/// `status` 0: no answer came.  `code`: of <Error>; empty where the answer had no body.
Verdict judge(int status, std::string_view code);

/// Full jitter ("Exponential backoff and jitter", AWS Architecture Blog): anything from nothing to what doubles with each
/// failure, from 0.5 s to 30 s.
class Jitter {
 public:
  static constexpr std::chrono::milliseconds first{500}, longest{30'000};
  explicit Jitter(std::uint64_t seed) : random_(seed | 1U) {}
  /// After `failures` in a row, at least 1.
  std::chrono::milliseconds next(unsigned failures);

 private:
  std::uint64_t random_;  ///< xorshift64
};

}  // namespace s3_dvr_sync
