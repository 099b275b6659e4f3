#include "common/rtmp/payload.hpp"

#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

TEST(Payload, IsARangeOfSharedBytes) {
  const Payload none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none, Bytes{});
  Payload whole{Buffer{1, 2, 3, 4}};
  EXPECT_EQ(whole[3], 4);
  const auto part = whole.within(Bytes{whole}.subspan(1, 2));
  whole = {};
  EXPECT_EQ(part, (Buffer{2, 3})) << "kept by its part";
  EXPECT_EQ(part, Payload::copy_of(part));
  EXPECT_NE(part.data(), Payload::copy_of(part).data());
}

TEST(Blocks, OnePlaceBehindTheOther) {
  Blocks blocks;
  const auto first = blocks.open(100);
  EXPECT_TRUE(blocks.is_open());
  blocks.close(100);
  EXPECT_FALSE(blocks.is_open());
  const auto second = blocks.open(200);
  EXPECT_EQ(second.get(), first.get() + 100);
  blocks.close(50);
  EXPECT_EQ(blocks.open(1).get(), second.get() + 50) << "what was not used goes to the next";
}

TEST(Blocks, PartsWhatIsKeptLonger) {
  Blocks blocks;
  const auto place = [&blocks] {
    const auto opened = blocks.open(Blocks::most_bytes);
    blocks.close(Blocks::most_bytes);
    return opened;
  };
  const auto first = place();
  blocks.part();
  const auto second = place();
  EXPECT_EQ(second.get(), first.get() + Blocks::most_bytes) << "less than half full";
  blocks.part();
  EXPECT_NE(place().get(), second.get() + Blocks::most_bytes);
}

TEST(Blocks, ABlockLivesAsLongAsSomethingInIt) {
  Blocks blocks;
  auto first = blocks.open(Blocks::most_bytes);
  const std::weak_ptr<std::uint8_t[]> watched = first;
  blocks.close(Blocks::most_bytes);
  for (std::size_t i = 1; i < Blocks::block_bytes / Blocks::most_bytes; ++i) {
    EXPECT_EQ(blocks.open(Blocks::most_bytes).get(), first.get() + i * Blocks::most_bytes);
    blocks.close(Blocks::most_bytes);
  }
  const auto other = blocks.open(1);
  first.reset();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace live::rtmp
