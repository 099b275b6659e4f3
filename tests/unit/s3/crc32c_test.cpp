#include "common/s3/crc32c.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace live::s3 {
namespace {

std::vector<std::uint8_t> ascending(std::size_t count) {
  std::vector<std::uint8_t> out(count);
  std::iota(out.begin(), out.end(), std::uint8_t{0});
  return out;
}

TEST(Crc32c, TheVectorsOfItsStandard) {
  auto descending = ascending(32);
  std::ranges::reverse(descending);
  for (const auto& crc : {crc32c, crc32c_by_table}) {
    EXPECT_EQ(crc(std::vector<std::uint8_t>(32, 0x00), 0), 0x8a91'36aaU);
    EXPECT_EQ(crc(std::vector<std::uint8_t>(32, 0xff), 0), 0x62a8'ab43U);
    EXPECT_EQ(crc(ascending(32), 0), 0x46dd'794eU);
    EXPECT_EQ(crc(descending, 0), 0x113f'db5cU);
    EXPECT_EQ(crc(as_bytes("123456789"), 0), 0xe306'9283U);
    EXPECT_EQ(crc({}, 0), 0U);
  }
}

TEST(Crc32c, GoesOnWhereItWas) {
  const auto all = ascending(100);
  const auto whole = crc32c(all);
  for (std::size_t at = 0; at <= all.size(); ++at) {
    const auto first = Bytes{all}.first(at), rest = Bytes{all}.subspan(at);
    EXPECT_EQ(crc32c(rest, crc32c(first)), whole);
    EXPECT_EQ(crc32c_by_table(rest, crc32c_by_table(first)), whole);
  }
}

}  // namespace
}  // namespace live::s3
