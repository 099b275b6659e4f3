#include "common/mux/cut.hpp"

#include <gtest/gtest.h>

namespace live::mux {
namespace {

TEST(Cut, IsFrameGopOrADuration) {
  EXPECT_EQ(parse_cut("frame"), (Cut{Cut::At::frame, {}}));
  EXPECT_EQ(parse_cut("gop"), (Cut{Cut::At::gop, {}}));
  EXPECT_EQ(parse_cut("1.5s"), (Cut{Cut::At::duration, std::chrono::milliseconds{1500}}));
  EXPECT_FALSE(parse_cut("0s"));
  EXPECT_FALSE(parse_cut("now"));
}

}  // namespace
}  // namespace live::mux
