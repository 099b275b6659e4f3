#include "common/base/failure.hpp"
#include "tests/unit/social-relay/items.hpp"
#include "tools/social-relay/packer.hpp"
#include "tools/social-relay/slates.hpp"
#include "tools/social-relay/sound_encoding.hpp"

#include <cstdlib>
#include <filesystem>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

namespace social_relay {
namespace {

using live::Ms;
using live::Us;
using live::codec::Codec;

Tracks like(Codec video, Codec audio) {
  Tracks out;
  out.video.emplace().codec = video;
  out.video->width = 192;
  out.video->height = 108;
  out.audio.emplace().codec = audio;
  out.audio->sample_rate = 44'100;
  out.audio->channels = 1;
  out.rate = 25;
  return out;
}

SlateClip made(const Tracks& tracks, const SlatePicture& picture = nullptr) {
  const std::atomic<bool> hurry = false;
  auto out = make_slate(tracks, picture, hurry);
  EXPECT_TRUE(out);
  return out.value_or(SlateClip{});
}

TEST(MakeSlate, IsLikeTheStream) {
  for (const auto codec : {Codec::avc, Codec::hevc}) {
    const auto clip = made(like(codec, Codec::aac));
    ASSERT_EQ(clip.pictures.size(), 50U);
    const auto& tracks = *clip.pictures.front()->tracks;
    EXPECT_TRUE(tracks.slate);
    EXPECT_EQ(tracks.video->codec, codec);
    EXPECT_EQ(tracks.video->width, 192U);
    EXPECT_EQ(tracks.video->height, 108U);
    EXPECT_EQ(tracks.audio->codec, Codec::aac);
    EXPECT_EQ(tracks.audio->sample_rate, 44'100U);
    EXPECT_EQ(tracks.audio->channels, 1U);
    ASSERT_TRUE(clip.silence);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < clip.pictures.size(); ++i) {
      EXPECT_EQ(clip.pictures[i]->key, i == 0);
      bytes += clip.pictures[i]->size();
    }
    EXPECT_LT(bytes, 20'000U) << "black costs nothing";
    EXPECT_EQ(clip.pictures.front()->at, Us{});
  }
}

/// Black and a picture, for pixels that are broader than high.
TEST(MakeSlate, HasThePixelsOfTheStream) {
  auto tracks = like(Codec::avc, Codec::aac);
  tracks.video->sar_num = 16;
  tracks.video->sar_den = 11;
  auto picture = std::make_shared<live::av::Frame>(live::av::Frame::picture(64, 64));
  for (const auto& shown : {SlatePicture{}, SlatePicture{picture}}) {
    const auto clip = made(tracks, shown);
    const auto& video = *clip.pictures.front()->tracks->video;
    EXPECT_EQ(video.width, 192U);
    EXPECT_EQ(video.sar_num * 11, video.sar_den * 16);
  }
}

TEST(MakeSlate, IsH264AndAacForWhatHasNoEncoder) {
  const auto clip = made(like(Codec::vp9, Codec::opus));
  EXPECT_EQ(clip.pictures.front()->tracks->video->codec, Codec::avc);
  EXPECT_EQ(clip.pictures.front()->tracks->audio->codec, Codec::aac);
}

TEST(MakeSlate, OfSoundAloneIsSilence) {
  auto tracks = like(Codec::avc, Codec::mp3);
  tracks.video.reset();
  const auto clip = made(tracks);
  EXPECT_TRUE(clip.pictures.empty());
  ASSERT_TRUE(clip.silence);
  EXPECT_TRUE(clip.silence->key);
}

TEST(MakeSlate, EndsInAHurry) {
  const std::atomic<bool> hurry = true;
  EXPECT_FALSE(make_slate(like(Codec::avc, Codec::aac), nullptr, hurry));
}

TEST(ReadSlate, TakesAPictureAndNothingElse) {
  const auto path = testing::TempDir() + "slate" + std::to_string(::getpid()) + ".png";
  const auto command =
      "ffmpeg -nostdin -loglevel error -y -f lavfi -i testsrc=s=64x64 -frames:v 1 " + path;
  ASSERT_EQ(std::system(command.c_str()), 0);
  const auto picture = read_slate(path);
  const auto clip = made(like(Codec::avc, Codec::aac), picture);
  EXPECT_EQ(clip.pictures.size(), 50U);
  EXPECT_GT(clip.pictures.front()->size(),
            made(like(Codec::avc, Codec::aac)).pictures.front()->size());
  std::filesystem::remove(path);
  EXPECT_THROW(read_slate(path), live::Failure) << "it is away";
  EXPECT_THROW(read_slate("/dev/null"), live::Failure);
}

TEST(SlateShow, GoesRoundAndRound) {
  auto clip = std::make_shared<SlateClip>();
  for (const auto at : {Ms{0}, Ms{1'000}})
    clip->pictures.push_back(test::picture(at, at == Ms{0}));
  clip->silence = test::sound(Ms{0});
  clip->sound_rate = 1'024;  // a packet a second
  SlateShow show{clip, std::chrono::seconds{10}};
  std::vector<std::pair<bool, Us>> got;
  const auto give = [&](const SharedItem& item) { got.emplace_back(item->video, item->at); };
  show.show(std::chrono::seconds{10}, give);
  EXPECT_TRUE(got.empty());
  show.show(std::chrono::milliseconds{11'500}, give);
  show.show(std::chrono::milliseconds{11'500}, give);
  ASSERT_EQ(got.size(), 4U);
  show.show(std::chrono::seconds{14}, give);
  ASSERT_EQ(got.size(), 8U);
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].first, i % 2 == 0);
    EXPECT_EQ(got[i].second, std::chrono::seconds{10 + i / 2});
  }
}

class SlatesTest : public testing::Test {
 protected:
  bool take(bool key, Ms at) {
    return slates_.take({version_, test::item(true, key, at, 100, tracks_)}, now_);
  }
  /// Time passes, and the encoder has its time.
  void pass(Ms time) {
    now_ += time;
    slates_.show(now_);
    if (slates_.showing()) return;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (asked() && std::chrono::steady_clock::now() < until && io_.poll_one() == 0) {
      io_.restart();  // it has stopped: there was nothing to do
      std::this_thread::yield();
    }
    io_.restart();
    slates_.show(now_);
  }
  [[nodiscard]] bool asked() const { return now_ - last_ > Slates::patience; }

  live::asio::io_context io_;
  std::vector<SharedItem> shown_;
  Slates slates_{io_, nullptr,
                 [this](const Version&, const SharedItem& item) { shown_.push_back(item); }};
  std::shared_ptr<const Version> version_ = std::make_shared<const Version>();
  std::shared_ptr<const Tracks> tracks_ = std::make_shared<Tracks>(like(Codec::avc, Codec::aac));
  live::Monotonic now_ = std::chrono::steady_clock::now(), last_ = now_;
};

TEST_F(SlatesTest, ShowsAfterAWhileAndLeavesAtAKeyFrame) {
  EXPECT_TRUE(take(true, Ms{10'000}));
  pass(Slates::patience);
  EXPECT_TRUE(shown_.empty());
  pass(Ms{1});
  ASSERT_TRUE(slates_.showing());
  ASSERT_FALSE(shown_.empty());
  EXPECT_TRUE(shown_.front()->key);
  EXPECT_EQ(shown_.front()->at, Us{10'040'000}) << "on the time line of the stream";
  EXPECT_GT(shown_.back()->at, Us{11'900'000}) << "which has gone on";
  EXPECT_FALSE(take(false, Ms{10'040})) << "no use without its key frame";
  pass(Ms{1'000});
  EXPECT_GE(shown_.size(), 50U);
  EXPECT_TRUE(take(true, Ms{10'400}));
  EXPECT_FALSE(slates_.showing());
  EXPECT_TRUE(take(false, Ms{10'440}));
}

TEST_F(SlatesTest, CountsOnWhatCameAheadOfItsTime) {
  for (Ms at{10'000}; at <= Ms{15'000}; at += Ms{40})
    EXPECT_TRUE(take(true, at));
  last_ = now_ + Ms{5'000};
  pass(Ms{6'900});
  EXPECT_FALSE(slates_.showing()) << "a burst of 5 s";
  pass(Ms{200});
  EXPECT_TRUE(slates_.showing());
}

TEST_F(SlatesTest, ShowsNothingOnceItIsStopped) {
  EXPECT_TRUE(take(true, Ms{10'000}));
  pass(Ms{3'000});
  EXPECT_TRUE(slates_.showing());
  slates_.stop();
  EXPECT_FALSE(slates_.showing());
  slates_.show(now_ + Ms{5'000});
  EXPECT_FALSE(slates_.showing());
  EXPECT_TRUE(take(false, Ms{10'040})) << "destinations wait for a key frame themselves";
}

}  // namespace
}  // namespace social_relay
