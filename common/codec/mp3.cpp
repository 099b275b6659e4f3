#include "common/codec/mp3.hpp"

#include "common/codec/bits.hpp"

#include <array>

namespace live::codec::mp3 {
namespace {

constexpr std::uint32_t mpeg_2_5 = 0, reserved = 1, mpeg_1 = 3;  // ID; 2 is MPEG-2

using BitRates = std::array<std::uint16_t, 15>;  // kbit/s; 0 is free
constexpr BitRates mpeg1_layer1{0,   32,  64,  96,  128, 160, 192, 224,
                                256, 288, 320, 352, 384, 416, 448};
constexpr BitRates mpeg1_layer2{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384};
constexpr BitRates mpeg1_layer3{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
constexpr BitRates mpeg2_layer1{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256};
constexpr BitRates mpeg2_layer23{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};

const BitRates& bit_rates(bool first, std::uint32_t layer) {
  if (layer == 1) return first ? mpeg1_layer1 : mpeg2_layer1;
  if (!first) return mpeg2_layer23;
  return layer == 2 ? mpeg1_layer2 : mpeg1_layer3;
}

std::uint32_t samples_of(bool first, std::uint32_t layer) {
  if (layer == 1) return 384;
  return layer == 2 || first ? 1152 : 576;
}

}  // namespace

std::optional<Frame> parse_frame(Bytes frame) {
  constexpr std::array<std::uint32_t, 3> rates{44100, 48000, 32000};
  constexpr std::uint32_t single_channel = 3;
  BitReader in{frame};
  if (in.bits(11) != 0x7FF) return {};
  const auto id = in.bits(2);
  const auto layer = 4 - in.bits(2);
  in.skip(1);  // protection_bit
  const auto bit_rate = in.bits(4);
  const auto rate = in.bits(2);
  const auto padding = in.bits(1);
  in.skip(1);  // private_bit
  const auto mode = in.bits(2);
  in.skip(6);
  if (!in.ok() || id == reserved || layer == 4 || bit_rate == 15 || rate == 3) return {};

  const bool first = id == mpeg_1;
  Frame read;
  read.layer = layer;
  read.sample_rate = rates[rate] / (id == mpeg_2_5 ? 4 : first ? 1 : 2);
  read.channels = mode == single_channel ? 1 : 2;
  read.samples = samples_of(first, layer);
  const std::uint32_t slot_bytes = layer == 1 ? 4 : 1;
  const auto bits_per_second = 1000U * bit_rates(first, layer)[bit_rate];
  if (bits_per_second == 0) return read;
  const auto slots = read.samples / 8 / slot_bytes * bits_per_second / read.sample_rate + padding;
  read.frame_bytes = std::size_t{slots} * slot_bytes;
  return read;
}

}  // namespace live::codec::mp3
