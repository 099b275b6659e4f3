#include "common/mp4/colour.hpp"

#include "common/mp4/box.hpp"
#include "common/mp4/init.hpp"
#include "tests/support/parsed.hpp"
#include "tests/unit/mp4/streams.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace live::mp4 {
namespace {

using test::bytes;

bool has(Bytes in, std::string_view hex) {
  const auto wanted = bytes(hex);
  return std::search(in.begin(), in.end(), wanted.begin(), wanted.end()) != in.end();
}

const codec::Colour pq{9,
                       16,
                       9,
                       false,
                       codec::MasteringDisplay{{1, 2}, {3, 4}, {5, 6}, {7, 8}, 9, 10},
                       codec::LightLevel{1'000, 400}};

TEST(ColourInInit, StandsInTheSampleEntryOfItsTrack) {
  const Track tracks[] = {
      {1, 90'000, test::avc()}, {2, 44'100, test::aac()}, {3, 90'000, test::avc()}};
  const auto before = write_init(tracks);
  const auto after = with_colour(before, 3, pq);
  EXPECT_EQ(after.size(), before.size() + 0x13 + 0x20 + 0x0c);
  EXPECT_TRUE(has(after, "00000013 636f6c72 6e636c78 0009 0010 0009 00"));
  EXPECT_TRUE(
      has(after, "00000020 6d646376 0003 0004 0005 0006 0001 0002 0007 0008 00000009 0000000a"))
      << "green, blue, red, white";
  EXPECT_TRUE(has(after, "0000000c 636c6c69 03e8 0190"));
  const auto read = read_init(after);
  const auto& init = test::good<Init>(read);
  ASSERT_EQ(init.tracks.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(static_cast<const Track&>(init.tracks[i]), tracks[i]);
  const auto third = as_text(after).rfind("trak");
  EXPECT_GT(as_text(after).find("colr"), third);
  EXPECT_LT(as_text(after).find("clli"), as_text(after).find("stts", third)) << "within stsd";
}

TEST(ColourInInit, OnlyWhatIsToldIsWritten) {
  const Track track{1, 90'000, test::avc()};
  const auto before = write_init({&track, 1});
  const auto after = with_colour(before, 1, {1, 1, 1, true, {}, {}});
  EXPECT_TRUE(has(after, "00000013 636f6c72 6e636c78 0001 0001 0001 80"));
  EXPECT_FALSE(has(after, "6d646376"));
  EXPECT_EQ(with_colour(before, 1, {}), before);
  EXPECT_EQ(with_colour(before, 2, pq), before) << "no such track";
  for (std::size_t size = 0; size < before.size(); ++size)
    with_colour(Bytes{before}.first(size), 1, pq);
}

}  // namespace
}  // namespace live::mp4
