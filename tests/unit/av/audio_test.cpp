#include "common/av/audio_encoder.hpp"
#include "common/av/audio_transcoder.hpp"
#include "common/av/decoder.hpp"
#include "common/base/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

extern "C" {
#include <libavutil/frame.h>
#include <libavutil/samplefmt.h>
}

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

/// As a decoder of PCM gives them of a damaged source.
TEST(AudioEncoder, TakesSamplesThatAreNoNumbersForSilence) {
  constexpr int count = 4'096;
  constexpr std::array<float, 4> odd{std::numeric_limits<float>::quiet_NaN(),
                                     std::numeric_limits<float>::infinity(), -1e30F, 0.5F};
  Frame frame;
  auto& raw = *frame.raw();
  raw.format = AV_SAMPLE_FMT_FLT;
  raw.sample_rate = 48'000;
  raw.nb_samples = count;
  av_channel_layout_default(&raw.ch_layout, 1);
  ASSERT_EQ(av_frame_get_buffer(&raw, 0), 0);
  auto* samples = reinterpret_cast<float*>(raw.data[0]);
  for (int i = 0; i < count; ++i)
    samples[i] = odd.at(static_cast<std::size_t>(i) % odd.size());
  AudioEncoder encoder{{.codec = "aac", .sample_rate = 48'000, .channels = 1}};
  std::size_t packets = 0;
  const auto sink = [&packets](Packet packet) { packets += packet.bytes().empty() ? 0 : 1; };
  encoder.push(frame, 0, sink);
  encoder.finish(sink);
  EXPECT_GE(packets, 4U);
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

/// Where a click of 10 samples lies in the sound that a decoder gives for the packets of `encoder`, in samples of its rate.
class Click : public testing::Test {
 protected:
  /// `at`: pts of the click in samples of `rate`; the sound begins at `first`.
  std::int64_t heard_at(std::int64_t first, std::int64_t at, std::uint32_t rate) {
    AudioEncoder encoder{{.codec = "aac", .sample_rate = 48'000}};
    Decoder decoder{encoder.stream(), 1};
    std::int64_t loudest_at = -1;
    std::int16_t most = 1000;
    const auto take = [&](const Packet& packet) {
      ends_at = *packet.pts() + 1024;
      EXPECT_TRUE(decoder.send(packet));
      for (Frame frame; decoder.receive(frame);) {
        const auto samples = frame.floats();
        for (std::size_t n = 0; n < samples.size(); ++n) {
          const auto level = static_cast<std::int16_t>(std::abs(samples[n]) * 32'000);
          if (level > most) {
            most = level;
            loudest_at = frame.pts() + static_cast<std::int64_t>(n);
          }
        }
      }
    };
    for (std::int64_t pts = first; pts < first + rate; pts += 1000) {
      auto block = Frame::sound(rate, 2, 1000);
      for (auto n = at; n < at + 10; ++n) {
        if (n < pts || n >= pts + 1000) continue;
        const auto index = static_cast<std::size_t>(n - pts) * 2;
        block.samples()[index] = block.samples()[index + 1] = 20'000;
      }
      encoder.push(block, rescale(pts, 48'000, rate), take);
    }
    encoder.finish(take);
    return loudest_at;
  }
  std::int64_t ends_at = 0;
};

TEST_F(Click, IsHeardWhenItWasSent) {
  EXPECT_NEAR(static_cast<double>(heard_at(480'000, 500'000, 48'000)), 500'005, 12);
  EXPECT_GE(ends_at, 480'000 + 48'000) << "nothing is lost at the end";
}

TEST_F(Click, IsHeardWhenItWasSentAtAnotherRate) {
  const auto at = static_cast<double>(rescale(460'000, 48'000, 44'100));
  EXPECT_NEAR(static_cast<double>(heard_at(441'000, 460'000, 44'100)), at + 5, 12);
  EXPECT_GE(ends_at, 480'000 + 48'000 - 100);
}

}  // namespace
}  // namespace live::av
