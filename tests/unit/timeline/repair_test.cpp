// Stories about sources whose stamps go wrong, and what the pipe's time line makes of them.
#include "common/timeline/repair.hpp"

#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace live::timeline {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t hour = std::int64_t{3600} * 90'000;
constexpr std::int64_t frame = 3'600;  // 25 fps
constexpr TrackSpec video{1, 90'000, 90'000, 0, 0};
constexpr TrackSpec audio{1, 48'000, 48'000, 0, 1'024, false};

Monotonic at(std::chrono::duration<double> t) {
  return Monotonic{} + 1000s + std::chrono::duration_cast<Monotonic::duration>(t);
}

Stamp dts(std::int64_t value) { return {value, value, std::nullopt}; }
Stamp pts_only(std::int64_t value) { return {std::nullopt, value, std::nullopt}; }

/// A camera of 25 frames a second that knows the time.
class Camera {
 public:
  explicit Camera(TrackSpec spec = video, bool live = true) : repair(live) {
    repair.begin_session({spec});
  }
  /// A frame at its time, stamped by the camera's clock + `off`.
  Repaired frame_at(int n, std::int64_t off = 0, std::chrono::duration<double> late = 0s) {
    return repair.repair(0, dts(n * frame + off), at(n * 40ms + late));
  }
  Repair repair;
};

std::uint64_t ideal(int n) { return 900'000U + static_cast<std::uint64_t>(n) * frame; }

TEST(Repair, BeginsAtTenSeconds) {
  Camera camera;
  EXPECT_EQ(camera.frame_at(0, 77 * hour).dts, 900'000U);
  EXPECT_EQ(camera.frame_at(1, 77 * hour).dts, 903'600U);
}

TEST(Repair, JitteringArrivalsChangeNoGoodStamp) {
  Camera camera;
  std::mt19937 random{1};
  std::uniform_real_distribution<double> late{0.0, 2.5};
  for (int n = 0; n < 2'000; ++n)
    EXPECT_EQ(
        camera.frame_at(n, hour, std::chrono::duration<double>(n == 0 ? 0 : late(random))).dts,
        ideal(n));
  const auto& c = camera.repair.counters();
  EXPECT_EQ(c.jumps + c.resets + c.duplicates + c.new_lines + c.unstamped, 0U);
}

TEST(Repair, JitteringStampsOfACameraPassAsTheyAre) {
  Camera camera;
  std::mt19937 random{2};
  std::uniform_int_distribution<int> jitter{-1'500, 1'500};
  camera.frame_at(0);
  for (int n = 1; n < 500; ++n) {
    const int off = jitter(random);
    EXPECT_EQ(static_cast<std::int64_t>(camera.frame_at(n, off).dts - ideal(n)), off);
  }
}

TEST(Repair, AFrameHoursAwayEveryFewSecondsIsReStampedAndTheRestKeepsItsPlace) {
  Camera camera;
  for (int n = 0; n < 1'000; ++n) {
    const bool astray = n % 60 == 30;
    const auto repaired = camera.frame_at(n, astray ? (n % 120 == 30 ? 7 : -7) * hour : 0);
    EXPECT_EQ(repaired.dts, ideal(n)) << n;
    EXPECT_EQ(repaired.composition, 0);
  }
  const auto& c = camera.repair.counters();
  EXPECT_EQ(c.jumps, 9U);
  EXPECT_EQ(c.resets, 8U);
  EXPECT_EQ(c.new_lines, 0U);
}

TEST(Repair, AResetToZeroGoesOnWithoutAGapAfterThreeFrames) {
  Camera camera;
  for (int n = 0; n < 100; ++n)
    camera.frame_at(n, 5 * hour);
  for (int n = 100; n < 200; ++n)
    EXPECT_EQ(camera.frame_at(n, -100 * frame).dts, ideal(n)) << n;
  EXPECT_EQ(camera.repair.counters().resets, 3U);
  EXPECT_EQ(camera.repair.counters().new_lines, 1U);
}

TEST(Repair, TwoFramesInARowAreNoNewLine) {
  Camera camera;
  for (int n = 0; n < 100; ++n)
    EXPECT_EQ(camera.frame_at(n, n == 50 || n == 51 ? hour : 0).dts, ideal(n));
  EXPECT_EQ(camera.repair.counters().new_lines, 0U);
}

TEST(Repair, StraysThatDoNotAgreeAreNoNewLine) {
  Camera camera;
  for (int n = 0; n < 100; ++n) {
    const bool astray = n >= 50 && n < 56;
    EXPECT_EQ(camera.frame_at(n, astray ? (n % 2 == 0 ? 3 : 9) * hour : 0).dts, ideal(n));
  }
  EXPECT_EQ(camera.repair.counters().jumps, 6U);
  EXPECT_EQ(camera.repair.counters().new_lines, 0U);
}

/// What GStreamer's flvmux makes of a stream with B-frames, whose first decode times would be negative.
TEST(Repair, DecodeTimesThatWereCutOffAtZeroLeaveThePresentationTimes) {
  Camera camera;
  const std::vector<Stamp> sent{{0, 0, {}},
                                {0, 2 * frame, {}},
                                {0, frame, {}},
                                {frame, 4 * frame, {}},
                                {2 * frame, 3 * frame, {}}};
  std::uint64_t last = 0;
  for (std::size_t n = 0; n < sent.size(); ++n) {
    const auto got = camera.repair.repair(0, sent[n], at(static_cast<int>(n) * 40ms));
    EXPECT_EQ(static_cast<std::int64_t>(got.dts) + got.composition, 900'000 + *sent[n].pts) << n;
    EXPECT_GT(got.dts, last);
    last = got.dts;
  }
}

TEST(Repair, DuplicatesGoOnByTheNominalDuration) {
  Camera camera{TrackSpec{1, 90'000, 90'000, 0, frame}};
  for (int n = 0; n < 10; ++n)
    camera.frame_at(n);
  EXPECT_EQ(camera.frame_at(10, -frame).dts, ideal(10));
  EXPECT_EQ(camera.frame_at(11, 0).dts, ideal(11));
  EXPECT_EQ(camera.repair.counters().duplicates, 1U);
}

TEST(Repair, AStuckClockFollowsTime) {
  Camera camera;
  for (int n = 0; n < 500; ++n) {
    const auto repaired = camera.repair.repair(0, dts(1'000), at(n * 100ms));
    EXPECT_NEAR(static_cast<double>(repaired.dts), 900'000.0 + n * 9'000.0, 46'000.0);
  }
  EXPECT_EQ(camera.repair.counters().duplicates, 499U);
}

TEST(Repair, ASmallStepBackIsANewLineAfterThreeFrames) {
  Camera camera;
  for (int n = 0; n < 50; ++n)
    camera.frame_at(n);
  for (int n = 50; n < 100; ++n)
    EXPECT_EQ(camera.frame_at(n, -20 * frame).dts, ideal(n));
  EXPECT_EQ(camera.repair.counters().new_lines, 1U);
}

struct Wrap {
  unsigned bits;
  std::int64_t range;
};
class RepairWraps : public testing::TestWithParam<Wrap> {};

TEST_P(RepairWraps, PassUnnoticed) {
  const auto [bits, range] = GetParam();
  Camera camera{TrackSpec{1, 90'000, 90'000, bits, 0}};
  for (int n = 0; n < 200; ++n) {
    const auto raw = (range - 100 * frame - 7 + n * frame) % range;
    const auto repaired = camera.repair.repair(0, dts(raw), at(n * 40ms));
    EXPECT_EQ(repaired.dts, ideal(n)) << n;
  }
  EXPECT_EQ(camera.repair.counters().wraps, 1U);
  EXPECT_EQ(camera.repair.counters().resets, 0U);
}
INSTANTIATE_TEST_SUITE_P(Bits, RepairWraps,
                         testing::Values(Wrap{32, std::int64_t{1} << 32U},
                                         Wrap{33, std::int64_t{1} << 33U}));

TEST(Repair, AWrapMayFallBetweenDecodeAndPresentationTime) {
  constexpr std::int64_t range = std::int64_t{1} << 32U;
  Camera camera{TrackSpec{1, 90'000, 90'000, 32, 0}};
  camera.repair.repair(0, {range - frame - 1, range - 1, {}}, at(0s));
  const auto repaired = camera.repair.repair(0, {range - 1, frame - 1, {}}, at(40ms));
  EXPECT_EQ(repaired.composition, frame);
  EXPECT_EQ(repaired.dts, ideal(1));
}

TEST(Repair, OverAnOutageTheStampsOfARunningCameraAreTaken) {
  Camera camera;
  camera.frame_at(0);
  camera.frame_at(1);
  EXPECT_EQ(camera.frame_at(1 + 175).dts, ideal(176));  // 7 s
  EXPECT_EQ(camera.repair.counters().new_lines, 0U);
}

TEST(Repair, AClockThatStoodStillForSevenSecondsIsMovedOn) {
  Camera camera;
  camera.frame_at(0);
  camera.frame_at(1);
  for (int n = 2; n < 100; ++n) {
    const auto repaired = camera.repair.repair(0, dts(n * frame), at(n * 40ms + 7s));
    EXPECT_EQ(repaired.dts, ideal(n) + 630'000U) << n;
  }
  EXPECT_EQ(camera.repair.counters().new_lines, 1U);
}

TEST(Repair, ASourceThatSendsTenSecondsAtATimeKeepsItsStamps) {
  Camera camera;
  for (int n = 0; n < 2'000; ++n) {
    const auto burst = n / 250;
    const auto repaired = camera.repair.repair(0, dts(n * frame), at(burst * 10s + n * 1ms));
    EXPECT_EQ(repaired.dts, ideal(n)) << n;
  }
  EXPECT_EQ(camera.repair.counters().new_lines, 0U);
}

TEST(Repair, ASecondSessionFollowsTheClock) {
  Camera camera;
  for (int n = 0; n < 10; ++n)
    camera.frame_at(n, hour);
  camera.repair.begin_session({video});
  const auto first = camera.repair.repair(0, dts(42), at(9 * 40ms + 12s));
  EXPECT_EQ(first.dts, ideal(9) + 12U * 90'000U);
  EXPECT_EQ(camera.repair.repair(0, dts(42 + frame), at(10 * 40ms + 12s)).dts, first.dts + frame);
}

TEST(Repair, ASecondSessionNeverGoesBackOnATrackThatWasAhead) {
  Repair repair{true};
  repair.begin_session({video, audio});
  repair.repair(0, dts(0), at(0s));
  const auto ahead = repair.repair(1, dts(48'000), at(1ms)).dts;  // a second before its time
  repair.begin_session({video, audio});
  EXPECT_GT(repair.repair(0, dts(0), at(100ms)).dts * 48'000, ahead * 90'000);
  EXPECT_GT(repair.repair(1, dts(0), at(100ms)).dts, ahead);
}

TEST(Repair, SoundKeepsItsPlaceBesideThePicture) {
  Repair repair{true};
  repair.begin_session({video, audio});
  EXPECT_EQ(repair.repair(0, dts(hour), at(0s)).dts, 900'000U);
  // The same moment of the source, 300 ms late; then one that was stamped before the picture.
  EXPECT_EQ(repair.repair(1, dts(3'600 * 48'000 + 10), at(300ms)).dts, 480'010U);
}

TEST(Repair, SoundOnATimeLineOfItsOwnGoesByArrival) {
  Repair repair{true};
  repair.begin_session({video, audio});
  repair.repair(0, dts(hour), at(0s));
  EXPECT_EQ(repair.repair(1, dts(17), at(250ms)).dts, 492'000U);
  EXPECT_EQ(repair.repair(1, dts(17 + 1'024), at(260ms)).dts, 493'024U);
}

TEST(Repair, BothTracksJumpAndStayTogether) {
  Repair repair{true};
  repair.begin_session({video, audio});
  std::uint64_t picture = 0, sound = 0;
  constexpr std::int64_t seconds_off = 7'200;
  for (int n = 0; n < 400; ++n) {
    const bool jumped = n >= 200;
    // Sound arrives 80 ms after the picture of the same time.
    picture =
        repair.repair(0, dts(n * frame + (jumped ? seconds_off * 90'000 : 0)), at(n * 40ms)).dts;
    for (int half = 0; half < 2; ++half) {
      const auto stamp = n * 1'920 + half * 960 + (jumped ? seconds_off * 48'000 : 0);
      sound = repair.repair(1, {stamp, stamp, 960}, at(n * 40ms + half * 20ms + 80ms)).dts;
    }
  }
  const double apart = static_cast<double>(picture) / 90'000 - static_cast<double>(sound) / 48'000;
  EXPECT_NEAR(apart, -0.020, 0.0001);
  EXPECT_EQ(repair.counters().new_lines, 1U);
}

TEST(Repair, PacketsWithoutStampsGoOnByTheirDuration) {
  Camera camera;
  const auto first = camera.repair.repair(0, {{}, {}, frame}, at(0s));
  EXPECT_EQ(first.dts, 900'000U);
  EXPECT_EQ(first.duration, static_cast<std::uint32_t>(frame));
  EXPECT_EQ(camera.repair.repair(0, {{}, {}, frame}, at(41ms)).dts, ideal(1));
  EXPECT_EQ(camera.repair.repair(0, dts(hour), at(80ms)).dts, ideal(2));
  EXPECT_EQ(camera.repair.repair(0, {{}, {}, frame}, at(123ms)).dts, ideal(3));
  EXPECT_EQ(camera.repair.counters().unstamped, 3U);
}

TEST(Repair, ReorderedFramesKeepTheirDecodeTimes) {
  Camera camera;
  const int order[] = {0, 3, 1, 2, 6, 4, 5, 9, 7, 8};
  for (int n = 0; n < 10; ++n) {
    const auto repaired =
        camera.repair.repair(0, {n * frame, (order[n] + 1) * frame, {}}, at(n * 40ms));
    EXPECT_EQ(repaired.dts, ideal(n));
    EXPECT_EQ(repaired.composition, (order[n] + 1 - n) * frame);
  }
}

/// I P B B P B B ..., decode times two frames behind; then nothing for 12 s.  The frames in the encoder at the hole lend their
/// decode times to those behind it.
std::vector<Stamp> reordered_with_a_hole(int before, int after) {
  std::vector<std::int64_t> shown;
  for (int n = 0; n < before + after; ++n)
    shown.push_back((n + 2) * frame + (n >= before ? 12 * 90'000 : 0));
  std::vector<Stamp> sent;
  for (int n = 0; n < before + after; ++n) {
    const auto place = n % 3 == 0 ? n : n % 3 == 1 ? n + 1 : n - 1;  // I, then P B, and B alone
    const auto turn = static_cast<std::size_t>(std::min(place, before + after - 1));
    const auto decoded = n < 2 ? n * frame : shown[static_cast<std::size_t>(n - 2)];
    sent.push_back({decoded, shown[turn], {}});
  }
  return sent;
}

TEST(Repair, BehindAHoleInAFilePresentationStays) {
  Repair repair{false};
  repair.begin_session({{1, 90'000, 90'000, 0, 0}});
  const auto sent = reordered_with_a_hole(30, 30);
  for (std::size_t n = 0; n < sent.size(); ++n) {
    const auto got = repair.repair(0, sent[n], {});
    EXPECT_EQ(static_cast<std::int64_t>(got.dts) + got.composition, 900'000 + *sent[n].pts) << n;
  }
  EXPECT_EQ(repair.counters().jumps + repair.counters().resets, 0U);
}

TEST(Repair, BehindAHoleOfALiveSourcePresentationStaysAndIsNear) {
  Repair repair{true};
  repair.begin_session({{1, 90'000, 90'000, 0, 0}});
  const auto sent = reordered_with_a_hole(30, 30);
  std::uint64_t last = 0;
  for (std::size_t n = 0; n < sent.size(); ++n) {
    const auto now = at(static_cast<int>(n) * 40ms + (n >= 30 ? 12s : 0s));
    const auto got = repair.repair(0, sent[n], now);
    EXPECT_EQ(static_cast<std::int64_t>(got.dts) + got.composition, 900'000 + *sent[n].pts) << n;
    EXPECT_GE(got.composition, 0) << n;
    EXPECT_LE(got.composition, 4 * frame) << n;
    EXPECT_GT(got.dts, last) << n;
    last = got.dts;
  }
  EXPECT_EQ(repair.counters().new_lines, 0U);
}

TEST(Repair, AReorderingOfManySecondsIsNonsenseWhereNothingWasReordered) {
  Repair repair{false};
  repair.begin_session({{1, 90'000, 90'000, 0, 0}});
  for (int n = 0; n < 10; ++n)
    EXPECT_EQ(repair.repair(0, {n * frame, n * frame, {}}, {}).composition, 0);
  EXPECT_EQ(repair.repair(0, {10 * frame, 10 * frame + 12 * 90'000, {}}, {}).composition, 0);
}

TEST(Repair, FramesWithPresentationTimesOnlyGetDecodeTimes) {
  Camera camera;
  std::uint64_t last = 0;
  for (int n = 0; n < 300; ++n) {
    const int shown = n == 0 ? 0 : n % 3 == 1 ? n + 2 : n - 1;  // I, then P B B
    const auto repaired = camera.repair.repair(0, pts_only(shown * frame), at(n * 40ms));
    EXPECT_GT(repaired.dts, last);
    EXPECT_EQ(static_cast<std::int64_t>(repaired.dts) + repaired.composition,
              static_cast<std::int64_t>(ideal(shown)));
    if (n > 10) {
      EXPECT_GE(repaired.composition, 0) << n;
      EXPECT_EQ(repaired.dts, ideal(n - 1)) << n;
    }
    last = repaired.dts;
  }
  EXPECT_EQ(camera.repair.counters().new_lines, 0U);
}

TEST(Repair, PresentationTimesOnlyWithoutReorderingAreTheDecodeTimes) {
  Camera camera;
  for (int n = 0; n < 100; ++n) {
    const auto repaired = camera.repair.repair(0, pts_only(hour + n * frame), at(n * 40ms));
    EXPECT_EQ(repaired.dts, ideal(n));
    EXPECT_EQ(repaired.composition, 0);
  }
}

TEST(Repair, PresentationTimesOnlySurviveAReset) {
  Camera camera;
  for (int n = 0; n < 50; ++n)
    camera.repair.repair(0, pts_only(hour + n * frame), at(n * 40ms));
  for (int n = 50; n < 100; ++n)
    EXPECT_EQ(camera.repair.repair(0, pts_only(n * frame), at(n * 40ms)).dts, ideal(n)) << n;
}

TEST(Repair, ADayAtThirtyThousandOverThousandAndOneDoesNotDrift) {
  Camera camera{TrackSpec{1'001, 30'000, 90'000, 0, 0}};
  constexpr int frames = 24 * 3'600 * 30;
  Repaired repaired;
  for (std::int64_t n = 0; n < frames; ++n)
    repaired = camera.repair.repair(
        0, dts(n), at(std::chrono::duration<double>(static_cast<double>(n) * 1'001 / 30'000)));
  EXPECT_EQ(repaired.dts, 900'000U + std::uint64_t{frames - 1} * 3'003);
  EXPECT_EQ(repaired.duration, 3'003U);
}

TEST(Repair, MillisecondStampsOfSoundDoNotDrift) {
  Repair repair{true};
  repair.begin_session({TrackSpec{1, 1'000, 44'100, 0, 1'024, false}});
  for (std::int64_t n = 0; n < 300'000; ++n) {
    const auto ms = rescale(n * 1'024, 1'000, 44'100);
    const auto repaired = repair.repair(0, {ms, ms, 23}, at(std::chrono::milliseconds{ms}));
    ASSERT_NEAR(static_cast<double>(repaired.dts), 441'000.0 + static_cast<double>(n) * 1'024,
                23.0);
  }
}

TEST(Repair, TheDurationIsLearnedAndOneGapDoesNotBendIt) {
  Camera camera;
  for (int n = 0; n < 10; ++n)
    camera.frame_at(n);
  EXPECT_EQ(camera.frame_at(60).duration, static_cast<std::uint32_t>(frame));
}

TEST(Repair, AFileKeepsItsStampsHoweverFastItIsRead) {
  Camera camera{video, false};
  for (int n = 0; n < 100; ++n)
    EXPECT_EQ(camera.repair.repair(0, dts(hour + n * frame), at(n * 1us)).dts, ideal(n));
  EXPECT_EQ(camera.repair.repair(0, dts(hour + 600 * frame), at(1ms)).dts, ideal(600));  // a pause
}

TEST(Repair, AFileThatJumpsGoesOnWithoutAGap) {
  Camera camera{video, false};
  for (int n = 0; n < 50; ++n)
    camera.repair.repair(0, dts(n * frame), at(0s));
  for (int n = 50; n < 100; ++n)
    EXPECT_EQ(camera.repair.repair(0, dts(9 * hour + n * frame), at(0s)).dts, ideal(n));
  camera.repair.begin_session({video});
  EXPECT_EQ(camera.repair.repair(0, dts(0), at(0s)).dts, ideal(100));
}

TEST(Repair, NowFollowsTheClockAndWhatWasFilled) {
  Repair repair{true};
  repair.begin_session({video, audio});
  repair.repair(0, dts(0), at(0s));
  EXPECT_EQ(repair.now(0, at(1s)), 990'000U);
  EXPECT_EQ(repair.now(1, at(1s)), 528'000U);  // no sound yet
  repair.fill(1, 528'000);
  EXPECT_EQ(repair.now(1, at(500ms)), 528'000U);
}

TEST(Repair, FramesWhoseTimeWasFilledAreCoveredAndTheNextKeepsItsPlace) {
  Repair repair{true};
  repair.begin_session({video, audio});
  repair.repair(0, dts(0), at(0s));
  repair.repair(1, dts(0), at(0s));
  repair.fill(1, 480'000 + 96'000);  // two seconds of silence
  EXPECT_TRUE(repair.repair(1, dts(1'024), at(2s)).covered);
  EXPECT_TRUE(repair.repair(1, dts(95'000), at(2s)).covered);
  const auto next = repair.repair(1, dts(96'024), at(2s));
  EXPECT_FALSE(next.covered);
  EXPECT_EQ(next.dts, 480'000U + 96'024U);
}

// Whatever comes, time goes forward and no faster than clocks do.
TEST(Repair, GarbageNeverGoesBackAndStaysNearTheClock) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random{seed};
    const unsigned bits[] = {0, 32, 33};
    const TrackSpec specs[] = {
        {1, 90'000, 90'000, bits[seed % 3], 0},
        {1, 1'000, 48'000, bits[seed / 3 % 3], seed % 2 == 0 ? 1'024U : 0U, seed % 5 == 0}};
    const bool live = seed % 7 != 0;
    Repair repair{live};
    repair.begin_session({specs[0], specs[1]});
    const auto range = std::int64_t{1} << (seed % 64U);
    std::uint64_t last[] = {0, 0};
    double now = 0;
    std::int64_t value = 0;
    for (int n = 0; n < 2'000; ++n) {
      now += static_cast<double>(random() % 1'000) / 10'000;
      const auto track = random() % 2;
      const auto spread =
          range == std::numeric_limits<std::int64_t>::min()
              ? static_cast<std::int64_t>(random())
              : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(range));
      value =
          random() % 4 == 0
              ? spread
              : static_cast<std::int64_t>(static_cast<std::uint64_t>(value) + random() % 400'000);
      Stamp stamp;
      if (random() % 8 != 0) stamp.pts = value;
      if (random() % 3 != 0) stamp.dts = value;
      if (random() % 3 != 0) stamp.duration = static_cast<std::int64_t>(random() % 500'000);
      const auto repaired = repair.repair(track, stamp, at(std::chrono::duration<double>(now)));
      ASSERT_GT(repaired.dts, last[track]) << seed << ' ' << n;
      ASSERT_GT(repaired.duration, 0U);
      last[track] = repaired.dts;
      const double seconds = static_cast<double>(repaired.dts) / specs[track].timescale;
      if (live) {
        ASSERT_NEAR(seconds, 10 + now, 65 + now / 16) << seed << " " << n;
      }
      if (n % 500 == 499) repair.begin_session({specs[0], specs[1]});
    }
  }
}

constexpr TrackSpec rtmp_video{1, 1'000, 90'000, 32, 0};
constexpr TrackSpec rtmp_audio{1, 1'000, 48'000, 32, 1'024, false};

TEST(Repair, ATrackThatIsAddedLaterKeepsItsPlaceBesideThePicture) {
  Repair repair{true};
  repair.begin_session({rtmp_video});
  repair.repair(0, dts(5'000), at(0s));
  repair.repair(0, dts(9'000), at(4s));
  EXPECT_EQ(repair.add_track(rtmp_audio), 1U);
  EXPECT_EQ(repair.repair(1, dts(9'010), at(4s + 300ms)).dts, 480'000U + 4'010U * 48U);
}

TEST(Repair, ATrackThatChangesItsRateGoesOn) {
  Repair repair{true};
  repair.begin_session({rtmp_video, rtmp_audio});
  repair.repair(0, dts(0), at(0s));
  repair.repair(1, dts(0), at(0s));
  repair.repair(1, dts(1'000), at(1s));
  auto slower = rtmp_audio;
  slower.timescale = 8'000;
  repair.change_track(1, slower);
  EXPECT_EQ(repair.repair(1, dts(1'021), at(1s + 40ms)).dts, 80'000U + 8'168U);
  repair.change_track(1, rtmp_audio);
  EXPECT_EQ(repair.repair(1, dts(1'020), at(1s + 50ms)).dts, 480'000U + 1'021U * 48U + 1U)
      << "behind its last stamp";
}

TEST(Repair, TracksOfOneClockWrapTogether) {
  Repair repair{true};
  repair.begin_session({rtmp_video, rtmp_audio});
  const auto before = (std::int64_t{1} << 32U) - 10;
  EXPECT_EQ(repair.repair(0, dts(before), at(0s)).dts, 900'000U);
  EXPECT_EQ(repair.repair(1, dts(5), at(200ms)).dts, 480'000U + 15U * 48U);
  EXPECT_EQ(repair.repair(0, dts(30), at(40ms)).dts, 900'000U + 40U * 90U);
}

}  // namespace
}  // namespace live::timeline
