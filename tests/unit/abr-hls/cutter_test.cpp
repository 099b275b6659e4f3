#include "tools/abr-hls/cutter.hpp"

#include <functional>
#include <random>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

constexpr std::int64_t start = 900'000;
constexpr std::int64_t second = 90'000;

struct Run {
  std::vector<std::int64_t> segments, keys, parts;  ///< from the start
  std::vector<Cut> cuts;
};

/// `count` pictures at `num`/`den` a second.
Run run(Cutter& cutter, std::int64_t num, std::int64_t den, int count, int source_gop = 0,
        std::int64_t from = start) {
  Run result;
  for (int i = 0; i < count; ++i) {
    const auto at = from + live::rescale(i * den, second, num);
    const auto next = from + live::rescale((i + 1) * den, second, num);
    const auto answer = cutter.picture(at, next - at, source_gop > 0 && i % source_gop == 0);
    if (answer.key) result.keys.push_back(at - start);
    if (!answer.cut) continue;
    result.cuts.push_back(*answer.cut);
    (answer.cut->segment ? result.segments : result.parts).push_back(at - start);
  }
  return result;
}

std::vector<std::int64_t> lengths(const std::vector<std::int64_t>& points) {
  std::vector<std::int64_t> result;
  for (std::size_t i = 1; i < points.size(); ++i)
    result.push_back(points[i] - points[i - 1]);
  return result;
}

struct Rate {
  std::int64_t num, den;
};
class CutterByTime : public testing::TestWithParam<Rate> {};

TEST_P(CutterByTime, SegmentsAndKeysLieWithinAPictureOfTheirGrid) {
  Cutter cutter{{4s, 2s, 0ms, 10s, false}};
  const auto [num, den] = GetParam();
  const auto got = run(cutter, num, den, static_cast<int>(60 * num / den));
  const auto picture = live::rescale(den, second, num) + 1;
  ASSERT_GE(got.segments.size(), 14U);
  for (std::size_t i = 0; i < got.segments.size(); ++i) {
    const auto grid = static_cast<std::int64_t>(i) * 4 * second;
    EXPECT_GE(got.segments[i], grid - 90);
    EXPECT_LT(got.segments[i], grid + picture);
  }
  for (std::size_t i = 0; i < got.keys.size(); ++i) {
    const auto grid = static_cast<std::int64_t>(i) * 2 * second;
    EXPECT_GE(got.keys[i], grid - 90);
    EXPECT_LT(got.keys[i], grid + picture);
  }
  EXPECT_EQ(cutter.targets()->segment, 4s);
}

