#include "common/mux/fragmenter.hpp"

#include "common/mp4/stream_reader.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace live::mux {
namespace {

using codec::Codec;
using codec::Parameters;

Parameters video_parameters(std::uint32_t width) {
  Parameters out;
  out.codec = Codec::vp9;
  out.config = {0, 10, 0x82, 1, 1, 1, 0, 0};
  out.width = width;
  out.height = 240;
  return out;
}

TrackInfo video(std::uint32_t width = 320) { return {video_parameters(width), video_timescale}; }

TrackInfo audio(std::uint32_t rate = 48'000) {
  Parameters out;
  out.codec = Codec::aac;
  out.config = {0x11, 0x90};
  out.sample_rate = rate;
  out.channels = 2;
  return {out, rate};
}

/// What a fragmenter wrote, as fmp4 readers see it, and what it said of it.
class FragmenterTest : public testing::Test {
 protected:
  struct Said {
    unsigned epoch;
    bool init, start;
    Monotonic newest;
    const std::uint8_t* head;
  };

  Fragmenter& make(Cut cut, Tracks tracks) {
    fragmenter_ = std::make_unique<Fragmenter>(cut, [this](Written& w) { take(w); });
    fragmenter_->tracks(std::move(tracks));
    return *fragmenter_;
  }
  void take(Written& w) {
    if (w.init) bytes_.insert(bytes_.end(), w.init->begin(), w.init->end());
    std::size_t size = 0;
    for (const auto piece : w.media.pieces) {
      bytes_.insert(bytes_.end(), piece.begin(), piece.end());
      size += piece.size();
    }
    EXPECT_EQ(size, w.media.size);
    said_.push_back({w.epoch, w.init != nullptr, w.start, w.newest, w.media.pieces[0].data()});
    if (keeps_) kept_.push_back(std::move(w.media));
  }
  void push(std::size_t track, std::uint64_t dts, bool key, std::uint32_t duration,
            std::size_t size = 100) {
    auto owner = std::make_shared<Buffer>(size, static_cast<std::uint8_t>(0xA0 + track));
    Sample sample;
    sample.pieces = {Bytes{*owner}.first(size / 2), Bytes{*owner}.subspan(size / 2)};
    sample.size = size;
    sample.key = key;
    sample.arrived = Monotonic{std::chrono::milliseconds{++pushed_}};
    last_owner_ = owner;
    sample.owner = std::move(owner);
    fragmenter_->push(track, std::move(sample),
                      {.dts = dts, .composition = 0, .duration = duration, .covered = false});
  }
  void picture(std::uint64_t dts, bool key, std::size_t track = 0) { push(track, dts, key, 3600); }
  void sound(std::uint64_t dts, std::size_t track = 1) { push(track, dts, true, 1024, 10); }

  std::vector<mp4::Item> written() {
    fragmenter_->flush();
    mp4::StreamReader reader;
    std::vector<mp4::Item> items;
    const auto broken = reader.feed(bytes_, items);
    EXPECT_FALSE(broken) << broken->why;
    EXPECT_TRUE(reader.at_boundary());
    return items;
  }
  static std::vector<std::size_t> samples_per_fragment(const std::vector<mp4::Item>& items,
                                                       std::uint32_t track) {
    std::vector<std::size_t> out;
    for (const auto& item : items) {
      if (const auto* fragment = std::get_if<mp4::FragmentItem>(&item)) {
        const auto* run = fragment->parsed.of(track);
        out.push_back(run != nullptr ? run->samples : 0);
      }
    }
    return out;
  }
  static std::size_t inits(const std::vector<mp4::Item>& items) {
    return static_cast<std::size_t>(
        std::ranges::count_if(items, [](const auto& item) { return item.index() == 0; }));
  }
  std::string starts() const {
    std::string out;
    for (const auto& said : said_)
      out += said.start ? 'S' : '-';
    return out;
  }

