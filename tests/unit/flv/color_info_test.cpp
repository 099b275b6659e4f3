#include "common/flv/color_info.hpp"

#include "common/flv/amf0.hpp"
#include "common/flv/video_track.hpp"
#include "tests/support/bytes.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace live::flv {
namespace {

using codec::Colour;
using test::bytes;

amf0::Value object(std::initializer_list<std::pair<const char*, amf0::Value>> properties) {
  amf0::Object out;
  for (const auto& [name, value] : properties)
    out.properties.emplace_back(name, value);
  return {out};
}
amf0::Value number(double value) { return {value}; }

Buffer metadata(const amf0::Value& info, std::string_view name = "colorInfo") {
  Buffer out;
  amf0::write_text(out, name);
  amf0::write(out, info);
  return out;
}

amf0::Value config(double primaries, double transfer, double matrix) {
  return object({{"bitDepth", number(10)},
                 {"colorPrimaries", number(primaries)},
                 {"transferCharacteristics", number(transfer)},
                 {"matrixCoefficients", number(matrix)}});
}

/// What OBS sends for BT.2020 with PQ.
amf0::Value display(double red_x = 0.708, double most = 1000) {
  return object({{"redX", number(red_x)},
                 {"redY", number(0.292)},
                 {"greenX", number(0.17)},
                 {"greenY", number(0.797)},
                 {"blueX", number(0.131)},
                 {"blueY", number(0.046)},
                 {"whitePointX", number(0.3127)},
                 {"whitePointY", number(0.329)},
                 {"maxLuminance", number(most)},
                 {"minLuminance", number(0.005)}});
}

std::optional<Colour> colour(const amf0::Value& info) {
  const auto read = read_color_info(metadata(info));
  EXPECT_TRUE(read.has_value());
  return read ? read->colour : std::nullopt;
}

TEST(FlvColorInfo, IsReadInTheUnitsOfMp4) {
  const auto light = object({{"maxFall", number(400)}, {"maxCLL", number(1000)}});
  const auto read = colour(
      object({{"colorConfig", config(9, 16, 9)}, {"hdrCll", light}, {"hdrMdcv", display()}}));
  const codec::MasteringDisplay screen{{35'400, 14'600}, {8'500, 39'850}, {6'550, 2'300},
                                       {15'635, 16'450}, 10'000'000,      50};
  EXPECT_EQ(read, (Colour{9, 16, 9, false, screen, codec::LightLevel{1'000, 400}}));
}

TEST(FlvColorInfo, EachPartMayBeMissing) {
  EXPECT_EQ(colour(object({{"colorConfig", config(9, 18, 9)}})), (Colour{9, 18, 9, false, {}, {}}));
  EXPECT_FALSE(colour(object({})));
  const auto only_display = colour(object({{"hdrMdcv", display()}}));
  ASSERT_TRUE(only_display);
  EXPECT_FALSE(only_display->has_code_points());
  EXPECT_TRUE(only_display->mastering);
}

TEST(FlvColorInfo, UndefinedTakesItBack) { EXPECT_FALSE(colour({amf0::Undefined{}})); }

TEST(FlvColorInfo, LeavesOutWhatMakesNoSense) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(colour(object({{"colorConfig", config(nan, 16, 1e9)}})),
            (Colour{2, 16, 2, false, {}, {}}));
  for (const auto& screen : {display(35'400), display(-1), display(nan), display(0.7, 0.001)})
    EXPECT_FALSE(colour(object({{"hdrMdcv", screen}})));
  const auto dark = object({{"maxFall", number(0)}, {"maxCLL", number(0)}});
  EXPECT_FALSE(colour(object({{"hdrCll", dark}})));
}

TEST(FlvColorInfo, OtherMetadataIsNone) {
  EXPECT_FALSE(read_color_info(metadata(object({}), "onMetaData")));
  EXPECT_FALSE(read_color_info(metadata(number(1))));
  EXPECT_FALSE(read_color_info({}));
  const auto whole = metadata(object({{"colorConfig", config(9, 16, 9)}}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    read_color_info(Bytes{whole}.first(size));
}

TEST(FlvVideoTrack, KeepsTheColoursOfItsCodec) {
  constexpr auto av01 = four_cc("av01");
  const auto told = metadata(object({{"colorConfig", config(9, 16, 9)}}));
  const auto packet = [](VideoPacket::Kind kind, std::uint32_t codec, Bytes data) {
    VideoPacket out;
    out.kind = kind;
    out.codec_id = codec;
    out.data = data;
    return out;
  };
  using Kind = VideoPacket::Kind;
  const Colour pq{9, 16, 9, false, {}, {}};
  VideoTrack track;
  track.metadata(packet(Kind::metadata, av01, told));  // before the header
  EXPECT_EQ(track.colour(), pq);
  track.header(packet(Kind::sequence_start, av01, bytes("81040c00 0a0b00000004477fffff99f90408")));
  EXPECT_EQ(track.colour(), pq);
  const auto back = metadata({amf0::Undefined{}});
  track.metadata(packet(Kind::metadata, four_cc("hvc1"), back));
  EXPECT_EQ(track.colour(), pq) << "of another codec";
  track.metadata(packet(Kind::metadata, av01, back));
  EXPECT_FALSE(track.colour());
  track.metadata(packet(Kind::metadata, av01, told));
  track.header(packet(Kind::sequence_start, four_cc("vp09"), bytes("000a820202020000")));
  EXPECT_FALSE(track.colour()) << "of the codec before";
}

}  // namespace
}  // namespace live::flv
