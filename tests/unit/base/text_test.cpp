#include "common/base/text.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace live {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST(Duration, ReadsTheUnitsThatTheManualNames) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("4s"), 4s);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("7d"), 168h);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("0"), 0ms);
}

TEST(Duration, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "s", "5", "-1s", "+1s", " 1s", "1s ", "1 s", ".5s", "1.s", "1.5.5s", "0x10s", "1S",
        "1us", "0.5ms", "99999999999999999999s", "999999999999999999d", "1e3s", "nan"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, IsWrittenAsItIsRead) {
  EXPECT_EQ(format_duration(4s), "4s");
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(1500ms), "1.5s");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(48h), "2d");
  for (const auto ms : {1, 20, 999, 1000, 1001, 60'000, 90'500, 3'600'000, 86'400'000, 86'400'001})
    EXPECT_EQ(parse_duration(format_duration(milliseconds{ms})), milliseconds{ms});
}

TEST(Size, CountsInPowersOf1024) {
  EXPECT_EQ(parse_size("64"), 64U);
  EXPECT_EQ(parse_size("16k"), 16U * 1024);
  EXPECT_EQ(parse_size("4M"), 4U << 20U);
  EXPECT_EQ(parse_size("1.5G"), 3ULL << 29U);
  for (const std::string_view text : {"", "k", "4MB", "4Mi", "-1", "0.5", "99999999999T"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(BitRate, CountsInPowersOf1000) {
  EXPECT_EQ(parse_bit_rate("64000"), 64'000U);
  EXPECT_EQ(parse_bit_rate("2800k"), 2'800'000U);
  EXPECT_EQ(parse_bit_rate("2.5M"), 2'500'000U);
  EXPECT_FALSE(parse_bit_rate("2.5Mbit"));
}

TEST(AddressText, ReadsAndWritesEveryForm) {
  EXPECT_EQ(parse_address("cam.example:554"), (Address{"cam.example", 554, {}}));
  EXPECT_EQ(parse_address(":8080"), (Address{"", 8080, {}}));
  EXPECT_EQ(parse_address("[::1]:0"), (Address{"::1", 0, {}}));
  EXPECT_EQ(parse_address("unix:/run/x.sock"), (Address{"", 0, "/run/x.sock"}));
  for (const std::string_view text :
       {"cam.example:554", ":8080", "[::1]:0", "[fe80::1%eth0]:80", "unix:/run/x.sock"})
    EXPECT_EQ(format_address(parse_address(text).value()), text);
}

TEST(AddressText, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "8080", "host", "host:", "host:65536", "host:-1", "host:+1", "host: 1", "host:1x",
        "::1:80", "[::1]", "[]:80", "[x]:80", "ho st:1", "http://h:1", "unix:", "h:000080", "*:80"})
    EXPECT_FALSE(parse_address(text)) << text;
  EXPECT_FALSE(parse_address("unix:/" + std::string(107, 'x'))) << "sun_path has 108 bytes";
}

TEST(StreamName, IsSafeInPathsUrlsAndLogs) {
  for (const std::string_view name : {"live", "a", "9-x_y.z", "Cam.1"})
    EXPECT_TRUE(is_stream_name(name)) << name;
  for (const std::string_view name :
       {"", ".", "..", ".x", "-x", "_x", "a..b", "a/b", "a b", "ä", "a\n"})
    EXPECT_FALSE(is_stream_name(name)) << name;
  EXPECT_TRUE(is_stream_name(std::string(64, 'x')));
  EXPECT_FALSE(is_stream_name(std::string(65, 'x')));
}

TEST(Printable, MakesControlCharactersVisible) {
  EXPECT_EQ(printable("plain ä €"), "plain ä €");
  EXPECT_EQ(printable("a\r\nb\x1b[2J\x7f"), "a\\x0d\\x0ab\\x1b[2J\\x7f");
  EXPECT_EQ(printable(std::string_view{"\0", 1}), "\\x00");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "C1 controls move the cursor too";
}

TEST(Printable, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82") << "cut";
  EXPECT_EQ(printable("\xf0\x9f\x8e\xa5"), "\xf0\x9f\x8e\xa5");
}

TEST(Printable, CutsAtTheLimit) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("\x01\x01", 4), "\\x01...");
}

}  // namespace
}  // namespace live