TEST_P(CutterByTime, PartsAreAtMostTheirTargetAndMostlyAtLeast85Percent) {
  Cutter cutter{{4s, 2s, 500ms, 10s, false}};
  const auto [num, den] = GetParam();
  const auto got = run(cutter, num, den, static_cast<int>(60 * num / den));
  const auto target = cutter.targets()->part.count() * 9 / 100;
  auto all = got.segments;
  all.insert(all.end(), got.parts.begin(), got.parts.end());
  std::sort(all.begin(), all.end());
  for (const auto length : lengths(all)) {
    EXPECT_LE(length, target + 9);
    EXPECT_GE(length * 100, target * 85);
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, CutterByTime,
                         testing::Values(Rate{25, 2}, Rate{24000, 1001}, Rate{24, 1}, Rate{25, 1},
                                         Rate{30000, 1001}, Rate{30, 1}, Rate{50, 1},
                                         Rate{60000, 1001}, Rate{60, 1}));

TEST(Cutter, APictureThatLastsLongerLeavesNoStumpOfAPart) {
  for (std::int64_t longer = 0; longer < 3000; longer += 100) {
    Cutter cutter{{2s, 2s, 400ms, 10s, false}};
    std::vector<std::int64_t> begins;
    for (std::int64_t i = 0; i < 100; ++i) {
      const auto at = start + i * 3003 + (i > 0 ? longer : 0);
      const auto answer = cutter.picture(at, i == 0 ? 3003 + longer : 3003, false);
      if (!answer.cut) continue;
      if (answer.cut->segment && !begins.empty()) begins.pop_back();  // the last part may be short
      begins.push_back(at);
    }
    const auto target = cutter.targets()->part.count() * 9 / 100;
    for (const auto length : lengths(begins))
      EXPECT_GE(length * 100, target * 85) << longer;
  }
}

/// Pictures that come when they please: the last one is shown again where something is due, as PictureChain does it.
TEST(Cutter, PartsAreHonestAtAnyPaceWhereAPictureCanBeShownAgain) {
  std::mt19937 random{7};
  for (const std::int64_t usual : {1'500, 3'600, 9'000, 18'000, 45'000}) {
    for (const auto part : {200ms, 500ms, 1000ms}) {
      Cutter cutter{{4s, 2s, part, 10s, false}};
      std::int64_t last = start - 1, begin = start, target = 0, parts = 0;
      const auto show = [&](std::int64_t at) {
        last = at;
        const auto answer = cutter.picture(at, usual, false);
        target = cutter.targets()->part.count() * 9 / 100;
        if (!answer.cut) return;
        const auto length = at - std::exchange(begin, at);
        EXPECT_LE(length, target + 900) << usual << " " << part.count();
        if (answer.cut->segment) return;
        ++parts;
        EXPECT_GE(length * 100, target * 85) << usual << " " << part.count();
      };
      std::uniform_int_distribution<std::int64_t> pause{usual / 4, usual * 4};
      for (auto at = start; at < start + 100 * second; at += pause(random)) {
        for (auto due = cutter.next_due();
             at > start && due > last && (due <= at - usual * 3 / 2 || cutter.is_late(at));
             due = cutter.next_due())
          show(due);
        show(at);
      }
      EXPECT_GT(parts, target > second ? 20 : 70);
    }
  }
}

TEST(Cutter, KeysBeginAnewWithASegmentThatIsNoMultiple) {
  Cutter cutter{{5s, 2s, 0ms, 10s, false}};
  const auto got = run(cutter, 25, 1, 10 * 25);
  EXPECT_THAT(got.keys, ElementsAre(0, 2 * second, 4 * second, 5 * second, 7 * second, 9 * second));
  EXPECT_THAT(got.segments, ElementsAre(0, 5 * second));
}

TEST(Cutter, StampsThatAreAMillisecondEarlyAreInTime) {
  Cutter cutter{{4s, 2s, 0ms, 10s, false}};
  EXPECT_TRUE(cutter.picture(start, 3000, false).cut);
  EXPECT_FALSE(cutter.picture(start + 4 * second - 3000, 2910, false).cut);
  EXPECT_TRUE(cutter.picture(start + 4 * second - 90, 3090, false).cut);
}

TEST(Cutter, AHoleThatIsTooLongIsADiscontinuityAndBeginsAGrid) {
  Cutter cutter{{4s, 2s, 500ms, 10s, false}};
  run(cutter, 25, 1, 50);
  const auto got = run(cutter, 25, 1, 200, 0, start + 33 * second);
  ASSERT_THAT(got.segments, SizeIs(2));
  EXPECT_EQ(got.cuts[0].at, start + 33 * second);
  EXPECT_TRUE(got.cuts[0].discontinuity);
  EXPECT_EQ(got.cuts[0].ends, start + 2 * second);
  EXPECT_EQ(got.segments[1], 37 * second);
}

TEST(Cutter, AShortHoleIsNone) {
  Cutter cutter{{4s, 2s, 0ms, 10s, false}};
  run(cutter, 25, 1, 50);
  const auto got = run(cutter, 25, 1, 100, 0, start + 3 * second);
  EXPECT_THAT(got.segments, ElementsAre(4 * second));
  EXPECT_FALSE(got.cuts[0].discontinuity);
}

TEST(Cutter, ARestartIsADiscontinuityWhateverTheTime) {
  Cutter cutter{{4s, 2s, 0ms, 10s, false}};
  run(cutter, 25, 1, 50);
  cutter.restart();
  const auto answer = cutter.picture(start + 2 * second, 3600, false);
  ASSERT_TRUE(answer.cut);
  EXPECT_TRUE(answer.key);
  EXPECT_EQ(*answer.cut, (Cut{start + 2 * second, true, true, start + 2 * second, true}));
  EXPECT_EQ(cutter.picture(start + 6 * second, 3600, false).cut->at, start + 6 * second);
}

TEST(Cutter, FollowsTheSourcesGops) {
  Cutter cutter{{4s, 2s, 0ms, 10s, true}};
  const auto got = run(cutter, 25, 1, 25 * 20, 50);
  EXPECT_THAT(got.segments,
              ElementsAre(0, 2 * second, 4 * second, 8 * second, 12 * second, 16 * second));
  EXPECT_EQ(cutter.targets()->segment, 4s);
  for (const auto& cut : got.cuts)
    EXPECT_TRUE(cut.independent);
}

TEST(Cutter, GopsThatDoNotFitTwiceStandAlone) {
  Cutter cutter{{4s, 2s, 0ms, 10s, true}};
  const auto got = run(cutter, 25, 1, 25 * 24, 75);
  EXPECT_THAT(lengths(got.segments), Each(3 * second));
  EXPECT_EQ(cutter.targets()->segment, 4s);
}

struct Gops {
  std::int64_t num, den;
  int pictures;
  std::int64_t segment, target;  ///< whole GOPs of a segment; seconds
};
class CutterBySource : public testing::TestWithParam<Gops> {};

TEST_P(CutterBySource, SegmentsHoldAsManyWholeGopsAsFit) {
  const auto& [num, den, pictures, whole, target] = GetParam();
  for (const auto part : {0ms, 200ms, 500ms}) {
    Cutter cutter{{4s, 2s, part, 10s, true}};
    const auto got = run(cutter, num, den, static_cast<int>(60 * num / den), pictures);
    EXPECT_EQ(cutter.targets()->segment, std::chrono::seconds{target});
    ASSERT_GE(got.segments.size(), 6U);
    for (std::size_t i = 0; i < got.segments.size(); ++i) {
      const auto gops = i < 2 ? i : 2 + whole * static_cast<std::int64_t>(i - 2);
      EXPECT_EQ(got.segments[i], live::rescale(gops * pictures * den, second, num)) << i;
    }
    for (const auto& cut : got.cuts)
      EXPECT_TRUE(cut.independent || !cut.segment);
  }
}

INSTANTIATE_TEST_SUITE_P(Gops, CutterBySource,
                         testing::Values(Gops{25, 1, 15, 6, 4}, Gops{25, 1, 12, 8, 4},
                                         Gops{25, 1, 18, 5, 4}, Gops{50, 1, 24, 8, 4},
                                         Gops{60, 1, 37, 6, 4}, Gops{120, 1, 37, 12, 4},
                                         // 2.002 s, twice, are 4 s and less than a picture
                                         Gops{30000, 1001, 30, 4, 4}, Gops{30000, 1001, 60, 2, 4},
                                         Gops{24000, 1001, 48, 2, 4}, Gops{60000, 1001, 240, 1, 4},
                                         Gops{25, 1, 101, 1, 5}, Gops{25, 1, 105, 1, 5},
                                         Gops{30000, 1001, 250, 1, 9},
                                         Gops{30000, 1001, 300, 1, 10}));

TEST(Cutter, LongGopsMakeTheTargetAndLaterOnesAreCutThere) {
  Cutter cutter{{4s, 2s, 0ms, 10s, true}};
  run(cutter, 25, 1, 25 * 12, 25 * 6);
  EXPECT_FALSE(cutter.targets());
  auto got = run(cutter, 25, 1, 25 * 12, 25 * 12, start + 12 * second);
  EXPECT_EQ(cutter.targets()->segment, 6s);
  EXPECT_THAT(got.segments, ElementsAre(12 * second, 18 * second));
  EXPECT_TRUE(got.cuts[0].independent);
  EXPECT_FALSE(got.cuts[1].independent);
}

TEST(Cutter, AnEndlessGopIsCutAtTheLongest) {
  Cutter cutter{{4s, 2s, 0ms, 10s, true}};
  const auto got = run(cutter, 25, 1, 25 * 35, 10'000);
  EXPECT_THAT(got.segments, ElementsAre(0, 10 * second, 20 * second, 30 * second));
  EXPECT_EQ(cutter.targets()->segment, 10s);
}

/// What RTMP makes of a source with two B-frames: decode times and reordering in whole milliseconds.
TEST(Cutter, PartsOfASourceWithStampsInMillisecondsAreHonest) {
  for (const auto& [num, den] : {std::pair{24, 1}, {30'000, 1'001}, {25, 1}, {30, 1}, {60, 1}}) {
    for (const auto part : {100ms, 200ms, 333ms, 500ms, 1000ms}) {
      Cutter cutter{{4s, 2s, part, 10s, true}};
      const auto ms = [&, num = num, den = den](std::int64_t picture) {
        return (live::rescale(picture * den, 1'000, num) + 10'000) * 90;
      };
      cutter.expect({live::rescale(den, second, num) + 7});  // it was measured
      std::int64_t length = 0, reordering = 0, target = 0;
      for (std::int64_t i = 0; i < 2'000; ++i) {
        const bool key = i % 48 == 0;
        const auto dts = ms(i), duration = ms(i + 1) - dts;
        if (key) reordering = ms(i + 2) - dts;
        const auto answer = cutter.picture(dts + reordering, duration, key);
        if (cutter.targets()) target = cutter.targets()->part.count() * 9 / 100;
        if (answer.cut && target > 0) {
          EXPECT_LE(length, target) << num << " " << part.count();
          if (!answer.cut->segment) {
            EXPECT_GE(length * 100, target * 85) << num << " " << part.count();
          }
        }
        length = answer.cut ? duration : length + duration;
      }
    }
  }
}

struct UnevenSource {
  std::int64_t pictures, group;
  std::function<std::int64_t(std::int64_t)> duration;  ///< of the picture of this index (1/90000 s)
};

/// No part is above PART-TARGET or below 85 % of it (1/90000 s), and there are more than `least`.
void expect_honest_parts(Cutter& cutter, const UnevenSource& source, std::int64_t part_target,
                         std::int64_t least) {
  std::int64_t at = start, length = 0, parts = 0;
  for (std::int64_t i = 0; i < source.pictures; ++i) {
    const auto duration = source.duration(i);
    const auto answer = cutter.picture(at, duration, i % source.group == 0);
    if (answer.cut && i > 0) {
      EXPECT_LE(length, part_target);
      if (!answer.cut->segment) {
        ++parts;
        EXPECT_GE(length * 100, part_target * 85);
      }
    }
    length = answer.cut ? duration : length + duration;
    at += duration;
  }
  EXPECT_GT(parts, least);
}

/// Pictures of 33 ms, and every now and then one of up to 100 ms: a browser's camera in the dark.
TEST(Cutter, PartsOfASourceAtAnUnevenPaceAreHonest) {
  std::mt19937 random{3};
  Cutter cutter{{4s, 2s, 500ms, 10s, true}};
  cutter.expect({3000, 3000, 9000});
  EXPECT_EQ(cutter.part_target(), 670ms);
  const auto duration = [&](std::int64_t i) {
    return 3000 * static_cast<std::int64_t>(i % 13 == 7 ? 1 + random() % 3 : 1);
  };
  expect_honest_parts(cutter, {3'000, 60, duration}, 60'300, 100);
}

/// Five a second, more or less: on a grid of 25, from 120 to 280 ms apart.
TEST(Cutter, PartsOfASlowSourceAtAnUnevenPaceAreHonest) {
  std::mt19937 random{5};
  Cutter cutter{{4s, 2s, 500ms, 10s, true}};
  cutter.expect({18'000, 10'800, 25'200});
  EXPECT_EQ(cutter.part_target(), 1870ms);
  const auto duration = [&](std::int64_t) {
    return 3600 * static_cast<std::int64_t>(3 + random() % 5);
  };
  expect_honest_parts(cutter, {1'000, 20, duration}, 168'300, 50);
}

/// Two or three a second as they come: whatever the room, parts would be too short, so there are none.
TEST(Cutter, ASourceWhosePicturesLastTooUnequallyLongHasNoParts) {
  Cutter cutter{{4s, 2s, 500ms, 10s, true}};
  cutter.expect({36'000, 36'000, 90'000});
  EXPECT_EQ(cutter.part_target(), 0ms);
  for (std::int64_t i = 0; i < 100; ++i) {
    const auto answer = cutter.picture(start + i * 36'000, 36'000, i % 5 == 0);
    EXPECT_TRUE(!answer.cut || answer.cut->segment) << i;
  }
  EXPECT_EQ(cutter.targets()->part, 0ms);
}

TEST(Cutter, PartTargetOfASourceIsThatOfTheListsThatGoOn) {
  const auto target = [](live::Us before, std::int64_t longest, std::int64_t usual = 3600) {
    Cutter cutter{{4s, 2s, 500ms, 10s, true, before}};
    cutter.expect({usual, usual, longest});
    return cutter.part_target();
  };
  EXPECT_EQ(target(0ms, 3600), 530ms);
  EXPECT_EQ(target(670ms, 3600), 670ms);
  EXPECT_EQ(target(530ms, 9000), 530ms);
  EXPECT_EQ(target(2500ms, 3600), 530ms);
  EXPECT_EQ(target(200ms, 3600), 530ms);
  EXPECT_EQ(target(0ms, 90'000), 2s);  // room has its end: two are a segment
  EXPECT_EQ(target(0ms, 27'000, 18'000), 2s);
  EXPECT_EQ(target(0ms, 36'000, 18'000), 0ms);  // no room is large enough
  EXPECT_EQ(target(700ms, 36'000, 18'000), 700ms);
  EXPECT_EQ(target(0ms, 18'000, 18'000), 610ms);  // three pictures, however long one lasts
  EXPECT_EQ(target(0ms, 18'180, 18'000), 610ms);
  EXPECT_EQ(target(0ms, 21'600, 18'000), 1600ms);
}

TEST(Cutter, WithoutPicturesTheSoundOfASourceIsCutByTime) {
  Cutter cutter{{4s, 2s, 500ms, 10s, true}};
  run(cutter, 25, 1, 150, 50);  // 6 s
  const auto cuts = cutter.pass(start + 13 * second);
  std::vector<std::int64_t> segments;
  auto before = start + 6 * second;
  for (const auto& cut : cuts) {
    EXPECT_LE(cut.at - before, cutter.part_target().count() * 9 / 100);
    EXPECT_FALSE(cut.discontinuity);
    before = cut.at;
    if (cut.segment) segments.push_back(cut.at - start);
  }
  EXPECT_THAT(segments, ElementsAre(8 * second, 12 * second));
  EXPECT_TRUE(cutter.pass(start + 13 * second).empty());
  // What is late begins nothing, the next key frame does.
  EXPECT_FALSE(cutter.picture(start + 10 * second, 3600, true).cut);
  const auto first = cutter.picture(start + 13 * second + 3600, 3600, false).cut;
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->segment && !first->independent);  // a part of 40 ms is the last of its segment
  const auto back = cutter.pass(start + 15 * second);
  EXPECT_FALSE(back.empty());
  const auto key = cutter.picture(start + 15 * second + 9000, 3600, true).cut;
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->segment && key->independent);
  EXPECT_FALSE(key->discontinuity);
}

TEST(Cutter, AnInputThatEndsBeforeItsSecondGopHasATarget) {
  Cutter cutter{{4s, 2s, 0ms, 10s, true}};
  run(cutter, 25, 1, 25 * 7, 1000);
  EXPECT_FALSE(cutter.targets());
  cutter.settle();
  EXPECT_EQ(cutter.targets()->segment, 7s);
}

}  // namespace
}  // namespace abr_hls
