#include "common/base/percent.hpp"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Percent, DecodesWhatIsEncodedAndKeepsTheRest) {
  EXPECT_EQ(percent_decoded("a%20b%2f%2F"), "a b//");
  EXPECT_EQ(percent_decoded("100%"), "100%");
  EXPECT_EQ(percent_decoded("%4"), "%4");
  EXPECT_EQ(percent_decoded("%zz%41"), "%zzA");
  EXPECT_EQ(percent_decoded(""), "");
}

}  // namespace
}  // namespace live
