#include "common/mp4/box.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace live::mp4 {
namespace {

using test::bytes;

BoxHeader header(const Step<BoxHeader>& step) { return std::get<Taken<BoxHeader>>(step).value; }

TEST(BoxHeader, ReadsSizeAndType) {
  const auto read = header(parse_box_header(bytes("00000010 6d6f6f66")));
  EXPECT_EQ(read.type, fourcc("moof"));
  EXPECT_EQ(read.size, 16U);
  EXPECT_EQ(read.header_bytes, 8U);
}

TEST(BoxHeader, ReadsASizeOf64Bits) {
  const auto read = header(parse_box_header(bytes("00000001 6d646174 0000000100000000")));
  EXPECT_EQ(read.size, std::uint64_t{1} << 32U);
  EXPECT_EQ(read.header_bytes, 16U);
}

TEST(BoxHeader, EveryPrefixAsksForExactlyWhatIsMissing) {
  const auto whole = bytes("00000001 6d646174 0000000000000020");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto step = parse_box_header(Bytes{whole}.first(n));
    ASSERT_TRUE(std::holds_alternative<NeedMore>(step)) << n;
    EXPECT_EQ(std::get<NeedMore>(step).bytes, (n < 8 ? 8 : 16) - n);
  }
}

TEST(BoxHeader, RefusesSizesThatAreNone) {
  EXPECT_EQ(std::get<Malformed>(parse_box_header(bytes("00000000 6d646174"))).why,
            "mdat of size 0, which means to the end of a file");
  EXPECT_EQ(std::get<Malformed>(parse_box_header(bytes("00000007 6d646174"))).why,
            "mdat is smaller than its header");
  EXPECT_EQ(std::get<Malformed>(parse_box_header(bytes("00000001 6d646174 000000000000000f"))).why,
            "mdat is smaller than its header");
}

TEST(Boxes, WalksWhatIsThereAndKnowsWhereItStands) {
  const auto two = bytes("00000009 66726565 aa 0000000a 736b6970 bbcc");
  Boxes walk{two};
  const auto first = walk.next();
  const auto second = walk.next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->type, fourcc("free"));
  EXPECT_EQ(second->at, 9U);
  EXPECT_EQ(second->body.size(), 2U);
  EXPECT_FALSE(walk.next());
  EXPECT_TRUE(walk.ok());
}

TEST(Boxes, ABoxThatLeadsOutsideEndsTheWalk) {
  const auto cut = bytes("00000009 66726565 aa 0000000b 736b6970 bbcc");
  Boxes walk{cut};
  EXPECT_TRUE(walk.next());
  EXPECT_FALSE(walk.next());
  EXPECT_FALSE(walk.ok());
}

TEST(BoxType, ShowsWhatCannotBePrintedAsDots) {
  EXPECT_EQ(to_text(fourcc("moof")), "moof");
  EXPECT_EQ(to_text(0x00FF6120), "..a ");
}

}  // namespace
}  // namespace live::mp4
