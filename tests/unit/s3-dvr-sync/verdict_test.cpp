#include "tools/s3-dvr-sync/verdict.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace s3_dvr_sync {
namespace {

TEST(Verdict, WhatPassesIsTriedAgain) {
  for (const int status : {0, 408, 429, 500, 502, 503, 504})
    EXPECT_EQ(judge(status, ""), Verdict::later) << status;
  EXPECT_EQ(judge(503, "SlowDown"), Verdict::later);
  EXPECT_EQ(judge(200, "InternalError"), Verdict::later);
  EXPECT_EQ(judge(400, "RequestTimeout"), Verdict::later);
  EXPECT_EQ(judge(409, "ConditionalRequestConflict"), Verdict::later);
}

TEST(Verdict, WhatCanBeLearntIsNoRefusal) {
  EXPECT_EQ(judge(403, "RequestTimeTooSkewed"), Verdict::skewed);
  EXPECT_EQ(judge(301, "PermanentRedirect"), Verdict::elsewhere);
  EXPECT_EQ(judge(307, "TemporaryRedirect"), Verdict::elsewhere);
  EXPECT_EQ(judge(400, "AuthorizationHeaderMalformed"), Verdict::elsewhere);
  EXPECT_EQ(judge(400, "ExpiredToken"), Verdict::expired);
  EXPECT_EQ(judge(403, "InvalidAccessKeyId"), Verdict::expired);
}

TEST(Verdict, TheRestIsForWhoAsked) {
  EXPECT_EQ(judge(403, "AccessDenied"), Verdict::denied);
  EXPECT_EQ(judge(403, ""), Verdict::denied);
  EXPECT_EQ(judge(404, "NoSuchBucket"), Verdict::no_bucket);
  for (const int status : {200, 204, 404, 412, 501})
    EXPECT_EQ(judge(status, ""), Verdict::answer) << status;
  EXPECT_EQ(judge(404, "NoSuchUpload"), Verdict::answer);
}

TEST(Jitter, IsAnythingUpToWhatDoubles) {
  Jitter jitter{7};
  std::chrono::milliseconds most{}, least = Jitter::longest;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_LE(jitter.next(1), Jitter::first);
    EXPECT_LE(jitter.next(3), 4 * Jitter::first);
    const auto late = jitter.next(100);
    most = std::max(most, late);
    least = std::min(least, late);
  }
  EXPECT_LE(most, Jitter::longest);
  EXPECT_GT(most, Jitter::longest * 9 / 10);
  EXPECT_LT(least, Jitter::longest / 10);
}

}  // namespace
}  // namespace s3_dvr_sync
