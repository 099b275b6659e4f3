#include "common/flv/tag.hpp"

#include "tests/support/bytes.hpp"
#include "tests/support/parsed.hpp"

#include <gtest/gtest.h>

namespace live::flv {
namespace {

using test::bytes;
using test::why;

constexpr auto video_tag = "09 00002a 000064 01 000000";
constexpr auto file_header = "464c56 01 05 00000009 00000000";

TEST(FlvTagHeader, ReadsTheExtendedTimestampAsTheTopByte) {
  const auto step = parse_tag_header(bytes(video_tag));
  const auto& taken = std::get<Taken<TagHeader>>(step);
  EXPECT_EQ(taken.value.type, TagType::video);
  EXPECT_EQ(taken.value.size, 42u);
  EXPECT_EQ(taken.value.timestamp_ms, 0x01000064u);
  EXPECT_EQ(taken.used, tag_header_bytes);
}

TEST(FlvTagHeader, EveryPrefixAsksForExactlyWhatIsMissing) {
  const auto whole = bytes(video_tag);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto step = parse_tag_header(Bytes{whole}.first(n));
    ASSERT_TRUE(std::holds_alternative<NeedMore>(step)) << n;
    EXPECT_EQ(std::get<NeedMore>(step).bytes, whole.size() - n);
  }
}

TEST(FlvTagHeader, RefusesWhatIsNone) {
  EXPECT_EQ(why(parse_tag_header(bytes("0a"))), "unknown tag type");
  EXPECT_EQ(why(parse_tag_header(bytes("29"))), "encrypted tag");
  EXPECT_EQ(why(parse_tag_header(bytes("09 00002a 000064 01 000001"))), "stream id is not zero");
}

TEST(FlvTagHeader, IsReadAsWritten) {
  for (const auto type : {TagType::audio, TagType::video, TagType::script}) {
    for (const std::uint32_t time : {0U, 0xFFFFFFU, 0x1000000U, 0xFFFFFFFFU}) {
      Buffer out;
      write_tag_header(out, {type, 0xABCDEF, time});
      const auto step = parse_tag_header(out);
      const auto& tag = std::get<Taken<TagHeader>>(step).value;
      EXPECT_EQ(tag.type, type);
      EXPECT_EQ(tag.size, 0xABCDEFU);
      EXPECT_EQ(tag.timestamp_ms, time);
    }
  }
  Buffer out;
  write_tag_header(out, {TagType::video, 42, 0x01000064});
  write_back_pointer(out, 42);
  EXPECT_EQ(out, bytes("09 00002a 000064 01 000000  00000035"));
}

TEST(FlvFileHeader, IsReadAsWritten) {
  Buffer out;
  write_file_header(out, true, true);
  EXPECT_EQ(out, bytes(file_header));
  EXPECT_EQ(out.size(), file_header_bytes);
  for (const bool audio : {false, true}) {
    for (const bool video : {false, true}) {
      out.clear();
      write_file_header(out, audio, video);
      const auto step = parse_file_header(out);
      const auto& taken = std::get<Taken<FileHeader>>(step);
      EXPECT_EQ(taken.value.audio, audio);
      EXPECT_EQ(taken.value.video, video);
      EXPECT_EQ(taken.used, 9u);
    }
  }
}

TEST(FlvFileHeader, EveryPrefixAsksForExactlyWhatIsMissing) {
  const auto whole = bytes(file_header);
  for (std::size_t n = 0; n < 9; ++n) {
    const auto step = parse_file_header(Bytes{whole}.first(n));
    ASSERT_TRUE(std::holds_alternative<NeedMore>(step)) << n;
    EXPECT_EQ(std::get<NeedMore>(step).bytes, 9 - n);
  }
}

TEST(FlvFileHeader, MayBeLonger) {
  const auto longer = bytes("464c56 01 01 0000000b 0000");
  const auto step = parse_file_header(longer);
  EXPECT_EQ(std::get<Taken<FileHeader>>(step).used, 11u);
  const auto cut = parse_file_header(Bytes{longer}.first(9));
  EXPECT_EQ(std::get<NeedMore>(cut).bytes, 2u);
}

TEST(FlvFileHeader, RefusesWhatIsNone) {
  EXPECT_EQ(why(parse_file_header(bytes("46 4d"))), "no FLV file");
  EXPECT_EQ(why(parse_file_header(bytes("00000018 66747970"))), "no FLV file");
  EXPECT_EQ(why(parse_file_header(bytes("464c56 02"))), "unknown FLV version");
  EXPECT_EQ(why(parse_file_header(bytes("464c56 01 05 00000008"))), "absurd DataOffset");
  EXPECT_EQ(why(parse_file_header(bytes("464c56 01 05 00000401"))), "absurd DataOffset");
  EXPECT_EQ(why(parse_file_header(bytes("464c56 01 05 ffffffff"))), "absurd DataOffset");
}

}  // namespace
}  // namespace live::flv
