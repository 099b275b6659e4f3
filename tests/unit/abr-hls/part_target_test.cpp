#include "tools/abr-hls/part_target.hpp"

#include "common/codec/aac.hpp"

#include <gtest/gtest.h>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;
using live::Us;

Us target_of(Us part, double pictures) {
  RenditionInfo info;
  info.video.emplace();
  if (pictures > 0) info.thinned_90k = static_cast<std::int64_t>(90'000 / pictures);
  Targets targets;
  targets.part = part;
  return part_target(info, targets);
}

TEST(PartTarget, IsThatOfTheCutsWhereAllPicturesAreShown) {
  EXPECT_EQ(target_of(520ms, 0), 520ms);
  EXPECT_EQ(target_of(0ms, 15), 0ms);
}

TEST(PartTarget, IsWholePicturesOfWhoShowsFewer) {
  EXPECT_EQ(target_of(520ms, 12.5), 560ms);  // parts of 6 and 7 pictures
  EXPECT_EQ(target_of(500ms, 25), 520ms);
  EXPECT_EQ(target_of(500ms, 10), 500ms);
}

TEST(PartTarget, StaysWhereSomePartsWouldBeTooShort) {
  EXPECT_EQ(target_of(520ms, 25.0 / 3), 520ms);  // 4 and 5 pictures
  EXPECT_EQ(target_of(500ms, 7.5), 500ms);
}

TEST(PartTarget, IsWholeFramesOfSoundAlone) {
  RenditionInfo info;
  info.audio.emplace();
  info.audio->config = live::codec::aac::write_config({2, 48'000, 2, 1024});
  info.audio->sample_rate = 48'000;
  Targets targets;
  targets.part = 500ms;
  EXPECT_GE(part_target(info, targets), 24 * Us{21'333});
  EXPECT_LE(part_target(info, targets), 24 * Us{21'334});
}

}  // namespace
}  // namespace abr_hls
