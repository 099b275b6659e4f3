#include "tools/s3-dvr-sync/verdict.hpp"

#include <algorithm>
#include <array>

namespace s3_dvr_sync {
namespace {

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::ranges::find(codes, code) != codes.end();
}

Verdict judge_refusal(int status, std::string_view code) {
  if (is_one_of(code, {"ExpiredToken", "ExpiredTokenException", "InvalidToken",
                       "TokenRefreshRequired", "InvalidAccessKeyId", "SignatureDoesNotMatch"}))
    return Verdict::expired;
  return status == 401 || status == 403 ? Verdict::denied : Verdict::answer;
}

}  // namespace

Verdict judge(int status, std::string_view code) {
  if (status == 0 || status == 408 || status == 429 || status >= 500) {
    return status == 501 ? Verdict::answer : Verdict::later;
  }
  // Of these codes some come with a 200 (CompleteMultipartUpload), a 400 or a 409.
  if (is_one_of(code,
                {"SlowDown", "SlowDownWrite", "InternalError", "ServiceUnavailable",
                 "RequestTimeout", "OperationAborted", "ConditionalRequestConflict", "Throttling",
                 "RequestLimitExceeded", "BadDigest", "XAmzContentSHA256Mismatch",
                 "XAmzContentChecksumMismatch", "IncompleteBody"}))
    return Verdict::later;
  if (code == "RequestTimeTooSkewed") return Verdict::skewed;
  if (code == "NoSuchBucket") return Verdict::no_bucket;
  if (status == 301 || status == 302 || status == 307 || status == 308 ||
      code == "AuthorizationHeaderMalformed" || code == "PermanentRedirect")
    return Verdict::elsewhere;
  return judge_refusal(status, code);
}

std::chrono::milliseconds Jitter::next(unsigned failures) {
  random_ ^= random_ << 13U;
  random_ ^= random_ >> 7U;
  random_ ^= random_ << 17U;
  constexpr unsigned most_doublings = 6;  // 32 s
  const auto doublings = std::min(std::max(failures, 1U) - 1, most_doublings);
  const auto most = std::min(first * (1U << doublings), longest);
  return std::chrono::milliseconds{random_ % static_cast<std::uint64_t>(most.count() + 1)};
}

}  // namespace s3_dvr_sync
