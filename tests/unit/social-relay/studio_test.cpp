#include "tools/social-relay/studio.hpp"

#include "common/base/failure.hpp"
#include "tests/unit/social-relay/film.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

extern "C" {
#include <libavcodec/codec_par.h>
}

namespace social_relay {
namespace {

using live::Us;

Preset preset(const std::string& name, std::uint32_t rate) {
  return {name, 160, 120, rate, 200'000, 220'000, 300'000, 64'000, std::chrono::milliseconds{500}};
}

class StudioTest : public testing::Test {
 protected:
  void want(const std::vector<Preset>& presets) {
    Intake::Wishes wishes;
    for (const auto& one : presets) {
      wishes.push_back({one, [this, name = one.name](SharedItem item) {
                          const std::lock_guard lock{mutex_};
                          items_[name].push_back(std::move(item));
                        }});
    }
    studio_.want(std::move(wishes));
  }
  void play(test::Film& film) {
    studio_.begin(film.epoch);
    for (auto& unit : film.units)
      studio_.push(std::make_shared<live::media_in::Unit>(std::move(unit)));
  }
  std::vector<SharedItem> of(const std::string& name, bool video) {
    std::vector<SharedItem> out;
    std::ranges::copy_if(items_[name], std::back_inserter(out),
                         [&](const auto& item) { return item->video == video; });
    return out;
  }

