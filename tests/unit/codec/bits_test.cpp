#include "common/codec/bits.hpp"

#include "tests/support/bytes.hpp"

#include <random>

#include <gtest/gtest.h>

namespace live::codec {
namespace {

using test::bytes;

TEST(Escape, PutsA3BetweenTwoZerosAndWhatLooksLikeAStartCode) {
  EXPECT_EQ(escape(bytes("00 00 00")), bytes("00 00 03 00"));
  EXPECT_EQ(escape(bytes("67 00 00")), bytes("67 00 00 03"));
  EXPECT_EQ(escape(bytes("67 00 00 01 80")), bytes("67 00 00 03 01 80"));
  EXPECT_EQ(escape(bytes("67 00 00 02 00 00 03 80")), bytes("67 00 00 03 02 00 00 03 03 80"));
  EXPECT_EQ(escape(bytes("67 00 00 04 00 80")), bytes("67 00 00 04 00 80"));
}

TEST(Escape, IsUndoneByUnescape) {
  std::mt19937 random{7};
  std::discrete_distribution<int> byte{6, 3, 1, 2, 1};
  for (int round = 0; round < 200; ++round) {
    Buffer rbsp(40);
    for (auto& b : rbsp)
      b = static_cast<std::uint8_t>(byte(random));
    const auto nal = escape(rbsp);
    EXPECT_EQ(unescape(nal), rbsp);
    for (std::size_t i = 2; i < nal.size(); ++i) {
      EXPECT_FALSE(nal[i - 2] == 0 && nal[i - 1] == 0 && nal[i] < 3) << "start code inside";
    }
  }
}

TEST(PayloadBits, EndBeforeTheLastSetBit) {
  EXPECT_EQ(payload_bits(bytes("80")), 0U);
  EXPECT_EQ(payload_bits(bytes("ff 01 00 00")), 15U);
  EXPECT_EQ(payload_bits(bytes("00 00")), 0U);
  EXPECT_EQ(payload_bits({}), 0U);
}

TEST(BitReader, ReadsAcrossBytes) {
  const auto in = bytes("a5 0f f0 12 34");
  BitReader reader{in};
  EXPECT_EQ(reader.bits(4), 0xAU);
  EXPECT_EQ(reader.bits(12), 0x50FU);
  EXPECT_EQ(reader.bits(0), 0U);
  EXPECT_EQ(reader.bits(17), 0xF012U << 1U);
  EXPECT_EQ(reader.left(), 7U);
  EXPECT_TRUE(reader.ok());
}

TEST(BitReader, GivesZerosBeyondTheEnd) {
  const auto in = bytes("ff");
  BitReader reader{in};
  EXPECT_EQ(reader.bits(9), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.left(), 0U);
  EXPECT_EQ(reader.ue(), 0U);
  EXPECT_EQ(reader.bits(32), 0U);
}

TEST(BitReader, StopsAtItsBitLimit) {
  const auto in = bytes("ff ff");
  BitReader reader{in, 11};
  EXPECT_EQ(reader.bits(11), 0x7FFU);
  EXPECT_TRUE(reader.ok());
  reader.skip(1);
  EXPECT_FALSE(reader.ok());
}

TEST(ExpGolomb, ReadsTheStandardsTable) {   // ISO/IEC 14496-10 table 9-2
  const auto in = bytes("a6 42 98 e2 04");  // 1 010 011 00100 00101 00110 00111 0001000 000100..
  BitReader reader{in};
  for (std::uint32_t value = 0; value < 8; ++value)
    EXPECT_EQ(reader.ue(), value);
}

TEST(ExpGolomb, KeepsEveryValueOf32Bits) {
  for (const std::uint32_t value : {0U, 1U, 255U, 65534U, 0x7FFFFFFFU, 0xFFFFFFFEU}) {
    BitWriter out;
    out.ue(value);
    const auto coded = out.finish();
    BitReader in{coded};
    EXPECT_EQ(in.ue(), value);
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.at(), payload_bits(coded));
  }
  for (const std::int32_t value : {0, 1, -1, 2, -2, 1000, -32768, 0x7FFFFFFF, -0x7FFFFFFF}) {
    BitWriter out;
    out.se(value);
    const auto coded = out.finish();
    BitReader in{coded};
    EXPECT_EQ(in.se(), value);
  }
}

TEST(ExpGolomb, RefusesACodeBeyond32Bits) {
  const auto in = bytes("00 00 00 00 80 00 00 00 00");
  BitReader reader{in};
  reader.ue();
  EXPECT_FALSE(reader.ok());
}

TEST(BitWriter, CopiesAnyRangeOfBits) {
  const auto from = bytes("12 34 56 78 9a bc de f0 0f");
  for (std::size_t begin = 0; begin < 20; ++begin) {
    for (std::size_t end = begin; end <= from.size() * 8; end += 7) {
      BitWriter out;
      out.bits(3, 5);
      out.copy(from, begin, end);
      const auto copied = out.finish();
      ASSERT_EQ(payload_bits(copied), 3 + end - begin);
      BitReader a{copied};
      BitReader b{from};
      a.skip(3);
      b.skip(begin);
      while (b.at() < end)
        ASSERT_EQ(a.bits(1), b.bits(1));
    }
  }
}

TEST(BitWriter, EndsWithAStopBitAndZeros) {
  BitWriter out;
  out.bits(8, 0xFF);
  EXPECT_EQ(out.finish(), bytes("ff 80"));
  BitWriter part;
  part.bits(3, 7);
  EXPECT_EQ(part.aligned(), bytes("e0"));
}

}  // namespace
}  // namespace live::codec
