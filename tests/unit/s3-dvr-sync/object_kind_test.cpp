#include "tools/s3-dvr-sync/object_kind.hpp"

#include <gtest/gtest.h>

namespace s3_dvr_sync {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20U, gibibyte = 1U << 30U;

TEST(PartPlan, CoversTheFileToItsLastByte) {
  for (const auto bytes : {multipart_from, multipart_from + 1, 3 * gibibyte - 1}) {
    const auto plan = plan_parts(bytes);
    EXPECT_EQ(plan.size, least_part);
    EXPECT_LT((plan.count - 1) * plan.size, bytes);
    EXPECT_GE(plan.count * plan.size, bytes);
  }
}

TEST(PartPlan, PartsGrowRatherThanBeTooMany) {
  const auto plan = plan_parts(5120 * gibibyte);
  EXPECT_LE(plan.count, most_parts);
  EXPECT_EQ(plan.size % mebibyte, 0U);
}

TEST(ObjectKind, TypesGoByTheName) {
  EXPECT_EQ(content_type("720p/1700000000000.m4s"), "video/iso.segment");
  EXPECT_EQ(content_type("live/vod-a.m3u8"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(content_type("DCIM/0001.MP4"), "video/mp4");
  EXPECT_EQ(content_type("notes"), "application/octet-stream");
}

TEST(ObjectKind, OnlyAnOpenPlaylistChanges) {
  EXPECT_EQ(cache_control(Kind::open_playlist), "no-cache");
  EXPECT_EQ(cache_control(Kind::playlist), cache_control(Kind::media));
}

}  // namespace
}  // namespace s3_dvr_sync
