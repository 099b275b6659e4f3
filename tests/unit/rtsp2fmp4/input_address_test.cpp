#include "tools/rtsp2fmp4/input_address.hpp"

#include <gtest/gtest.h>

namespace rtsp2fmp4 {
namespace {

using Kind = InputAddress::Kind;

struct Case {
  const char *given, *opened;
};

TEST(InputAddress, EncodesWhatPeopleTypeIntoPasswords) {
  for (const auto& [given, opened] : {
           Case{"rtsp://cam/1", "rtsp://cam/1"},
           Case{"rtsp://admin:pass@cam/1", "rtsp://admin:pass@cam/1"},
           Case{"rtsp://admin:p@ss@cam/1", "rtsp://admin:p%40ss@cam/1"},
           Case{"rtsp://admin:p/ss@cam/1", "rtsp://admin:p%2Fss@cam/1"},
           Case{"rtsp://admin:100%@10.0.0.7:554/1", "rtsp://admin:100%25@10.0.0.7:554/1"},
           Case{"rtsp://admin:p%40ss@cam/1", "rtsp://admin:p%40ss@cam/1"},
           Case{"rtsp://admin:p@ss/w%rd:1@10.0.0.7/1",
                "rtsp://admin:p%40ss%2Fw%25rd%3A1@10.0.0.7/1"},
           Case{"rtsp://admin:a b#c?d@[fd00::7]:554/1",
                "rtsp://admin:a%20b%23c%3Fd@[fd00::7]:554/1"},
       }) {
    const auto address = parse_input(given);
    EXPECT_EQ(address.kind, Kind::rtsp) << given;
    EXPECT_EQ(address.open, opened) << given;
  }
}

TEST(InputAddress, LeavesPathsAlone) {
  EXPECT_EQ(parse_input("rtsp://cam//live//0").open, "rtsp://cam//live//0");
  EXPECT_EQ(parse_input("rtsp://u:p@cam:554//ch@2/main").open, "rtsp://u:p@cam:554//ch@2/main");
  EXPECT_EQ(parse_input("rtsp://cam:554/ch@2").open, "rtsp://cam:554/ch@2");
}

TEST(InputAddress, ShowsNoCredentials) {
  for (const auto* given : {"rtsp://admin:sesame@cam/1", "rtsp://admin:se@sa/me@10.0.0.7/1",
                            "http://admin:sesame@cam/video.cgi", "rtmp://cam/live?key=sesame"}) {
    EXPECT_EQ(parse_input(given).shown.find("sesame"), std::string::npos) << given;
    EXPECT_EQ(parse_input(given).shown.find("me@"), std::string::npos) << given;
  }
}

TEST(InputAddress, TellsKindsByTheTextAlone) {
  EXPECT_EQ(parse_input("-").kind, Kind::standard);
  EXPECT_EQ(parse_input("test:").kind, Kind::test);
  EXPECT_EQ(parse_input("test:[size=640x360]").open, "[size=640x360]");
  EXPECT_EQ(parse_input("RTSPS://cam/1").open, "rtsps://cam/1");
  EXPECT_EQ(parse_input("https://host/a.m3u8").kind, Kind::network);
  EXPECT_EQ(parse_input("films/a:b.mp4").kind, Kind::path);
  EXPECT_EQ(parse_input("file:///tmp/a.mp4").open, "/tmp/a.mp4");
}

}  // namespace
}  // namespace rtsp2fmp4