  std::unique_ptr<Fragmenter> fragmenter_;
  Buffer bytes_;
  std::vector<Said> said_;
  bool keeps_ = false;
  std::vector<Gather> kept_;
  std::weak_ptr<Buffer> last_owner_;
  int pushed_ = 0;
};

TEST_F(FragmenterTest, PutsAFrameAndTheSoundBeforeItIntoAFragment) {
  make({}, {video(), audio()});
  picture(900'000, true);
  sound(480'000);
  sound(481'024);
  picture(903'600, false);
  const auto items = written();
  EXPECT_EQ(inits(items), 1U);
  EXPECT_EQ(samples_per_fragment(items, 1), (std::vector<std::size_t>{1, 1}));
  EXPECT_EQ(samples_per_fragment(items, 2), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(starts(), "S-");
}

TEST_F(FragmenterTest, ClosesAFragmentOfSoundAloneAfter200Ms) {
  make({}, {video(), audio()});
  picture(900'000, true);
  for (std::uint64_t i = 0; i < 20; ++i)
    sound(480'000 + i * 1024);
  const auto items = written();
  EXPECT_EQ(samples_per_fragment(items, 2), (std::vector<std::size_t>{0, 10, 10}));
  EXPECT_EQ(starts(), "S--");
}

TEST_F(FragmenterTest, CutsAtKeyFrames) {
  make({Cut::At::gop, {}}, {video()});
  for (std::uint64_t i = 0; i < 9; ++i)
    picture(900'000 + i * 3600, i % 3 == 0);
  EXPECT_EQ(samples_per_fragment(written(), 1), (std::vector<std::size_t>{3, 3, 3}));
  EXPECT_EQ(starts(), "SSS");
}

TEST_F(FragmenterTest, CutsAtTheFirstKeyFrameAfterADuration) {
  make({Cut::At::duration, std::chrono::milliseconds{200}}, {video()});
  for (std::uint64_t i = 0; i < 12; ++i)
    picture(900'000 + i * 3600, i % 3 == 0);
  EXPECT_EQ(samples_per_fragment(written(), 1), (std::vector<std::size_t>{6, 6}));
}

TEST_F(FragmenterTest, CutsAnEndlessGroupOfPictures) {
  make({Cut::At::gop, {}}, {video()});
  for (std::uint64_t i = 0; i < 70; ++i)
    picture(900'000 + i * 90'000, i == 0);
  EXPECT_EQ(samples_per_fragment(written(), 1).size(), 2U);
  EXPECT_EQ(starts(), "S-");
}

TEST_F(FragmenterTest, CutsSoundAloneBy200MsOrTwoSecondsOrTheDuration) {
  const auto fragments = [this](Cut cut) {
    bytes_.clear();
    make(cut, {std::nullopt, audio()});
    for (std::uint64_t i = 0; i < 200; ++i)
      sound(480'000 + i * 1024);
    return samples_per_fragment(written(), 2).front();
  };
  EXPECT_EQ(fragments({}), 10U);
  EXPECT_EQ(fragments({Cut::At::gop, {}}), 94U);
  EXPECT_EQ(fragments({Cut::At::duration, std::chrono::milliseconds{1000}}), 47U);
  EXPECT_EQ(starts().find('-'), std::string::npos) << "without video each fragment is a start";
}

TEST_F(FragmenterTest, BeginsAnEpochOnlyAtAKeyFrameAndOnlyForAChange) {
  make({}, {video()});
  picture(900'000, true);
  fragmenter_->tracks({video(), std::nullopt});
  picture(903'600, true);
  fragmenter_->tracks({video(640)});
  picture(907'200, false);
  picture(910'800, true);
  const auto items = written();
  EXPECT_EQ(inits(items), 2U);
  EXPECT_EQ(items[4].index(), 0U) << "the second init stands before the fourth picture";
  EXPECT_EQ(said_.front().epoch, 1U);
  EXPECT_EQ(said_.back().epoch, 2U);
}

TEST_F(FragmenterTest, ChangesThatAreTakenBackBeginNoEpoch) {
  make({}, {video()});
  picture(900'000, true);
  fragmenter_->tracks({video(), audio()});
  fragmenter_->tracks({video()});
  picture(903'600, true);
  EXPECT_EQ(inits(written()), 1U);
}

TEST_F(FragmenterTest, LeavesOutSoundThatTheEpochDoesNotHave) {
  make({}, {video()});
  picture(900'000, true);
  fragmenter_->tracks({video(), audio()});
  sound(480'000);
  picture(903'600, true);
  sound(482'000);
  const auto items = written();
  EXPECT_EQ(inits(items), 2U);
  EXPECT_EQ(samples_per_fragment(items, 2), (std::vector<std::size_t>{0, 0, 1}));
}

TEST_F(FragmenterTest, WritesNothingBeforeAKeyFrame) {
  make({}, {video(), audio()});
  picture(900'000, false);
  sound(480'000);
  EXPECT_TRUE(written().empty());
}

TEST_F(FragmenterTest, GoesFromSoundToPicturesAndBack) {
  make({}, {std::nullopt, audio()});
  sound(480'000);
  fragmenter_->tracks({video(), audio()});
  sound(481'024);
  picture(905'000, true);
  sound(482'048);
  fragmenter_->tracks({std::nullopt, audio()});
  sound(483'072);
  const auto items = written();
  EXPECT_EQ(inits(items), 3U);
  EXPECT_EQ(samples_per_fragment(items, 2), (std::vector<std::size_t>{2, 0, 1, 1}));
  EXPECT_EQ(starts(), "SS-S");
}

TEST_F(FragmenterTest, ANewSampleRateKeepsTheTimeLine) {
  make({}, {std::nullopt, audio(48'000)});
  sound(480'000);
  fragmenter_->tracks({std::nullopt, audio(8'000)});
  sound(80'171);
  const auto items = written();
  const auto& last = std::get<mp4::FragmentItem>(items.back());
  EXPECT_EQ(last.parsed.of(2)->decode_time, 80'171U);
}

TEST_F(FragmenterTest, FurtherTracksGoAlong) {
  make({}, {video(), audio(), video(640), audio(44'100)});
  picture(900'000, false, 2);
  picture(900'000, true);
  picture(900'000, false, 2);  // its epoch has begun, its pictures have not
  picture(903'600, true, 2);
  sound(441'000, 3);
  sound(480'000);
  picture(903'600, false);
  const auto items = written();
  const auto* init = std::get_if<mp4::InitItem>(&items[0]);
  ASSERT_NE(init, nullptr);
  ASSERT_EQ(init->init.tracks.size(), 4U);
  EXPECT_EQ(init->init.video()->id, 1U);
  EXPECT_EQ(init->init.audio()->id, 2U);
  EXPECT_EQ(samples_per_fragment(items, 1), (std::vector<std::size_t>{1, 1}));
  EXPECT_EQ(samples_per_fragment(items, 2), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(samples_per_fragment(items, 3), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(samples_per_fragment(items, 4), (std::vector<std::size_t>{0, 1}));
}

TEST_F(FragmenterTest, UsesAHeadAgainUnlessItIsKept) {
  make({}, {video()});
  picture(900'000, true);
  picture(903'600, false);
  EXPECT_EQ(said_[0].head, said_[1].head);
  EXPECT_TRUE(last_owner_.expired()) << "what the sink leaves is let go";
  keeps_ = true;
  picture(907'200, false);
  picture(910'800, false);
  EXPECT_NE(said_[2].head, said_[3].head);
  EXPECT_FALSE(last_owner_.expired());
  Buffer kept;
  for (const auto& media : kept_)
    for (const auto piece : media.pieces)
      kept.insert(kept.end(), piece.begin(), piece.end());
  ASSERT_GE(bytes_.size(), kept.size());
  EXPECT_TRUE(std::equal(kept.rbegin(), kept.rend(), bytes_.rbegin()));
}

TEST_F(FragmenterTest, SaysWhenTheNewestSampleCame) {
  make({}, {video(), audio()});
  picture(900'000, true);
  sound(480'000);
  picture(903'600, false);
  EXPECT_EQ(said_[0].newest, Monotonic{std::chrono::milliseconds{1}});
  EXPECT_EQ(said_[1].newest, Monotonic{std::chrono::milliseconds{3}});
}

}  // namespace
}  // namespace live::mux
