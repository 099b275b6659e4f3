#include "common/process/lines.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::process {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

/// The lines of `text`, given in pieces of `piece` bytes.
std::vector<std::string> lines_of(std::string_view text, std::size_t piece = 1000,
                                  std::size_t longest = 20) {
  std::vector<std::string> found;
  const Lines::Sink keep = [&](std::string_view line) { found.emplace_back(line); };
  Lines lines{longest};
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    lines.push(text.substr(0, piece), keep);
  lines.flush(keep);
  return found;
}

TEST(Lines, EndWithLfOrCrLfOrTheEnd) {
  EXPECT_THAT(lines_of("one\ntwo\r\nthree"), ElementsAre("one", "two", "three"));
}

TEST(Lines, EmptyOnesAreLeftOut) { EXPECT_THAT(lines_of("\n\r\n\n \n\n"), ElementsAre(" ")); }

TEST(Lines, OfAProgressDisplayOnlyTheLastStateIsSeen) {
  EXPECT_THAT(lines_of("frame=1\rframe=2\rframe=3\r\nend\nframe=4\rframe=5\r"),
              ElementsAre("frame=3", "end", "frame=5"));
}

TEST(Lines, AreCutWhereTheyAreTooLong) {
  EXPECT_THAT(lines_of("0123456789012345678901234\nnext\n"),
              ElementsAre("01234567890123456789", "next"));
}

TEST(Lines, AreTheSameInWhateverPiecesTheyCome) {
  constexpr std::string_view text =
      "one\ntwo\r\n\r\nprogress\rmore\rdone\n0123456789012345678901234\nrest";
  for (std::size_t piece = 1; piece < text.size(); ++piece)
    EXPECT_EQ(lines_of(text, piece), lines_of(text)) << "pieces of " << piece;
}

TEST(LineBudget, ShowsABurstThenARateAndCountsTheRest) {
  LineBudget budget;
  const Monotonic begin{1h};
  int shown = 0;
  for (int i = 0; i < 1000; ++i)
    shown += budget.take(begin) ? 1 : 0;
  EXPECT_EQ(shown, LineBudget::burst);
  EXPECT_EQ(budget.take_hidden(), 1000U - 50U);
  EXPECT_EQ(budget.take_hidden(), 0U);
  shown = 0;
  for (int ms = 1; ms <= 10'000; ++ms)
    shown += budget.take(begin + Ms{ms}) ? 1 : 0;
  EXPECT_NEAR(shown, 10 * LineBudget::per_second, 1);
}

}  // namespace
}  // namespace live::process
