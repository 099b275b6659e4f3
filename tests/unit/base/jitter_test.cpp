#include "common/base/jitter.hpp"

#include <set>

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Jitter, StaysWithinItsBoundAndReachesIt) {
  Jitter jitter{42};
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1'000; ++i)
    seen.insert(jitter.upto(3));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3}));
  EXPECT_EQ(jitter.upto(0), 0U);
}

TEST(Jitter, DiffersByItsSeed) {
  constexpr std::uint64_t wide = 1U << 30U;
  EXPECT_EQ(Jitter{5}.upto(wide), Jitter{5}.upto(wide));
  EXPECT_NE(Jitter{5}.upto(wide), Jitter{7}.upto(wide));
}

}  // namespace
}  // namespace live
