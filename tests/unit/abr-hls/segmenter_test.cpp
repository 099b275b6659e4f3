#include "tools/abr-hls/segmenter.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace abr_hls {
namespace {

constexpr std::int64_t second = 90'000, frame = second / 25, rate = 48'000;

/// `delay`: from decoding to showing.
Sample picture(std::int64_t dts, std::int64_t pts, bool key, std::int64_t delay = 0) {
  Sample sample;
  sample.dts = dts;
  sample.place = dts + delay;
  sample.pts = pts;
  sample.duration = frame;
  sample.key = key;
  return sample;
}

Sample sound(std::int64_t at) {
  Sample sample;
  sample.dts = sample.pts = at;
  sample.duration = 1024;
  return sample;
}

Cut segment_at(std::int64_t at) { return {at, true, true, at, false}; }
Cut part_at(std::int64_t at) { return {at, false, false, at, false}; }

/// All pieces that are whole by now.
std::vector<Piece> pieces(Segmenter& segmenter) {
  std::vector<Piece> out;
  while (auto piece = segmenter.next())
    out.push_back(std::move(*piece));
  return out;
}

/// 25 pictures a second from `from` to `to`, a key frame every 2 s, shown `delay` frames after they are decoded; no B frames.
void pictures(Segmenter& segmenter, std::int64_t from, std::int64_t to, std::int64_t delay = 0) {
  for (auto at = from; at < to; at += frame)
    segmenter.push(true, picture(at - delay * frame, at, at % (2 * second) == 0, delay * frame));
}

void sounds(Segmenter& segmenter, std::int64_t from, std::int64_t to) {
  for (auto at = from * rate / second; at < to * rate / second; at += 1024)
    segmenter.push(false, sound(at));
}

TEST(Segmenter, ASegmentIsWholeWhenItsPicturesAndItsSoundAre) {
  Segmenter segmenter{true, rate};
  segmenter.cut(segment_at(10 * second), 0);
  segmenter.cut(segment_at(12 * second), 1);
  pictures(segmenter, 10 * second, 13 * second);
  EXPECT_TRUE(pieces(segmenter).empty());
  sounds(segmenter, 10 * second, 12 * second);
  EXPECT_TRUE(pieces(segmenter).empty());
  segmenter.push(false, sound(12 * rate + 900));
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_TRUE(whole[0].begins && whole[0].closes && whole[0].independent);
  EXPECT_EQ(whole[0].video.size(), 50U);
  EXPECT_EQ(whole[0].duration, 2 * second);
  EXPECT_EQ(whole[0].audio.size(), 94U);  // the last one begins before the cut and ends behind it
}

TEST(Segmenter, PartsAreCutWhereItIsAPicturesTurnToBeShown) {
  for (const std::int64_t delay : {0, 2}) {
    Segmenter segmenter{true, 0};
    segmenter.cut(segment_at(10 * second), 0);
    for (int part = 1; part < 4; ++part)
      segmenter.cut(part_at(10 * second + part * second / 2), 0);
    segmenter.cut(segment_at(12 * second), 1);
    // Order of decoding I P B B: what is shown first is not decoded first.
    for (std::int64_t i = 0; i < 51; ++i) {
      const auto at = 10 * second + i * frame;
      const auto shift = delay == 0 || i % 50 > 47 ? 0 : i % 3 == 1 ? 2 : -1;
      segmenter.push(true, picture(at - delay * frame, i % 50 == 0 ? at : at + shift * frame,
                                   i % 50 == 0, delay * frame));
    }
    const auto whole = pieces(segmenter);
    ASSERT_EQ(whole.size(), 4U);
    EXPECT_EQ(whole[0].video.size(), 13U);
    EXPECT_EQ(whole[1].video.size(), 12U);
    EXPECT_EQ(whole[2].video.size(), 13U);
    EXPECT_EQ(whole[3].video.size(), 12U);
    EXPECT_FALSE(whole[1].independent || whole[1].begins || whole[1].closes);
    EXPECT_TRUE(whole[3].closes);
  }
}

TEST(Segmenter, ASampleLastsUntilTheNextOneBegins) {
  Segmenter segmenter{true, 0};
  segmenter.cut(segment_at(10 * second), 0);
  segmenter.push(true, picture(10 * second, 10 * second, true));
  segmenter.push(true, picture(10 * second + 5000, 10 * second + 5000, false));
  segmenter.cut(segment_at(11 * second), 1);
  segmenter.push(true, picture(11 * second, 11 * second, true));
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].video[0].duration, 5000);
  EXPECT_EQ(whole[0].video[1].duration, second - 5000);
  EXPECT_EQ(whole[0].duration, second);
}

TEST(Segmenter, ASegmentEndsBeforeAHole) {
  Segmenter segmenter{true, rate};
  segmenter.cut(segment_at(10 * second), 0);
  pictures(segmenter, 10 * second, 11 * second);
  sounds(segmenter, 10 * second, 11 * second);
  segmenter.cut({40 * second, true, true, 11 * second, true}, 1);
  pictures(segmenter, 40 * second, 41 * second);
  sounds(segmenter, 40 * second, 41 * second);
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].duration, second);
  EXPECT_EQ(whole[0].audio.back().duration, 1024);
}

