#include "tools/rtsp2fmp4/reorder_watch.hpp"

#include <initializer_list>

#include <gtest/gtest.h>

namespace rtsp2fmp4 {
namespace {

bool reordered(std::initializer_list<std::int64_t> stamps) {
  ReorderWatch watch;
  bool seen = false;
  for (const auto pts : stamps)
    seen = watch.sees(pts) || seen;
  return seen;
}

TEST(ReorderWatch, SeesBFrames) {
  EXPECT_TRUE(reordered({0, 2, 1, 4, 3}));
  EXPECT_TRUE(reordered({0, 3, 1, 2, 6, 4, 5}));
  EXPECT_TRUE(reordered({0, 4, 2, 1, 3, 8}));
}

TEST(ReorderWatch, DoesNotTakeAClockThatWasSetBackForThem) {
  EXPECT_FALSE(reordered({0, 1, 2, 3, 4}));
  EXPECT_FALSE(reordered({100, 101, 102, 0, 1, 2, 3, 4, 5}));
  EXPECT_FALSE(reordered({100, 101, 102, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103}));
  EXPECT_FALSE(reordered({0, 1, 1, 2, 2, 3}));
}

}  // namespace
}  // namespace rtsp2fmp4
