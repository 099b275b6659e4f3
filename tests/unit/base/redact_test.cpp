#include "common/base/redact.hpp"

#include "common/base/failure.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Redact, HidesUserAndPasswordOfAnUrl) {
  EXPECT_EQ(redact("open rtsp://admin:secret@cam/1: refused"), "open rtsp://***@cam/1: refused");
  EXPECT_EQ(redact("redis://:secret@cache"), "redis://***@cache");
  EXPECT_EQ(redact("rtsp://admin@cam"), "rtsp://***@cam");
}

TEST(Redact, LeavesUrlsWithoutCredentialsAlone) {
  for (const std::string_view text :
       {"rtsp://cam:554/axis-media/media.amp?videocodec=h264", "http://127.0.0.1:8080/live/",
        "http://[::1]:8080/", "mail a@b.example", "http://cam/path@2x.png", "12://", "://", ""})
    EXPECT_EQ(redact(text), text);
}

TEST(Redact, KnowsPasswordsAsPeopleTypeThem) {
  EXPECT_EQ(redact("rtsp://u:p@ss@cam/1"), "rtsp://***@cam/1");
  EXPECT_EQ(redact("rtsp://u:pa/ss@cam/1"), "rtsp://***@cam/1");
  EXPECT_EQ(redact("rtsp://u:p@s/s@cam/1"), "rtsp://***@cam/1");
  EXPECT_EQ(redact("rtsp://u:12/34@cam/1"), "rtsp://***@cam/1");
  EXPECT_EQ(redact("rtsp://u:p%40%25s@cam//double"), "rtsp://***@cam//double");
  EXPECT_EQ(redact("rtsp://u:what?#@cam"), "rtsp://***@cam");
  EXPECT_EQ(redact("rtsp://u:p'ss@cam/1"), "rtsp://***@cam/1");
  EXPECT_EQ(redact("rtsp://u:p@[fe80::1%eth0]:554/1"), "rtsp://***@[fe80::1%eth0]:554/1");
}

TEST(Redact, TakesTheLastAtSignThatAHostFollows) {
  EXPECT_EQ(redact("rtsp://u:p@cam/a@!"), "rtsp://***@cam/a@!");
  EXPECT_EQ(redact("rtsp://u:p@"), "rtsp://***@");
}

TEST(Redact, HidesEveryUrlOfALine) {
  EXPECT_EQ(redact("from rtsp://a:b@c to \"rtmp://d:e@f/app\" and http://g/"),
            "from rtsp://***@c to \"rtmp://***@f/app\" and http://g/");
  EXPECT_EQ(redact("{\"in\":\"rtsp://cam:554/1\",\"by\":\"a@b\"}"),
            "{\"in\":\"rtsp://cam:554/1\",\"by\":\"a@b\"}");
}

TEST(Redact, HidesQueryParametersThatNameASecret) {
  EXPECT_EQ(redact("http://h/x?a=1&token=T0p&b=2"), "http://h/x?a=1&token=***&b=2");
  EXPECT_EQ(redact("GET /live.mp4?Sign=abc HTTP/1.1"), "GET /live.mp4?Sign=*** HTTP/1.1");
  EXPECT_EQ(redact("http://h/?X-Amz-Signature=ff&X-Amz-Credential=k#f"),
            "http://h/?X-Amz-Signature=***&X-Amz-Credential=***#f");
  EXPECT_EQ(redact("cam: opened key=value"), "cam: opened key=value");
}

TEST(HideCredentials, OverwritesArgumentsInPlace) {
  std::vector<std::string> texts{
      "prog", "rtsp://user:p@ss@host/x", "--input=rtsp://u:p@h", "redis://:pw@r", "s://u@h",
      "plain"};
  std::vector<char*> argv;
  for (auto& text : texts)
    argv.push_back(text.data());
  hide_credentials(static_cast<int>(argv.size()), argv.data());
  EXPECT_STREQ(argv[1], "rtsp://***@host/x");
  EXPECT_STREQ(argv[2], "--input=rtsp://***@h");
  EXPECT_STREQ(argv[3], "redis://***@r");
  EXPECT_STREQ(argv[4], "s://*@h") << "an argument may not grow";
  EXPECT_STREQ(argv[5], "plain");
  EXPECT_EQ(texts[1].find("p@ss"), std::string::npos) << "nothing may be left behind the end";
}

/// What is left to see of an argument.
std::string seen(std::string argument) {
  std::string program{"prog"};
  std::array<char*, 2> argv{program.data(), argument.data()};
  hide_credentials(2, argv.data());
  return argument.c_str();
}

TEST(HideCredentials, HidesNamesOfRtmpStreams) {
  EXPECT_EQ(seen("rtmp://host/live/stream-key"), "rtmp://host/live/***");
  EXPECT_EQ(seen("--to=rtmps://host:443/app/inst/stream-key?a=b/c"),
            "--to=rtmps://host:443/app/inst/***");
  EXPECT_EQ(seen("rtmp://user:pa/ss@host/app/key"), "rtmp://***@host/app/***");
  EXPECT_EQ(seen("rtmp://host/app/k?sign=x"), "rtmp://host/app/***");
  EXPECT_EQ(seen("rtmp://host/app"), "rtmp://host/app");
  EXPECT_EQ(seen("rtmp://host/app/"), "rtmp://host/app/");
  EXPECT_EQ(seen("rtmp://host/app?x=/y"), "rtmp://host/app?x=/y");
  EXPECT_EQ(seen("exec ffmpeg -i rtmp://h/a/key -f mpegts 'rtmp://h/b/key2'"),
            "exec ffmpeg -i rtmp://h/a/*** -f mpegts 'rtmp://h/b/***'");
  EXPECT_EQ(seen("/srv/rtmp/a/b/c"), "/srv/rtmp/a/b/c");
  EXPECT_EQ(seen("rtsp://host/a/b"), "rtsp://host/a/b");
}

TEST(ResolveSecret, ReadsVariablesAndTheFirstLineOfFiles) {
  ASSERT_EQ(::setenv("LIVE_TEST_SECRET", "from env", 1), 0);
  EXPECT_EQ(resolve_secret("env:LIVE_TEST_SECRET"), "from env");
  const auto path = std::filesystem::path{::testing::TempDir()} / "live_secret_test";
  std::ofstream{path} << "first line\r\nsecond";
  EXPECT_EQ(resolve_secret("file:" + path.string()), "first line");
  std::filesystem::remove(path);
  EXPECT_EQ(resolve_secret("as it stands"), "as it stands");
}

TEST(ResolveSecret, SaysWhichVariableOrFileIsMissing) {
  try {
    resolve_secret("env:LIVE_TEST_NOT_SET");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit(), Exit::usage);
    EXPECT_STREQ(failure.what(), "read env:LIVE_TEST_NOT_SET: the variable is not set");
  }
  try {
    resolve_secret("file:/nonexistent/secret");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit(), Exit::no_input);
  }
}

}  // namespace
}  // namespace live