TEST(Segmenter, WhatIsShownFirstBehindAHoleIsBehindIt) {
  Segmenter segmenter{true, 0};
  segmenter.cut(segment_at(10 * second), 0);
  pictures(segmenter, 10 * second, 11 * second);
  segmenter.cut({40 * second, true, false, 11 * second, true}, 1);
  for (auto at = 40 * second - 2 * frame; at < 41 * second; at += frame)
    segmenter.push(true, picture(at, at, false));
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].duration, second);
}

TEST(Segmenter, WaitsForSoundOnlySoLong) {
  Segmenter segmenter{true, rate};
  segmenter.cut(segment_at(10 * second), 0);
  segmenter.cut(segment_at(12 * second), 1);
  const auto end = 12 * second + Segmenter::track_skew;
  pictures(segmenter, 10 * second, end);
  EXPECT_TRUE(pieces(segmenter).empty());
  pictures(segmenter, end, end + 2 * frame);
  ASSERT_EQ(pieces(segmenter).size(), 1U);
  // What was late stands in the next one.
  segmenter.push(false, sound(11 * rate));
  segmenter.cut(segment_at(end + 2 * second), 2);
  pictures(segmenter, end + 2 * second, end + 3 * second);
  segmenter.push(false, sound((end + 2 * second) / second * rate));
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].audio.size(), 1U);
}

TEST(Segmenter, ATrackThatPausesSaysSo) {
  Segmenter segmenter{true, rate};
  segmenter.cut(segment_at(10 * second), 0);
  segmenter.cut(segment_at(12 * second), 1);
  pictures(segmenter, 10 * second, 12 * second + frame);
  segmenter.reached(false, 12 * second);
  EXPECT_EQ(pieces(segmenter).size(), 1U);
}

TEST(Segmenter, WherePicturesAreAbsentThereIsSound) {
  Segmenter segmenter{true, rate};
  segmenter.cut(segment_at(10 * second), 0);
  pictures(segmenter, 10 * second, 11 * second);
  segmenter.cut(part_at(11 * second + second / 2), 0);
  segmenter.cut(segment_at(14 * second), 1);
  segmenter.cut(part_at(15 * second), 1);
  segmenter.cut(segment_at(16 * second), 2);
  sounds(segmenter, 10 * second, 17 * second);
  EXPECT_TRUE(pieces(segmenter).empty());
  segmenter.reached(true, 16 * second);
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 4U);
  // The last picture stands until the cut.
  EXPECT_EQ(whole[0].duration, second * 3 / 2);
  EXPECT_EQ(whole[0].video.back().duration, second / 2 + frame);
  EXPECT_EQ(whole[1].duration, second * 5 / 2);
  EXPECT_EQ(whole[2].duration, second);
  for (int i = 1; i < 4; ++i) {
    EXPECT_TRUE(whole[i].video.empty() && !whole[i].audio.empty() && !whole[i].missing);
    EXPECT_TRUE(whole[i].independent);
  }
  EXPECT_TRUE(whole[1].closes && whole[2].begins && whole[3].closes);
  // They are back.
  pictures(segmenter, 16 * second, 17 * second);
  segmenter.end();
  const auto last = pieces(segmenter);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].video.size(), 25U);
}

TEST(Segmenter, TheLastPictureStandsUntilTheSoundIsOver) {
  Segmenter segmenter{true, rate};
  segmenter.cut(segment_at(10 * second), 0);
  pictures(segmenter, 10 * second, 11 * second);
  sounds(segmenter, 10 * second, 12 * second);
  segmenter.end();
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_NEAR(static_cast<double>(whole[0].duration), 2.0 * second, 2000);
}

TEST(Segmenter, WithoutPicturesSoundLeads) {
  Segmenter segmenter{false, rate};
  segmenter.cut(segment_at(10 * second), 0);
  segmenter.cut(part_at(10 * second + second / 2), 0);
  segmenter.cut(segment_at(11 * second), 1);
  sounds(segmenter, 10 * second, 12 * second);
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_TRUE(whole[0].independent && whole[1].independent);
  EXPECT_EQ(whole[0].audio.size(), 24U);
  EXPECT_EQ(whole[0].duration, 24 * 1024 * second / rate);
}

TEST(Segmenter, ASegmentWithoutItsKeyFrameIsCutAllTheSame) {
  Segmenter segmenter{true, 0};
  segmenter.cut(segment_at(10 * second), 0);
  segmenter.cut(segment_at(11 * second), 1);
  segmenter.cut(segment_at(12 * second), 2);
  pictures(segmenter, 10 * second, 13 * second);
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_TRUE(whole[0].independent);
  EXPECT_FALSE(whole[1].independent);
}

