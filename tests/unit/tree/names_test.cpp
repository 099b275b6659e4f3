#include "common/tree/names.hpp"

#include <gtest/gtest.h>

using namespace live::tree;
using Kind = FileName::Kind;

TEST(FileNames, AreReadAsTheyAreWritten) {
  const std::pair<FileName, std::string> names[] = {
      {{Kind::init, 1'700'000'000'000, 0, Container::fmp4}, "init-1700000000000.mp4"},
      {{Kind::segment, 1'700'000'000'000, 0, Container::fmp4}, "1700000000000.m4s"},
      {{Kind::part, 1'700'000'000'000, 12, Container::fmp4}, "1700000000000.12.m4s"},
      {{Kind::segment, 0, 0, Container::ts}, "0.ts"},
      {{Kind::part, 18'446'744'073'709'551'615U, 0, Container::ts}, "18446744073709551615.0.ts"},
  };
  for (const auto& [name, text] : names) {
    EXPECT_EQ(to_text(name), text);
    EXPECT_EQ(parse_file_name(text), name) << text;
  }
}

TEST(FileNames, EverythingElseIsNone) {
  for (const auto* text : {"",
                           ".",
                           "1",
                           "1.",
                           "1.mp4",
                           "01.m4s",
                           "1.00.m4s",
                           "-1.m4s",
                           "+1.m4s",
                           "1.m4s.tmp",
                           ".1.m4s.tmp",
                           "1.-1.m4s",
                           "1.1.1.m4s",
                           "18446744073709551616.m4s",
                           "1.4294967296.m4s",
                           "init-.mp4",
                           "init-1.m4s",
                           "init-01.mp4",
                           "init-1.ts",
                           "index.m3u8",
                           "1 .m4s",
                           "1.m4S",
                           "../1.m4s"})
    EXPECT_FALSE(parse_file_name(text)) << text;
}

TEST(FileNames, OnlyNamesOfFilesBesideThePlaylistArePlain) {
  for (const auto* uri : {"1.m4s", "init-1.mp4",
                          "K\xC3\xBC"
                          "che.ts",
                          "a..b"})
    EXPECT_TRUE(is_plain_name(uri)) << uri;
  for (const auto* uri : {"", ".hidden", "..", "../1.m4s", "a/1.m4s", "https://host/1.m4s",
                          "1.m4s?token", "%2e%2e", "1.m4s#t", "\xC3.ts", "a\\b"})
    EXPECT_FALSE(is_plain_name(uri)) << uri;
  EXPECT_FALSE(is_plain_name(std::string(256, 'a')));
}

TEST(FileNames, RenditionsAreCalledLikeStreams) {
  EXPECT_TRUE(is_rendition_name("720p"));
  for (const auto* text : {"", ".hidden", "a/b", "a..b", "-a"})
    EXPECT_FALSE(is_rendition_name(text)) << text;
}
