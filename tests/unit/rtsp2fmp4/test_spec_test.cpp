#include "tools/rtsp2fmp4/test_spec.hpp"

#include "common/base/failure.hpp"

#include <gtest/gtest.h>

namespace rtsp2fmp4 {
namespace {

TEST(TestSpec, ReadsItsSettingsInBracketsOrNot) {
  TestSpec wanted;
  wanted.width = 640;
  wanted.height = 360;
  wanted.rate = 25;
  wanted.gop = std::chrono::milliseconds{500};
  wanted.vcodec = "hevc";
  wanted.acodec = "none";
  wanted.bit_rate = 800'000;
  wanted.slices = 2;
  constexpr auto text =
      "size=640x360,rate=25,gop=500ms,vcodec=hevc,acodec=none,bitrate=800k,slices=2";
  EXPECT_EQ(parse_test_spec(text), wanted);
  EXPECT_EQ(parse_test_spec("[" + std::string{text} + "]"), wanted);
  EXPECT_EQ(parse_test_spec(""), TestSpec{});
  EXPECT_EQ(parse_test_spec("[]"), TestSpec{});
}

TEST(TestSpec, NamesTheSettingThatIsWrong) {
  for (const auto* text :
       {"size=640", "size=641x360", "size=1x1", "rate=0", "rate=25fps", "vcodec=divx", "gop=x",
        "bitrate=1", "colour=red", "size", "=", ",", "rate="}) {
    try {
      parse_test_spec(text);
      ADD_FAILURE() << text << " was accepted";
    } catch (const live::Failure& failure) {
      EXPECT_EQ(failure.exit(), live::Exit::usage);
    }
  }
}

}  // namespace
}  // namespace rtsp2fmp4
