#include "common/s3/sha256.hpp"

#include "common/s3/signature.hpp"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace live::s3 {
namespace {

std::vector<std::uint8_t> noise(std::size_t size, std::uint_fast32_t seed) {
  std::minstd_rand random{seed};
  std::vector<std::uint8_t> out(size);
  for (auto& byte : out)
    byte = static_cast<std::uint8_t>(random() >> 8U);
  return out;
}

/// The examples of FIPS 180.
TEST(Sha256, TheStandardsVectors) {
  const auto of = [](std::string_view text) {
    Sha256 sha;
    sha.add(as_bytes(text));
    return sha.finish();
  };
  EXPECT_EQ(of(""), empty_sha256);
  EXPECT_EQ(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsThatOfOpensslForEachLength) {
  const auto all = noise(300, 1);
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const auto bytes = Bytes{all}.first(size);
    for (const std::size_t first : {std::size_t{0}, size / 3, size}) {
      Sha256 sha;
      sha.add(bytes.first(first));
      sha.add(bytes.subspan(first));
      EXPECT_EQ(sha.finish(), sha256_hex(bytes)) << first << " of " << size;
    }
  }
}

TEST(Sha256, TwoAtOnceAreTwo) {
  std::minstd_rand random{7};
  for (int turn = 0; turn < 200; ++turn) {
    const auto a = noise(random() % 5000, random()), b = noise(random() % 5000, random());
    Sha256 one, other;
    auto left = Bytes{a}, right = Bytes{b};
    while (!left.empty() || !right.empty()) {
      const auto x = left.first(std::min<std::size_t>(left.size(), random() % 700));
      const auto y = right.first(std::min<std::size_t>(right.size(), random() % 700));
      Sha256::add_both(one, x, other, y);
      left = left.subspan(x.size());
      right = right.subspan(y.size());
    }
    EXPECT_EQ(one.finish(), sha256_hex(a));
    EXPECT_EQ(other.finish(), sha256_hex(b));
  }
}

}  // namespace
}  // namespace live::s3
