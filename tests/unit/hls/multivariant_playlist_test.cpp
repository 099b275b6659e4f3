#include "common/hls/multivariant_playlist.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace live;
using namespace live::hls;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr std::string_view ladder =
    "#EXTM3U\n"
    "#EXT-X-INDEPENDENT-SEGMENTS\n"
    "#EXT-X-START:TIME-OFFSET=-6\n"
    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,"
    "AUTOSELECT=YES,"
    "CHANNELS=\"2\",URI=\"audio/index.m3u8\"\n"
    "#EXT-X-STREAM-INF:BANDWIDTH=3300000,AVERAGE-BANDWIDTH=2900000,CODECS=\"avc1.4d401f,mp4a.40."
    "2\","
    "RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO=\"a\",VIDEO-RANGE=SDR\n"
    "720p/index.m3u8\n"
    "#EXT-X-STREAM-INF:BANDWIDTH=66000\n"
    "audio/index.m3u8\n";

MultivariantPlaylist parsed(std::string_view text) {
  auto answer = parse_multivariant_playlist(text);
  if (const auto* bad = std::get_if<Malformed>(&answer)) {
    ADD_FAILURE() << "line " << bad->at << ": " << bad->why;
    return {};
  }
  return std::get<MultivariantPlaylist>(std::move(answer));
}

bool is_refused(std::string_view text) {
  return std::holds_alternative<Malformed>(parse_multivariant_playlist(text));
}

}  // namespace

TEST(MultivariantPlaylist, ReadsVariantsAndRenditions) {
  const auto list = parsed(ladder);
  EXPECT_TRUE(list.independent_segments);
  EXPECT_THAT(list.others, ElementsAre("#EXT-X-START:TIME-OFFSET=-6"));
  ASSERT_EQ(list.variants.size(), 2U);
  const auto& first = list.variants[0];
  EXPECT_EQ(first.uri, "720p/index.m3u8");
  EXPECT_EQ(first.bandwidth, 3'300'000U);
  EXPECT_EQ(first.average_bandwidth, 2'900'000U);
  EXPECT_EQ(first.codecs, "avc1.4d401f,mp4a.40.2");
  EXPECT_EQ(first.width, 1280U);
  EXPECT_EQ(first.height, 720U);
  EXPECT_DOUBLE_EQ(first.frame_rate, 29.97);
  EXPECT_EQ(first.audio_group, "a");
  EXPECT_THAT(first.others, ElementsAre("VIDEO-RANGE=SDR"));
  EXPECT_EQ(list.variants[1].width, 0U);
  ASSERT_EQ(list.media.size(), 1U);
  EXPECT_EQ(list.media[0].uri, "audio/index.m3u8");
  EXPECT_TRUE(list.media[0].is_default);
  EXPECT_THAT(list.media[0].others, ElementsAre("CHANNELS=\"2\""));
}

TEST(MultivariantPlaylist, WritesWhatItReads) {
  auto list = parsed(ladder);
  list.version = 0;
  EXPECT_EQ(format(list), ladder);
  list.version = 6;
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:6\n"));
  EXPECT_EQ(parsed(format(list)), list);
}

TEST(MultivariantPlaylist, TheNameIsForPeople) {
  MultivariantPlaylist list;
  list.variants.resize(1);
  list.variants[0].uri = "a/index.m3u8";
  list.variants[0].bandwidth = 1;
  list.variants[0].name = "secret";
  EXPECT_EQ(format(list), "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na/index.m3u8\n");
}

TEST(MultivariantPlaylist, WritesTheVersionThatItsTagsNeed) {
  auto list = parsed(ladder);
  list.version = 0;
  list.others.emplace_back("#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"");
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:8\n"));
  list.variants[0].others.emplace_back("REQ-VIDEO-LAYOUT=\"CH-STEREO\"");
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:12\n"));
}

TEST(MultivariantPlaylist, CutAtEveryByteItIsReadOrRefused) {
  for (std::size_t size = 0; size < ladder.size(); ++size) {
    const auto answer = parse_multivariant_playlist(ladder.substr(0, size));
    if (const auto* list = std::get_if<MultivariantPlaylist>(&answer)) {
      EXPECT_EQ(parsed(format(*list)), *list) << size;
    }
  }
}

TEST(MultivariantPlaylist, RefusesWhatBreaksARule) {
  for (const auto* attributes :
       {"", "CODECS=\"a\"", "BANDWIDTH=x", "BANDWIDTH=-1", "BANDWIDTH=18446744073709551616",
        "BANDWIDTH=1,RESOLUTION=1x", "BANDWIDTH=1,RESOLUTION=0x0",
        "BANDWIDTH=1,RESOLUTION=999999x1", "BANDWIDTH=1,FRAME-RATE=nan",
        "BANDWIDTH=1,FRAME-RATE=1e3", "BANDWIDTH=1,FRAME-RATE=.",
        "BANDWIDTH=1,AVERAGE-BANDWIDTH=1.5", "BANDWIDTH=1,BANDWIDTH=2"})
    EXPECT_TRUE(is_refused("#EXTM3U\n#EXT-X-STREAM-INF:" + std::string{attributes} + "\na\n"))
        << attributes;
  EXPECT_TRUE(is_refused("#EXTM3U\na\n"));
  EXPECT_TRUE(
      is_refused("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-STREAM-INF:BANDWIDTH=1\na\n"));
  EXPECT_TRUE(is_refused("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n"));
  EXPECT_TRUE(is_refused("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a\"\n"));
  EXPECT_TRUE(is_refused("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na\n"));
}

TEST(MultivariantPlaylist, LimitsHold) {
  std::string many = "#EXTM3U\n";
  for (int i = 0; i < 1001; ++i)
    many += "#EXT-X-STREAM-INF:BANDWIDTH=1\na\n";
  EXPECT_TRUE(is_refused(many));
  EXPECT_TRUE(is_refused("#EXTM3U\n#" + std::string(1U << 20U, 'x') + '\n'));
}
