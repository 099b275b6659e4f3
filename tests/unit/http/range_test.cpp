#include "common/http/range.hpp"

#include <gtest/gtest.h>

namespace live::http {
namespace {

const Wanted whole{Whole{}}, beyond{Unsatisfiable{}};

Wanted span(std::uint64_t first, std::uint64_t length) { return ByteSpan{first, length}; }

// The examples of RFC 9110 §14.1.2, of a representation of 10,000 bytes.
TEST(Range, ReadsTheExamplesOfTheStandard) {
  EXPECT_EQ(wanted_range("bytes=0-499", 10'000), span(0, 500));
  EXPECT_EQ(wanted_range("bytes=500-999", 10'000), span(500, 500));
  EXPECT_EQ(wanted_range("bytes=-500", 10'000), span(9'500, 500));
  EXPECT_EQ(wanted_range("bytes=9500-", 10'000), span(9'500, 500));
  EXPECT_EQ(wanted_range("Bytes=9500-", 10'000), span(9'500, 500));
}

TEST(Range, EndsWithTheRepresentation) {
  EXPECT_EQ(wanted_range("bytes=9-99", 10), span(9, 1));
  EXPECT_EQ(wanted_range("bytes=-99", 10), span(0, 10));
  EXPECT_EQ(wanted_range("bytes=0-99999999999999999999999999", 10), span(0, 10));
}

TEST(Range, BehindTheEndIsUnsatisfiable) {
  EXPECT_EQ(wanted_range("bytes=10-", 10), beyond);
  EXPECT_EQ(wanted_range("bytes=99999999999999999999999999-", 10), beyond);
  EXPECT_EQ(wanted_range("bytes=-0", 10), beyond);
  EXPECT_EQ(wanted_range("bytes=0-0", 0), beyond);
}

TEST(Range, WhatIsNoneIsIgnored) {
  for (const auto* text : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=1-x",
                           "lines=0-1", "bytes=--1", "bytes=+1-2", "bytes=0x1-2"})
    EXPECT_EQ(wanted_range(text, 10), whole) << text;
  EXPECT_EQ(wanted_range("bytes=-5", 0), whole);
}

TEST(Range, SeveralGiveTheWhole) {
  EXPECT_EQ(wanted_range("bytes=0-1,3-4", 10), whole);
  EXPECT_EQ(wanted_range("bytes=0-1,0-1,0-1", 10), whole);
}

TEST(Range, IsToldAsContentRange) { EXPECT_EQ(content_range({0, 100}, 1000), "bytes 0-99/1000"); }

}  // namespace
}  // namespace live::http
