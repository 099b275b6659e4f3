#include "tools/s3-dvr-sync/vod.hpp"

#include <gtest/gtest.h>

namespace s3_dvr_sync {
namespace {

using namespace std::chrono_literals;
using live::hls::Segment;
using Type = live::hls::MediaPlaylist::Type;

Segment segment(int number, live::Us duration = 4s) {
  Segment out;
  out.uri = std::to_string(number) + ".m4s";
  out.duration = duration;
  out.map = live::hls::Map{"init.mp4", {}};
  return out;
}

VodRules rules(std::chrono::milliseconds split = 0ms) {
  return {.target_duration = 4s, .split = split, .uri_prefix = "720p/"};
}

TEST(VodList, GrowsAsAnEventAndEndsAsVod) {
  VodList list{rules()};
  EXPECT_TRUE(list.volumes().empty());
  auto first = segment(1);
  first.program_date_time = live::WallClock{} + 1000s;
  list.add(first, 1000);
  list.add(segment(2), 1000);
  const auto text = live::hls::format(list.volumes().front().list());
  EXPECT_EQ(text,
            "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n"
            "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MAP:URI=\"720p/init.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:16:40.000Z\n#EXTINF:4,\n720p/1.m4s\n"
            "#EXTINF:4,\n720p/2.m4s\n")
      << text;
  EXPECT_FALSE(list.volumes().front().is_closed());
  list.end();
  EXPECT_TRUE(list.volumes().front().is_closed());
  EXPECT_EQ(list.volumes().front().list().type, Type::vod);
}

TEST(VodList, KeysBesideTheListAreBesideItStill) {
  auto with_key = rules();
  with_key.key_prefix = "720p/";
  VodList list{with_key};
  auto one = segment(1);
  one.key = "METHOD=AES-128,URI=\"a.key\",IV=0x1\nMETHOD=SAMPLE-AES,URI=\"skd://x\"";
  list.add(one, 1);
  EXPECT_EQ(list.volumes().front().list().segments.back().key,
            "METHOD=AES-128,URI=\"720p/a.key\",IV=0x1\nMETHOD=SAMPLE-AES,URI=\"skd://x\"");
}

TEST(VodList, EveryTagIsKept) {
  VodList list{rules()};
  list.add(segment(1), 1);
  auto odd = segment(2);
  odd.discontinuity = odd.gap = true;
  odd.title = "t";
  odd.key = "METHOD=AES-128,URI=\"https://keys/1\"";
  odd.range = live::hls::ByteRange{10, 20};
  odd.program_date_time = live::WallClock{} + 5s;
  odd.others = {"#EXT-X-CUE-OUT:30"};
  list.add(odd, 0);
  auto wanted = odd;
  wanted.uri = "720p/2.m4s";
  wanted.map->uri = "720p/init.mp4";
  EXPECT_EQ(list.volumes().front().list().segments.back(), wanted);
}

TEST(VodList, TheTargetHoldsTheLongestSegmentRounded) {
  VodList list{rules()};
  list.add(segment(1, 4'499'999us), 1);
  EXPECT_EQ(list.volumes().front().list().target_duration, 4s);
  list.add(segment(2, 4'500'000us), 1);
  EXPECT_EQ(list.volumes().front().list().target_duration, 5s);
}

TEST(VodList, LongOnesAreSplitWithoutAGap) {
  VodList list{rules(8s)};
  for (int i = 0; i < 5; ++i) {
    auto one = segment(i);
    if (i == 0) one.program_date_time = live::WallClock{} + 100s;
    if (i == 2 || i == 3) one.discontinuity = true;
    list.add(one, 1);
  }
  ASSERT_EQ(list.volumes().size(), 3U);
  const auto& second = list.volumes()[1];
  EXPECT_TRUE(list.volumes()[0].is_closed() && second.is_closed());
  EXPECT_FALSE(list.volumes()[2].is_closed());
  EXPECT_EQ(second.begin().volume, 2U);
  EXPECT_EQ(second.begin().segments, 2U);
  EXPECT_EQ(second.list().segments.front().uri, "720p/2.m4s");
  EXPECT_FALSE(second.list().segments.front().discontinuity) << "nothing is before it";
  EXPECT_TRUE(second.list().segments.back().discontinuity);
  EXPECT_EQ(second.list().discontinuity_sequence, 1U);
  EXPECT_EQ(second.list().segments.front().program_date_time, live::WallClock{} + 108s);
  EXPECT_EQ(list.volumes()[2].list().discontinuity_sequence, 2U);
  EXPECT_EQ(list.volumes()[2].list().segments.front().program_date_time, live::WallClock{} + 116s);
}

TEST(VodList, GoesOnAfterARestartAsIfThereWereNone) {
  const auto make = [](int i) {
    auto one = segment(i);
    one.discontinuity = i % 2 == 0;
    if (i == 0) one.program_date_time = live::WallClock{} + 100s;
    return one;
  };
  VodList whole{rules(8s)};
  for (int i = 0; i < 7; ++i)
    whole.add(make(i), 1);
  while (whole.volumes().size() > 1) {
    whole.drop_front();
    const auto mark = parse_vod_mark(to_text(whole.mark()));
    ASSERT_EQ(mark, whole.mark());
    VodList again{rules(8s), *mark};
    for (auto i = static_cast<int>(mark->segments); i < 7; ++i)
      again.add(make(i), 1);
    ASSERT_EQ(again.volumes().size(), whole.volumes().size());
    for (std::size_t n = 0; n < again.volumes().size(); ++n) {
      EXPECT_EQ(again.volumes()[n].list(), whole.volumes()[n].list());
      EXPECT_EQ(again.volumes()[n].begin(), whole.volumes()[n].begin());
    }
  }
}

TEST(VodList, MeasuresWhatItLists) {
  VodList list{rules()};
  list.add(segment(1), 500'000);
  list.add(segment(2), 1'000'000);
  auto gap = segment(3);
  gap.gap = true;
  list.add(gap, 0);
  const auto& volume = list.volumes().front();
  EXPECT_EQ(volume.peak(), 2'000'000U);
  EXPECT_NEAR(static_cast<double>(volume.average()), 1'500'000, 2);
}

TEST(VodMark, IsReadAsItIsWritten) {
  for (const auto& mark : {VodMark{}, VodMark{3, 1'000'000, 7, live::WallClock{} + 1234ms}})
    EXPECT_EQ(parse_vod_mark(to_text(mark)), mark);
  for (const auto* text : {"", "1 2 3", "0 0 0 0", "1 2 3 4 5", "a b c d"})
    EXPECT_FALSE(parse_vod_mark(text)) << text;
}

TEST(VodName, CountsFromTheSecond) {
  EXPECT_EQ(vod_name("a1", 1), "vod-a1.m3u8");
  EXPECT_EQ(vod_name("a1", 3), "vod-a1-3.m3u8");
}

}  // namespace
}  // namespace s3_dvr_sync
