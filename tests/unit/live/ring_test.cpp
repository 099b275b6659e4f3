#include "common/live/ring.hpp"

#include "tests/unit/live/fragments.hpp"

#include <gtest/gtest.h>

namespace live {
namespace {

using test::bare;

TEST(Ring, NumbersFragmentsFromZeroAndNeverAgain) {
  Ring<Fragment> ring{1'000};
  EXPECT_EQ(ring.push(bare(true)), 0u);
  EXPECT_EQ(ring.push(bare(false)), 1u);
  ring.prune(2);
  EXPECT_EQ(ring.push(bare(true)), 2u);
}

TEST(Ring, KeepsEverythingFromTheNewestStart) {
  Ring<Fragment> ring{10'000};
  for (const bool start : {true, false, false, true, false})
    ring.push(bare(start));
  ring.prune(ring.end());
  EXPECT_EQ(ring.first(), 3u);
  EXPECT_EQ(ring.end(), 5u);
}

TEST(Ring, KeepsWhatTheSlowestViewerNeeds) {
  Ring<Fragment> ring{10'000};
  for (const bool start : {true, false, false, true, false})
    ring.push(bare(start));
  ring.prune(1);
  EXPECT_EQ(ring.first(), 1u);
}

TEST(Ring, AnEndlessGopLosesItsOldestFragmentsAndThenItsStart) {
  Ring<Fragment> ring{1'000};
  ring.push(bare(true, 400));
  ring.push(bare(false, 400));
  EXPECT_EQ(ring.newest_start(), 0u);
  ring.push(bare(false, 400));
  EXPECT_EQ(ring.first(), 1u);
  EXPECT_EQ(ring.newest_start(), std::nullopt);
  EXPECT_LE(ring.bytes(), 1'000u);
}

TEST(Ring, WithoutAStartOnlyViewersKeepFragments) {
  Ring<Fragment> ring{1'000};
  for (int i = 0; i < 3; ++i)
    ring.push(bare(false));
  ring.prune(ring.end());
  EXPECT_EQ(ring.bytes(), 0u);
}

TEST(Ring, AFragmentLargerThanTheLimitStaysAlone) {
  Ring<Fragment> ring{1'000};
  ring.push(bare(true, 500));
  ring.push(bare(true, 5'000));
  EXPECT_EQ(ring.first(), 1u);
  EXPECT_EQ(ring.bytes(), 5'000u);
}

TEST(Ring, CountsTheBytesFromASequenceOn) {
  Ring<Fragment> ring{10'000};
  for (const std::size_t size : {10, 20, 30})
    ring.push(bare(true, size));
  EXPECT_EQ(ring.bytes_from(0), 60u);
  EXPECT_EQ(ring.bytes_from(2), 30u);
  EXPECT_EQ(ring.bytes_from(3), 0u);
}

TEST(Ring, FindsStarts) {
  Ring<Fragment> ring{10'000};
  for (const bool start : {true, false, true, false, true, false})
    ring.push(bare(start));
  EXPECT_EQ(ring.newest_start(), 4u);
  EXPECT_EQ(ring.newest_start(5), std::nullopt);
  EXPECT_EQ(ring.start_after(0), 2u);
  EXPECT_EQ(ring.start_after(2), 4u);
  EXPECT_EQ(ring.start_after(4), std::nullopt);
}

TEST(Ring, NobodyBeginsAtWhatAWriterLeftBehind) {
  Ring<Fragment> ring{10'000};
  ring.push(bare(true));
  ring.forget_starts();
  EXPECT_EQ(ring.newest_start(), std::nullopt);
}

TEST(Ring, CountsWhatViewersHoldOutsideIt) {
  Ring<Fragment> ring{1'000};
  ring.push(bare(true, 300));
  auto held = ring.share(0);
  ring.push(bare(true, 100));
  ring.prune(ring.end());
  EXPECT_EQ(ring.stray_bytes(), 300u);
  held.reset();
  EXPECT_EQ(ring.stray_bytes(), 0u);
}

TEST(Ring, HoldersOfTheOldestMustLetGoWhenStraysExceedTheLimit) {
  Ring<Fragment> ring{1'000};
  std::vector<FragmentPtr> held;
  for (int i = 0; i < 4; ++i) {
    ring.push(bare(true, 400));
    held.push_back(ring.share(ring.end() - 1));
    ring.prune(ring.end());
  }
  EXPECT_EQ(ring.stray_bytes(), 1'200u);
  EXPECT_EQ(ring.overdue(), 1u);
  held[0].reset();
  EXPECT_EQ(ring.overdue(), 0u);
}

}  // namespace
}  // namespace live
