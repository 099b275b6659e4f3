#include "common/flv/metadata.hpp"

#include "tests/support/bytes.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace live::flv {
namespace {

using amf0::Value;

Value text(const char* string) { return {std::string{string}}; }

std::optional<Metadata> metadata(std::vector<amf0::Property> properties) {
  return read_metadata({text("onMetaData"), {amf0::Object{std::move(properties), true}}});
}

TEST(FlvMetadata, IsWhatFfmpegSends) {
  const auto told = metadata({{"duration", {0.0}},
                              {"width", {1280.0}},
                              {"height", {720.0}},
                              {"framerate", {29.97}},
                              {"videocodecid", {7.0}},
                              {"audiocodecid", {10.0}},
                              {"encoder", text("Lavf59.27.100")}});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->has_video, true);
  EXPECT_EQ(told->has_audio, true);
  EXPECT_EQ(told->width, 1280);
  EXPECT_EQ(told->height, 720);
  EXPECT_EQ(told->frame_rate, 29.97);
  EXPECT_EQ(told->encoder, "Lavf59.27.100");
}

TEST(FlvMetadata, MayFollowSetDataFrame) {
  const Value array{amf0::Object{{{"fps", {25.0}}}, true}};
  const auto told = read_metadata({text("@setDataFrame"), text("onMetaData"), array});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->frame_rate, 25);
  EXPECT_FALSE(read_metadata({text("@setDataFrame"), text("onMetaData")}));
  EXPECT_FALSE(read_metadata({text("onCuePoint"), array}));
  EXPECT_FALSE(read_metadata({text("onMetaData"), {1.0}}));
  EXPECT_FALSE(read_metadata({}));
}

TEST(FlvMetadata, TellsWhichKindsThereAre) {
  const auto kinds = [](std::vector<amf0::Property> properties) {
    const auto told = metadata(std::move(properties));
    return std::pair{told->has_video, told->has_audio};
  };
  const std::optional<bool> yes = true, no = false, unknown;
  EXPECT_EQ(kinds({}), std::pair(unknown, unknown));
  EXPECT_EQ(kinds({{"videocodecid", {7.0}}}), std::pair(yes, no));
  EXPECT_EQ(kinds({{"videocodecid", text("avc1")}}), std::pair(yes, no));
  EXPECT_EQ(kinds({{"videocodecid", {1635135537.0}}}), std::pair(yes, no));
  EXPECT_EQ(kinds({{"width", {320.0}}, {"audiosamplerate", {44100.0}}}), std::pair(yes, yes));
  EXPECT_EQ(kinds({{"audiocodecid", text("mp4a")}}), std::pair(no, yes));
  EXPECT_EQ(kinds({{"hasVideo", {true}}, {"hasAudio", {false}}}), std::pair(yes, no));
  EXPECT_EQ(kinds({{"hasVideo", {true}}}), std::pair(yes, unknown));
  EXPECT_EQ(kinds({{"videocodecid", {0.0}}, {"audiocodecid", {amf0::Null{}}}}),
            std::pair(unknown, unknown));
}

TEST(FlvMetadata, OfAbsurdNumbersTellsNothing) {
  const auto told = metadata({{"width", {-1.0}},
                              {"height", {std::numeric_limits<double>::infinity()}},
                              {"framerate", {std::numeric_limits<double>::quiet_NaN()}}});
  EXPECT_EQ(told->width, 0);
  EXPECT_EQ(told->height, 0);
  EXPECT_EQ(told->frame_rate, 0);
}

TEST(FlvMetadata, OfAStrangerIsPrintable) {
  EXPECT_EQ(metadata({{"encoder", text("x\n\x1b[2J")}})->encoder, "x\\x0a\\x1b[2J");
  EXPECT_LE(metadata({{"encoder", {std::string(1000, 'x')}}})->encoder.size(), 110u);
}

TEST(FlvMetadata, IsPassedOnWithoutSetDataFrame) {
  Buffer data, plain;
  amf0::write_text(plain, "onMetaData");
  amf0::write_text(data, "@setDataFrame");
  Writer{data}.bytes(plain);
  EXPECT_EQ(as_text(without_set_data_frame(data)), as_text(plain));
  EXPECT_EQ(as_text(without_set_data_frame(plain)), as_text(plain));
  EXPECT_TRUE(without_set_data_frame({}).empty());
}

}  // namespace
}  // namespace live::flv
