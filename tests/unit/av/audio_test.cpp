#include "common/av/audio_encoder.hpp"
#include "common/av/audio_transcoder.hpp"
#include "common/av/decoder.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

namespace live::av {
namespace {

codec::Parameters parameters_of(const Stream& stream) {
  codec::Parameters out;
  out.codec = *stream.carried;
  out.config = stream.extradata;
  out.sample_rate = stream.sample_rate;
  out.channels = stream.channels;
  return out;
}

std::int16_t loudest(Decoder& decoder, const Packet& packet) {
  Frame frame;
  EXPECT_TRUE(decoder.send(packet));
  std::int16_t most = 0;
  while (decoder.receive(frame)) {
    for (const auto sample : frame.samples())
      most = std::max(most, static_cast<std::int16_t>(std::abs(sample)));
  }
  return most;
}

TEST(SilentPacket, IsSilentInFlac) {
  AudioEncoding encoding;
  encoding.codec = "flac";
  encoding.sample_rate = 8'000;
  encoding.channels = 1;
  const AudioEncoder encoder{encoding};
  const auto silence = silent_packet(parameters_of(encoder.stream()), encoder.frame_samples());
  ASSERT_TRUE(silence);
  Decoder decoder{encoder.stream()};
  EXPECT_EQ(loudest(decoder, Packet::copy_of(*silence)), 0);
}

TEST(SilentPacket, IsAsLongAsAnyOtherInAac) {
  for (const std::uint32_t rate : {16'000U, 44'100U, 48'000U}) {
    AudioEncoding encoding;
    encoding.sample_rate = rate;
    const AudioEncoder encoder{encoding};
    const auto silence = silent_packet(parameters_of(encoder.stream()), encoder.frame_samples());
    ASSERT_TRUE(silence);
    Decoder decoder{encoder.stream()};
    Frame frame;
    ASSERT_TRUE(decoder.send(Packet::copy_of(*silence, 0)));
    EXPECT_TRUE(decoder.receive(frame));
  }
}

TEST(SilentPacket, CannotBeMadeInMp3) {
  codec::Parameters mp3;
  mp3.codec = codec::Codec::mp3;
  mp3.sample_rate = 44'100;
  mp3.channels = 2;
  EXPECT_FALSE(silent_packet(mp3, 1152));
}

class EncodedStamps : public testing::Test {
 protected:
  void push(std::int64_t pts) {
    encoder.push(Frame::sound(8'000, 1, 160), pts,
                 [this](Packet packet) { stamps.push_back(*packet.pts()); });
  }
  AudioEncoder encoder{{.codec = "flac", .sample_rate = 8'000, .channels = 1}};
  std::vector<std::int64_t> stamps;
};

TEST_F(EncodedStamps, IgnoreJitter) {
  for (const std::int64_t pts : {0, 170, 310, 485, 640})
    push(pts);
  EXPECT_EQ(stamps, (std::vector<std::int64_t>{0, 160, 320, 480, 640}));
}

TEST_F(EncodedStamps, FollowAGap) {
  for (const std::int64_t pts : {0, 160, 8000, 8160})
    push(pts);
  EXPECT_EQ(stamps, (std::vector<std::int64_t>{0, 160, 8000, 8160}));
}

}  // namespace
}  // namespace live::av
