// Streams that ffmpeg makes, as bodies of messages, and read back.
#include "tools/social-relay/packer.hpp"

#include "common/flv/amf0_reader.hpp"
#include "common/flv/audio.hpp"
#include "common/flv/metadata.hpp"
#include "common/flv/video.hpp"
#include "tests/support/parsed.hpp"
#include "tests/unit/social-relay/film.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace social_relay {
namespace {

namespace flv = live::flv;
using live::codec::Codec;
using live::media_in::Epoch;
using live::media_in::Unit;
using live::test::good;

class PackerTest : public testing::Test {
 protected:
  void make(const std::string& codecs) {
    auto film = test::two_seconds(codecs);
    epoch_ = std::move(film.epoch);
    units_ = std::move(film.units);
    ASSERT_TRUE(epoch_.video && epoch_.audio && !units_.empty());
    tracks_ = make_tracks(epoch_.video->parameters, epoch_.audio->parameters, 25);
  }
  /// Each unit's body is read back as what it was made of.
  void check_units() {
    std::int64_t newest_pts = 0;
    bool seen_disposable = false;
    for (auto& unit : units_) {
      const auto item = make_item(tracks_, unit);
      ASSERT_EQ(item->video, unit.video);
      if (!unit.video) {
        const auto body = good<flv::AudioBody>(flv::parse_audio(item->body));
        ASSERT_EQ(body.packets.size(), 1U);
        EXPECT_TRUE(std::ranges::equal(body.packets[0].data, unit.packet.bytes()));
        EXPECT_FALSE(item->key) << "where there are pictures, they are what is begun with";
        continue;
      }
      const auto body = good<flv::VideoBody>(flv::parse_video(item->body));
      ASSERT_EQ(body.packets.size(), 1U);
      EXPECT_TRUE(std::ranges::equal(body.packets[0].data, unit.packet.bytes()));
      EXPECT_EQ(body.packets[0].key, unit.key);
      EXPECT_EQ(item->key, unit.key);
      EXPECT_NEAR(body.packets[0].composition_ms, static_cast<double>(unit.pts - unit.dts) / 90, 1);
      EXPECT_EQ(item->at.count(), live::rescale(unit.dts, 1'000'000, 90'000));
      // Without a pyramid exactly the pictures that are shown before one that came earlier are referred to by none.
      EXPECT_EQ(item->disposable, unit.pts < newest_pts) << unit.pts;
      seen_disposable = seen_disposable || item->disposable;
      newest_pts = std::max(newest_pts, unit.pts);
    }
    EXPECT_TRUE(seen_disposable);
  }
  /// Parameters that the sequence headers tell.
  std::pair<flv::VideoBody, flv::AudioBody> headers() const {
    return {good<flv::VideoBody>(flv::parse_video(tracks_->video_header)),
            good<flv::AudioBody>(flv::parse_audio(tracks_->audio_header))};
  }

  Epoch epoch_;
  std::vector<Unit> units_;
  std::shared_ptr<const Tracks> tracks_;
};

TEST_F(PackerTest, WritesWhatFlvAlwaysHadAsItAlwaysWas) {
  make("-c:v libx264 -x264-params bframes=2:b-adapt=0:b-pyramid=0:keyint=25 -c:a aac");
  const auto [video, audio] = headers();
  EXPECT_FALSE(video.enhanced);
  EXPECT_FALSE(audio.enhanced);
  EXPECT_EQ(flv::video_parameters(video.packets.at(0))->config, epoch_.video->parameters->config);
  EXPECT_EQ(flv::audio_parameters(audio.packets.at(0))->config, epoch_.audio->parameters->config);
  check_units();
}

TEST_F(PackerTest, WritesOthersEnhanced) {
  make(
      "-c:v libx265 -x265-params bframes=2:b-adapt=0:b-pyramid=0:keyint=25:log-level=none -c:a "
      "libopus");
  const auto [video, audio] = headers();
  EXPECT_TRUE(video.enhanced);
  EXPECT_TRUE(audio.enhanced);
  EXPECT_EQ(video.packets.at(0).codec_id, flv::four_cc("hvc1"));
  EXPECT_EQ(audio.packets.at(0).codec_id, flv::four_cc("Opus"));
  EXPECT_EQ(flv::video_parameters(video.packets.at(0))->config, epoch_.video->parameters->config);
  check_units();
}

TEST(IsDisposable, OnlyWhatHasSlicesThatAllAreUnreferred) {
  const live::Buffer reference{0, 0, 0, 2, 0x61, 0x80};   // nal_ref_idc 3, a slice
  const live::Buffer unreferred{0, 0, 0, 2, 0x01, 0x80};  // nal_ref_idc 0, a slice
  const live::Buffer delimiter{0, 0, 0, 2, 0x09, 0xF0};   // no slice
  auto both = unreferred;
  both.insert(both.end(), reference.begin(), reference.end());
  auto marked = delimiter;
  marked.insert(marked.end(), unreferred.begin(), unreferred.end());
  EXPECT_FALSE(is_disposable(Codec::avc, reference));
  EXPECT_TRUE(is_disposable(Codec::avc, unreferred));
  EXPECT_FALSE(is_disposable(Codec::avc, delimiter));
  EXPECT_FALSE(is_disposable(Codec::avc, both));
  EXPECT_TRUE(is_disposable(Codec::avc, marked));
  EXPECT_FALSE(is_disposable(Codec::avc, {}));
  EXPECT_FALSE(is_disposable(Codec::av1, unreferred)) << "nobody knows";
  EXPECT_TRUE(is_disposable(Codec::hevc, live::Buffer{0, 0, 0, 3, 0x00, 0x01, 0x80}));   // TRAIL_N
  EXPECT_FALSE(is_disposable(Codec::hevc, live::Buffer{0, 0, 0, 3, 0x02, 0x01, 0x80}));  // TRAIL_R
}

}  // namespace
}  // namespace social_relay
