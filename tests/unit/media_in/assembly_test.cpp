#include "common/media_in/assembly.hpp"

#include <optional>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace live::media_in {
namespace {

codec::Parameters aac(std::uint32_t rate) {
  codec::Parameters out{.codec = codec::Codec::aac, .config = {0x11, 0x90}};
  out.sample_rate = rate;
  out.channels = 2;
  return out;
}
codec::Parameters vp9(std::uint32_t width) {
  codec::Parameters out{.codec = codec::Codec::vp9, .config = {}};
  out.width = width;
  out.height = 180;
  return out;
}

/// Pictures of 40 ms, a key frame every second; sound in frames of 1024 samples; both stamped in ms.
class AssemblyTest : public testing::Test {
 protected:
  static Shape shape(const codec::Parameters& parameters) {
    Shape out{{av::describe(parameters), parameters}, {}};
    out.stamps.timescale = out.track.stream.time_base_den;
    out.stamps.reorders = codec::is_video(parameters.codec);
    return out;
  }
  void picture(std::int64_t ms) {
    Raw raw;
    raw.key = ms % 1000 == 0;
    raw.stamp = {ms, ms, {}};
    raw.packet = av::Packet::copy_of(Buffer{1, 2, 3});
    assembly.push(std::move(raw), items);
  }
  void sound(std::int64_t ms) {
    Raw raw;
    raw.video = false;
    raw.samples = 1024;
    raw.stamp = {ms, ms, {}};
    raw.packet = av::Packet::copy_of(Buffer{1});
    assembly.push(std::move(raw), items);
  }
  [[nodiscard]] std::vector<Epoch> epochs() const {
    std::vector<Epoch> out;
    for (const auto& item : items) {
      if (const auto* epoch = std::get_if<Epoch>(&item)) out.push_back(*epoch);
    }
    return out;
  }
  [[nodiscard]] std::vector<const Unit*> units(bool video) const {
    std::vector<const Unit*> out;
    for (const auto& item : items) {
      const auto* unit = std::get_if<Unit>(&item);
      if (unit != nullptr && unit->video == video) out.push_back(unit);
    }
    return out;
  }
  Assembly assembly;
  std::vector<Item> items;
};

TEST_F(AssemblyTest, BeginsWithAKeyFrameAt10SecondsOnceBothTracksAreKnown) {
  assembly.video(shape(vp9(320)));
  picture(960);
  picture(1000);
  EXPECT_TRUE(items.empty()) << "there may be sound";
  assembly.audio(shape(aac(48'000)));
  sound(990);
  sound(1011);
  picture(1040);
  ASSERT_EQ(epochs().size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Epoch>(items.front()));
  ASSERT_EQ(units(true).size(), 2U);
  EXPECT_EQ(units(true).front()->dts, 900'000);
  ASSERT_EQ(units(false).size(), 1U) << "sound before the picture is left out";
  EXPECT_EQ(units(false).front()->dts, 480'000 + 11 * 48);
}

TEST_F(AssemblyTest, WaitsASecondForSoundByTheStampsOfTheSource) {
  assembly.video(shape(vp9(320)));
  for (std::int64_t ms = 0; ms < 1000; ms += 40)
    picture(ms);
  EXPECT_TRUE(items.empty());
  picture(1000);
  EXPECT_EQ(units(true).size(), 26U);
  EXPECT_FALSE(epochs().front().audio);
}

TEST_F(AssemblyTest, SoundThatComesLateBeginsAnEpochAtTheNextKeyFrame) {
  assembly.video(shape(vp9(320)));
  assembly.without_audio();
  for (std::int64_t ms = 0; ms < 3000; ms += 40) {
    if (ms == 1200) assembly.audio(shape(aac(48'000)));
    picture(ms);
    if (ms >= 1200) sound(ms);
  }
  ASSERT_EQ(epochs().size(), 2U);
  EXPECT_TRUE(epochs().back().audio);
  EXPECT_EQ(units(true).size(), 75U) << "no picture is lost";
  EXPECT_NEAR(static_cast<double>(units(false).front()->dts), 12 * 48'000, 48);
}

TEST_F(AssemblyTest, SoundAloneLeavesAtOnceWhereThereIsNoVideo) {
  assembly.without_video();
  assembly.audio(shape(aac(44'100)));
  sound(0);
  ASSERT_EQ(units(false).size(), 1U);
  EXPECT_EQ(units(false).front()->dts, 441'000);
}

TEST_F(AssemblyTest, APictureThatComesLateBeginsAnEpoch) {
  assembly.without_video();
  assembly.audio(shape(aac(48'000)));
  for (std::int64_t ms = 0; ms < 2000; ms += 20) {
    if (ms == 1000) assembly.video(shape(vp9(320)));
    sound(ms);
    if (ms >= 1000) picture(ms);
  }
  ASSERT_EQ(epochs().size(), 2U);
  EXPECT_TRUE(epochs().back().video && epochs().back().audio);
  EXPECT_EQ(units(true).front()->dts, 11 * 90'000);
}

TEST_F(AssemblyTest, AnotherSizeBeginsAnEpochAndTimeGoesOn) {
  assembly.video(shape(vp9(320)));
  assembly.without_audio();
  for (std::int64_t ms = 0; ms < 2000; ms += 40) {
    if (ms == 1000) assembly.video(shape(vp9(640)));
    picture(ms);
  }
  ASSERT_EQ(epochs().size(), 2U);
  EXPECT_EQ(epochs().back().video->parameters->width, 640U);
  EXPECT_EQ(units(true)[25]->dts, 990'000);
}

TEST_F(AssemblyTest, GivesWhatIsHeldAtTheEnd) {
  assembly.video(shape(vp9(320)));
  picture(0);
  EXPECT_TRUE(items.empty());
  assembly.finish(items);
  EXPECT_EQ(units(true).size(), 1U);
}

}  // namespace
}  // namespace live::media_in
