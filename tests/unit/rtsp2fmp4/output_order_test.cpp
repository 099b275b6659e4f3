#include "tools/rtsp2fmp4/output_order.hpp"

#include <gtest/gtest.h>

namespace rtsp2fmp4 {
namespace {

TEST(OutputOrder, FollowsThePictureOrderCount) {
  OutputOrder order{4};
  // I0 P3 B1 B2 P6 B4 B5 P9: 18 does not fit 4 bits, so P9 comes as 2.
  EXPECT_EQ(order.place(0, true, 0), 0);
  EXPECT_EQ(order.place(1, false, 6), 3);
  EXPECT_EQ(order.place(2, false, 2), 1);
  EXPECT_EQ(order.place(3, false, 4), 2);
  EXPECT_EQ(order.place(4, false, 12), 6);
  EXPECT_EQ(order.place(5, false, 8), 4);
  EXPECT_EQ(order.place(6, false, 10), 5);
  EXPECT_EQ(order.place(7, false, 2), 9);
  EXPECT_EQ(order.place(8, false, 14), 7);
  EXPECT_EQ(order.place(9, false, 0), 8);
}

TEST(OutputOrder, BeginsAnewAtAnIdrPicture) {
  OutputOrder order{8};
  order.place(0, true, 0);
  order.place(1, false, 2);
  EXPECT_EQ(order.place(2, true, 0), 2);
  EXPECT_EQ(order.place(3, false, 4), 4);
}

}  // namespace
}  // namespace rtsp2fmp4
