#include "common/av/decoder.hpp"
#include "common/av/filter.hpp"
#include "common/av/rendition_encoder.hpp"
#include "common/av/resizer.hpp"
#include "common/av/video_encoder.hpp"
#include "common/base/failure.hpp"
#include "common/base/units.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace live::av {
namespace {

constexpr std::int64_t second = 90'000, frame_25 = 3'600, start = 10 * second;

/// A picture with a bright square that moves with `n` over a ramp.
Frame picture(std::uint32_t width, std::uint32_t height, std::int64_t n) {
  auto out = Frame::picture(width, height);
  for (unsigned plane = 0; plane < 3; ++plane) {
    for (std::uint32_t y = 0; y < (plane == 0 ? height : (height + 1) / 2); ++y) {
      const auto row = out.row(plane, y);
      for (std::size_t x = 0; x < row.size(); ++x)
        row[x] = plane > 0 ? std::uint8_t{128} : static_cast<std::uint8_t>(32 + (x + y) / 8);
    }
  }
  for (std::uint32_t y = 16; y < 48; ++y) {
    const auto row = out.row(0, y);
    std::fill_n(row.begin() + (n * 4) % (width - 32), 32, std::uint8_t{220});
  }
  out.set_pts(start + n * frame_25);
  return out;
}

RenditionEncoding small(const std::string& encoder) {
  RenditionEncoding out;
  out.encoder = encoder;
  out.width = 320;
  out.height = 180;
  out.rate_num = 25;
  out.bit_rate = 300'000;
  return out;
}

struct Coded {
  std::int64_t pts, dts;
  bool key;
  Buffer bytes;
};

/// 100 pictures, a key frame asked for at 0, 37 and 60.
std::vector<Coded> encode(RenditionEncoder& encoder, std::vector<std::int64_t> stamps = {}) {
  std::vector<Coded> out;
  const auto take = [&](Packet packet) {
    const auto bytes = packet.bytes();
    out.push_back({*packet.pts(), *packet.dts(), packet.key(), {bytes.begin(), bytes.end()}});
  };
  for (std::int64_t n = 0; n < 100; ++n) {
    auto p = picture(320, 180, n);
    if (!stamps.empty()) p.set_pts(stamps[static_cast<std::size_t>(n)]);
    encoder.push(p, n == 0 || n == 37 || n == 60, take);
  }
  while (encoder.flush(take)) {
  }
  return out;
}

std::vector<std::int64_t> keys(const std::vector<Coded>& coded) {
  std::vector<std::int64_t> out;
  for (const auto& c : coded) {
    if (c.key) out.push_back((c.pts - start) / frame_25);
  }
  return out;
}

/// The lengths of NAL units divide the sample exactly.
bool is_length_prefixed(Bytes sample) {
  while (sample.size() >= 4) {
    std::size_t length = 0;
    for (const auto byte : sample.first(4))
      length = length << 8U | byte;
    if (length == 0 || length > sample.size() - 4) return false;
    sample = sample.subspan(4 + length);
  }
  return sample.empty();
}

class Encoders : public testing::TestWithParam<const char*> {};

TEST_P(Encoders, PutKeyFramesWhereTheyAreAskedForAndNowhereElse) {
  RenditionEncoder encoder{small(GetParam())};
  const auto coded = encode(encoder);
  EXPECT_EQ(coded.size(), 100U);
  EXPECT_EQ(keys(coded), (std::vector<std::int64_t>{0, 37, 60}));
  EXPECT_TRUE(std::ranges::is_sorted(coded, {}, &Coded::dts));
  EXPECT_TRUE(std::ranges::all_of(coded, [](const Coded& c) { return c.dts <= c.pts; }));
}

TEST_P(Encoders, SayWhatMp4CarriesBeforeTheFirstPicture) {
  RenditionEncoder encoder{small(GetParam())};
  const auto told = encoder.parameters().config;
  EXPECT_FALSE(told.empty());
  encode(encoder);
  EXPECT_EQ(encoder.parameters().config, told);
  EXPECT_EQ(encoder.parameters().width, 320U);
  EXPECT_EQ(encoder.parameters().height, 180U);
  EXPECT_NE(codec::rfc6381(encoder.parameters()), "");
}

TEST_P(Encoders, EndWithoutAPictureToo) {
  RenditionEncoder{small(GetParam())};
  RenditionEncoder finished{small(GetParam())};
  EXPECT_FALSE(finished.flush([](const Packet&) { ADD_FAILURE(); }));
}

INSTANTIATE_TEST_SUITE_P(All, Encoders,
                         testing::Values("libx264", "libx265", "libaom-av1", "libsvtav1"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(RenditionEncoder, WritesH264ForMp4) {
  RenditionEncoder encoder{small("libx264")};
  EXPECT_EQ(codec::rfc6381(encoder.parameters()).substr(0, 9), "avc1.4d40") << "main";
  for (const auto& coded : encode(encoder))
    EXPECT_TRUE(is_length_prefixed(coded.bytes));
}

TEST(RenditionEncoder, KeepsUnevenStamps) {
  RenditionEncoder encoder{small("libx264")};
  std::vector<std::int64_t> stamps;
  for (std::int64_t n = 0; n < 100; ++n)
    stamps.push_back(start + n * frame_25 + n % 7 * 311);
  std::vector<std::int64_t> got;
  for (const auto& coded : encode(encoder, stamps))
    got.push_back(coded.pts);
  std::ranges::sort(got);
  EXPECT_EQ(got, stamps);
}

TEST(RenditionEncoder, RefusesWhatCannotWork) {
  const auto refusal = [](const char* name) -> std::string {
    try {
      const RenditionEncoder encoder{small(name)};
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.exit(), Exit::usage);
      return failure.what();
    }
    return {};
  };
  EXPECT_EQ(refusal("libx267"), "encoder libx267: libavcodec has no such encoder");
  EXPECT_EQ(refusal("mpeg4"), "encoder mpeg4: HLS does not carry mpeg4");
  EXPECT_EQ(refusal("h264_vaapi"),
            "encoder h264_vaapi: it wants pictures in the memory of a device");
  auto wrong = small("libx264");
  wrong.preset = "quick";
  EXPECT_THROW(RenditionEncoder{wrong}, Failure);
}

TEST(Resizer, SharesAPictureThatFits) {
  Resizer resizer{320, 180};
  const auto from = picture(320, 180, 0);
  const auto to = resizer.resize(from);
  auto& shared = const_cast<Frame&>(from);
  auto copy = resizer.resize(from);
  EXPECT_EQ(copy.row(0, 0).data(), shared.row(0, 0).data());
  EXPECT_EQ(to.pts(), from.pts());
}

TEST(Resizer, KeepsLumaColourAndStamps) {
  Resizer resizer{160, 90};
  auto from = Frame::picture(641, 361);
  for (unsigned plane = 0; plane < 3; ++plane) {
    for (std::uint32_t y = 0; y < (plane == 0 ? 361U : 181U); ++y)
      std::ranges::fill(from.row(plane, y), static_cast<std::uint8_t>(60 + plane));
  }
  from.set_pts(77);
  auto to = resizer.resize(from);
  const auto format = format_of(to);
  EXPECT_EQ(format.width, 160U);
  EXPECT_EQ(format.height, 90U);
  EXPECT_EQ(to.pts(), 77);
  for (unsigned plane = 0; plane < 3; ++plane) {
    EXPECT_EQ(to.row(plane, plane == 0 ? 89 : 44).size(), plane == 0 ? 160U : 80U);
    EXPECT_EQ(to.row(plane, plane == 0 ? 89 : 44).back(), 60 + plane);
  }
}

/// As a camera with the full range would send it, decoded.
Frame full_range(std::uint8_t luma) {
  VideoEncoding encoding;
  encoding.codec = "mjpeg";
  encoding.width = 320;
  encoding.height = 240;
  VideoEncoder encoder{encoding};
  auto p = Frame::picture(320, 240);
  for (unsigned plane = 0; plane < 3; ++plane) {
    for (std::uint32_t y = 0; y < (plane == 0 ? 240U : 120U); ++y)
      std::ranges::fill(p.row(plane, y), plane == 0 ? luma : std::uint8_t{128});
  }
  p.set_pts(0);
  encoder.send(p);
  Packet packet;
  EXPECT_TRUE(encoder.receive(packet));
  Decoder decoder{encoder.stream()};
  EXPECT_TRUE(decoder.send(packet));
  Frame out;
  EXPECT_TRUE(decoder.receive(out));
  return out;
}

TEST(Resizer, LimitsAFullRange) {
  Resizer resizer{160, 120};
  const auto from = full_range(255);
  EXPECT_TRUE(format_of(from).colour.full_range);
  auto to = resizer.resize(from);
  EXPECT_FALSE(format_of(to).colour.full_range);
  EXPECT_NEAR(to.row(0, 60)[80], 235, 1);
}

TEST(Filter, TurnsPictures) {
  const auto upright = picture(320, 180, 3);
  Filter filter{"transpose=clock", format_of(upright)};
  filter.push(upright);
  Frame out;
  ASSERT_TRUE(filter.receive(out));
  EXPECT_EQ(format_of(out).width, 180U);
  EXPECT_EQ(format_of(out).height, 320U);
  EXPECT_EQ(out.pts(), upright.pts());
}

TEST(Filter, GivesWhatIsLeft) {
  const auto first = picture(320, 180, 0);
  Filter filter{"bwdif=mode=send_frame", format_of(first)};
  std::vector<std::int64_t> stamps;
  const auto take = [&] {
    Frame out;
    while (filter.receive(out))
      stamps.push_back(out.pts());
  };
  for (std::int64_t n = 0; n < 5; ++n) {
    filter.push(picture(320, 180, n));
    take();
  }
  filter.finish();
  take();
  ASSERT_EQ(stamps.size(), 5U);
  EXPECT_EQ(stamps.back(), start + 4 * frame_25);
}

TEST(Filter, RefusesWhatLibavfilterDoesNotHave) {
  EXPECT_THROW(Filter("sharpened", format_of(picture(320, 180, 0))), Failure);
}

TEST(Decoder, GivesAllPicturesInOrderFromSeveralThreads) {
  RenditionEncoder encoder{small("libx264")};
  const auto coded = encode(encoder);
  for (const unsigned threads : {1U, 2U}) {
    Decoder decoder{describe(encoder.parameters()), threads};
    std::vector<std::int64_t> stamps;
    const auto take = [&] {
      for (Frame out; decoder.receive(out);)
        stamps.push_back((out.pts() - start) / frame_25);
    };
    for (const auto& c : coded) {
      EXPECT_TRUE(decoder.send(Packet::copy_of(c.bytes, c.pts)));
      take();
    }
    decoder.finish();
    take();
    ASSERT_EQ(stamps.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(stamps));
    EXPECT_EQ(stamps.back(), 99);
  }
}

}  // namespace
}  // namespace live::av