TEST(Segmenter, WhatIsGivenUpIsMissingUntilItIsTakenBack) {
  for (const bool audible : {false, true}) {
    Segmenter segmenter{true, audible ? std::uint32_t{rate} : 0U};
    const auto hear = [&](std::int64_t from, std::int64_t to) {
      if (audible) sounds(segmenter, from * second, to * second);
    };
    segmenter.cut(segment_at(10 * second), 0);
    segmenter.cut(part_at(11 * second), 0);
    pictures(segmenter, 10 * second, 11 * second + second / 2);
    hear(10, 12);
    auto whole = pieces(segmenter);
    ASSERT_EQ(whole.size(), 1U);
    EXPECT_FALSE(whole[0].missing);  // a part that is told already
    segmenter.give_up();
    pictures(segmenter, 11 * second + second / 2, 12 * second);  // was on its way
    segmenter.cut(segment_at(12 * second), 1);
    hear(12, 14);
    segmenter.cut(part_at(13 * second), 1);
    segmenter.take_back(14 * second);
    segmenter.cut(segment_at(14 * second), 2);
    segmenter.cut(part_at(15 * second), 2);
    hear(14, 16);
    segmenter.cut(segment_at(16 * second), 3);
    pictures(segmenter, 14 * second, 17 * second);
    hear(16, 17);
    whole = pieces(segmenter);
    ASSERT_EQ(whole.size(), 4U);
    EXPECT_TRUE(whole[0].missing && whole[0].closes && !whole[0].begins);
    EXPECT_EQ(whole[0].segment, 0U);
    EXPECT_EQ(whole[0].duration, 2 * second);
    EXPECT_TRUE(whole[1].missing && whole[1].closes);
    EXPECT_EQ(whole[1].segment, 1U);
    EXPECT_FALSE(whole[2].missing || whole[3].missing);
    EXPECT_EQ(whole[2].segment, 2U);
    EXPECT_EQ(whole[2].duration + whole[3].duration, 2 * second);
  }
}

TEST(Segmenter, WhereTheSourceSaysTheCutsATakenBackRungWaitsForTheNextSegment) {
  Segmenter segmenter{true, 0};
  segmenter.cut(segment_at(10 * second), 0);
  segmenter.give_up();
  // Cuts are known before pictures are decoded.
  for (const std::int64_t ordinal : {1, 2})
    segmenter.cut(segment_at((10 + 2 * ordinal) * second), static_cast<std::uint64_t>(ordinal));
  segmenter.cut(part_at(15 * second), 2);
  segmenter.take_back(14 * second);
  segmenter.cut(segment_at(16 * second), 3);
  pictures(segmenter, 14 * second, 18 * second);
  segmenter.cut(segment_at(18 * second), 4);
  pictures(segmenter, 18 * second, 19 * second);
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 4U);
  EXPECT_TRUE(whole[0].missing && whole[1].missing && whole[2].missing);
  EXPECT_FALSE(whole[3].missing);
  EXPECT_EQ(whole[3].segment, 3U);
}

TEST(Segmenter, TheEndClosesWhatIsOpen) {
  Segmenter segmenter{true, rate};
  segmenter.cut(segment_at(10 * second), 0);
  segmenter.cut(part_at(10 * second + second / 2), 0);
  pictures(segmenter, 10 * second, 11 * second);
  sounds(segmenter, 10 * second, 11 * second);
  EXPECT_EQ(pieces(segmenter).size(), 1U);
  segmenter.cut(part_at(11 * second), 0);
  segmenter.end();
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_TRUE(whole[0].closes);
  EXPECT_EQ(whole[0].duration, second / 2 - frame / 2);
}

TEST(Segmenter, AnEndWithoutSamplesClosesASegmentOfWholeParts) {
  Segmenter segmenter{true, 0};
  segmenter.cut(segment_at(10 * second), 0);
  pictures(segmenter, 10 * second, 11 * second);
  segmenter.cut(part_at(11 * second), 0);
  segmenter.reached(true, 11 * second);
  auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_FALSE(whole[0].closes);
  segmenter.end();
  whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_TRUE(whole[0].closes && whole[0].empty());
}

TEST(Segmenter, AnEndBeforeASegmentsFirstSampleLeavesNone) {
  Segmenter segmenter{true, 0};
  segmenter.cut(segment_at(10 * second), 0);
  pictures(segmenter, 10 * second, 12 * second);
  segmenter.cut(segment_at(12 * second), 1);
  segmenter.end();
  const auto whole = pieces(segmenter);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].segment, 0U);
}

TEST(Segmenter, SoundBeforeTheFirstCutIsLeftOut) {
  Segmenter segmenter{true, rate};
  segmenter.push(false, sound(10 * rate - 2048));
  segmenter.cut(segment_at(10 * second), 0);
  segmenter.push(false, sound(10 * rate - 1024));
  EXPECT_EQ(segmenter.dropped(), 2U);
}

}  // namespace
}  // namespace abr_hls
