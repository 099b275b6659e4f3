#include "common/base/ascii.hpp"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Ascii, LettersAreThoseOfAsciiOnly) {
  EXPECT_EQ(to_lower("Content-LENGTH \xC4[@"), "content-length \xC4[@");
  EXPECT_TRUE(is_alnum('Z') && is_alnum('a') && is_alnum('0'));
  for (const char c : {'@', '[', '`', '{', '/', ':', '\xC4', '\0'})
    EXPECT_FALSE(is_alnum(c)) << static_cast<int>(c);
}

TEST(Ascii, HexDigits) {
  EXPECT_EQ(hex_digit('0'), 0);
  EXPECT_EQ(hex_digit('f'), 15);
  EXPECT_EQ(hex_digit('A'), 10);
  for (const char c : {'g', 'G', '/', ':', '@', '`', '\0'})
    EXPECT_EQ(hex_digit(c), -1) << static_cast<int>(c);
}

TEST(Ascii, WordsAreTheSameInAnyCase) {
  EXPECT_TRUE(is_same_word("Bearer", "bEARER"));
  EXPECT_FALSE(is_same_word("bearer", "bearer "));
  EXPECT_FALSE(is_same_word("@", "`"));
}

TEST(Ascii, TrimsBothEnds) {
  EXPECT_EQ(trimmed("\t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \r\n"), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("\n a ", " "), "\n a");
}

}  // namespace
}  // namespace live