  std::mutex mutex_;
  std::map<std::string, std::vector<SharedItem>> items_;
  std::atomic<bool> hurry_ = false;
  Studio studio_{hurry_};
};

TEST_F(StudioTest, MakesEachPresetOfOneInput) {
  auto film = test::film(
      "-f lavfi -i testsrc2=s=192x108:r=50 -f lavfi -i sine=r=8000 -t 2 -c:v libx264 -preset "
      "ultrafast "
      "-c:a pcm_alaw");
  want({preset("slow", 30), preset("slower", 10)});
  play(film);
  studio_.finish();
  EXPECT_EQ(studio_.dropped_pictures(), 0U);
  for (const auto& [name, pictures] : {std::pair{"slow", 50.0}, {"slower", 20.0}}) {
    const auto video = of(name, true), audio = of(name, false);
    EXPECT_NEAR(static_cast<double>(video.size()), pictures, 1)
        << name << ": every second, every fifth";
    ASSERT_FALSE(video.empty() || audio.empty());
    const auto& tracks = *video.front()->tracks;
    EXPECT_EQ(tracks.video->codec, live::codec::Codec::avc);
    EXPECT_EQ(tracks.video->width, 160U);
    EXPECT_EQ(tracks.video->height, 120U);
    EXPECT_EQ(tracks.audio->codec, live::codec::Codec::aac);
    EXPECT_EQ(tracks.audio->sample_rate, 48'000U);
    const auto keys = std::ranges::count_if(video, [](const auto& item) { return item->key; });
    EXPECT_NEAR(static_cast<double>(keys), 4, 1) << name << ": one each half second";
    EXPECT_TRUE(video.front()->key);
    EXPECT_NEAR(static_cast<double>(audio.size()), 2 * 48'000.0 / 1024, 3);
    for (const auto& item : items_[name])
      EXPECT_EQ(item->tracks, video.front()->tracks);
  }
}

TEST_F(StudioTest, ANewEpochIsMadeOfItsOwn) {
  auto film = test::two_seconds("-c:v mpeg4 -c:a libopus");
  auto other =
      test::two_seconds("-c:v libx265 -preset ultrafast -x265-params log-level=none -c:a aac");
  want({preset("one", 30)});
  play(film);
  play(other);
  studio_.finish();
  const auto video = of("one", true);
  ASSERT_EQ(video.size(), 100U);
  EXPECT_EQ(video[0]->tracks, video[49]->tracks);
  EXPECT_NE(video[49]->tracks, video[50]->tracks);
  EXPECT_TRUE(video[50]->key);
  EXPECT_EQ(video[50]->tracks, of("one", false).back()->tracks);
}

/// As when the input was away for a while, or transcoding too slow.
TEST_F(StudioTest, NothingOfTheTimeBeforeAHoleComesBehindIt) {
  auto film = test::two_seconds("-c:v mpeg4 -g 25 -c:a libopus");
  const auto middle = film.units.front().dts + 90'000;
  std::erase_if(film.units, [](const auto& unit) { return !unit.video; });
  film.epoch.audio.reset();
  for (auto& unit : film.units) {
    if (unit.dts < middle) continue;
    for (auto* stamp : {&unit.dts, &unit.pts})
      *stamp += 900'000;
    unit.packet.set_times(unit.dts, unit.pts, unit.duration);
  }
  want({preset("one", 30)});
  play(film);
  studio_.finish();
  const auto video = of("one", true);
  ASSERT_GE(video.size(), 25U);
  const auto first_at = video.front()->at;
  const auto behind = std::ranges::find_if(
      video, [&](const auto& item) { return item->at - first_at > std::chrono::seconds{5}; });
  ASSERT_NE(behind, video.end());
  EXPECT_TRUE((*behind)->key);
  EXPECT_EQ((*behind)->tracks, video.front()->tracks);
  EXPECT_EQ(std::distance(behind, video.end()), 25);
  for (const auto& item : video) {
    const auto composition = live::load_be(live::Bytes{item->body}.subspan(2), 3);
    EXPECT_LT(composition, 500U) << "ms";
  }
}

/// As at the end of an input that transcoding was too slow for.
TEST_F(StudioTest, PicturesThatAreLateBehindTheSoundDoNotComeAtTheEnd) {
  using namespace std::chrono_literals;
  auto film = test::film(
      "-f lavfi -i testsrc2=s=192x108:r=25 -f lavfi -i sine=r=48000 -t 5 -c:v mpeg4 -c:a aac");
  const auto middle = film.units.front().dts + 180'000;
  std::erase_if(film.units, [&](const auto& unit) { return unit.video && unit.dts > middle; });
  want({preset("one", 30)});
  play(film);
  studio_.finish();
  ASSERT_FALSE(of("one", true).empty());
  Us sounded{};
  for (const auto& item : items_["one"]) {
    if (!item->video) sounded = std::max(sounded, item->at);
    EXPECT_TRUE(!item->video || item->at > sounded - 2s) << item->at.count();
  }
}

TEST_F(StudioTest, SoundAloneIsMade) {
  auto film = test::film("-f lavfi -i sine=r=44100 -t 1 -c:a flac");
  want({preset("one", 30)});
  play(film);
  studio_.finish();
  const auto audio = of("one", false);
  ASSERT_GT(audio.size(), 40U);
  EXPECT_FALSE(audio.front()->tracks->video);
  EXPECT_EQ(audio.front()->tracks->audio->sample_rate, 44'100U);
  EXPECT_TRUE(audio.front()->key);
}

TEST_F(StudioTest, WishesMayChange) {
  auto film = test::two_seconds("-c:v libx264 -g 5 -preset ultrafast -c:a aac");
  studio_.begin(film.epoch);
  const auto half = film.units.size() / 2;
  for (std::size_t i = 0; i < film.units.size(); ++i) {
    if (i == 1) want({preset("first", 30)});
    if (i == half) want({preset("second", 30)});
    studio_.push(std::make_shared<live::media_in::Unit>(std::move(film.units[i])));
  }
  studio_.finish();
  EXPECT_FALSE(of("second", true).empty());
  EXPECT_TRUE(of("second", true).front()->key);
  EXPECT_LT(of("first", true).size(), 50U);
}

TEST_F(StudioTest, WhatCannotBeDecodedCostsOnlyItself) {
  auto film = test::two_seconds("-c:v libx264 -preset ultrafast -c:a aac");
  auto broken = film.epoch;
  const std::shared_ptr<AVCodecParameters> nothing{
      avcodec_parameters_alloc(), [](AVCodecParameters* it) { avcodec_parameters_free(&it); }};
  broken.video->stream.parameters = nothing;
  want({preset("one", 30)});
  studio_.begin(broken);
  auto again = test::two_seconds("-c:v libx264 -preset ultrafast -c:a aac");
  for (auto& unit : again.units)
    studio_.push(std::make_shared<live::media_in::Unit>(std::move(unit)));
  play(film);
  studio_.finish();
  EXPECT_EQ(of("one", true).size(), 50U);
}

/// What fails is tried again; the other preset, and the sound, go on.
TEST_F(StudioTest, APresetThatFailsIsTriedAgain) {
  using namespace std::chrono_literals;
  auto film = test::film(
      "-f lavfi -i testsrc2=s=192x108:r=25 -f lavfi -i sine=r=48000 -t 40 -c:v mpeg4 -g 12 -c:a "
      "pcm_s16le");
  std::atomic<int> pictures = 0, failures = 0;
  const auto sink_of = [&](const std::string& name) -> ItemSink {
    return [&, name](SharedItem item) {
      if (name == "one" && item->video && ++pictures == 20 && ++failures == 1)
        live::fail(live::Exit::bug, "encode: as it may be");
      const std::lock_guard lock{mutex_};
      items_[name].push_back(std::move(item));
    };
  };
  studio_.want({{preset("one", 30), sink_of("one")}, {preset("other", 10), sink_of("other")}});
  studio_.begin(film.epoch);
  std::size_t next = 0;
  while (pictures < 60 && next < film.units.size()) {
    studio_.push(std::make_shared<live::media_in::Unit>(std::move(film.units[next++])));
    std::this_thread::sleep_for(2ms);
  }
  studio_.finish();
  EXPECT_EQ(failures, 1);
  const auto video = of("one", true);
  const auto again = std::ranges::find_if(
      video, [&](const auto& item) { return item->tracks != video.front()->tracks; });
  ASSERT_NE(again, video.end()) << "it was not tried again";
  EXPECT_TRUE((*again)->key);
  EXPECT_GT((*again)->at, (*std::prev(again))->at);
  EXPECT_EQ(of("one", false).back()->tracks, (*again)->tracks);
  const auto other = of("other", true);
  EXPECT_EQ(other.front()->tracks, other.back()->tracks);
}

TEST_F(StudioTest, GivesWayWhenItIsTooSlowAndGoesOnWithAKeyFrame) {
  using namespace std::chrono_literals;
  auto film =
      test::film("-f lavfi -i testsrc2=s=192x108:r=100 -t 20 -c:v libx264 -g 50 -preset ultrafast");
  want({preset("one", 30)});
  studio_.begin(film.epoch);
  std::size_t next = 0;
  auto slowest = 0ns;
  const auto push = [&] {
    const auto before = std::chrono::steady_clock::now();
    studio_.push(std::make_shared<live::media_in::Unit>(std::move(film.units[next++])));
    slowest =
        std::max<std::chrono::nanoseconds>(slowest, std::chrono::steady_clock::now() - before);
  };
  {
    const std::unique_lock stuck{mutex_};  // what it makes is not taken
    while (studio_.dropped_pictures() == 0 && next < film.units.size() / 2) {
      push();
      std::this_thread::sleep_for(10ms);
    }
  }
  const auto given_up = studio_.dropped_pictures();
  EXPECT_GT(given_up, 0U);
  for (int i = 0; i < 200; ++i)
    push();
  studio_.finish();
  EXPECT_LT(slowest, 1s) << "who reads never waits";
  const auto video = of("one", true);
  ASSERT_FALSE(video.empty());
  EXPECT_LT(video.size() * 4, next) << "of every fourth";
  const Us newest{live::rescale(film.units[next - 1].dts, 1'000'000, 90'000)};
  EXPECT_GE(video.back()->at, newest - 300ms) << "the newest are there";
}

TEST_F(StudioTest, InAHurryLeavesOutWhatIsOnItsWay) {
  auto film = test::two_seconds("-c:v libx264 -preset ultrafast -c:a aac");
  hurry_ = true;
  want({preset("one", 30)});
  play(film);
  studio_.finish();
  EXPECT_TRUE(items_["one"].empty());
}

}  // namespace
}  // namespace social_relay
