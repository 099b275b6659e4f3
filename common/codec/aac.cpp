#include "common/codec/aac.hpp"

#include "common/codec/bits.hpp"

#include <algorithm>
#include <array>

namespace live::codec::aac {
namespace {

// Table 1.18.
constexpr std::array<std::uint32_t, 13> rates{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                              22050, 16000, 12000, 11025, 8000,  7350};
constexpr std::uint32_t explicit_rate = 15;
constexpr std::uint8_t sbr = 5;
constexpr std::uint8_t parametric_stereo = 29;

std::uint32_t rate_of(std::uint32_t index) { return index < rates.size() ? rates[index] : 0; }

/// channelConfiguration (table 1.19): 7 means eight channels.
std::uint32_t channels_of(std::uint32_t configuration) {
  if (configuration > 7) return 0;
  return configuration == 7 ? 8 : configuration;
}
std::uint32_t configuration_of(std::uint32_t channels) {
  if (channels == 8) return 7;
  return channels < 7 ? channels : 0;
}

std::uint8_t read_object_type(BitReader& in) {
  constexpr std::uint32_t escape_type = 31;
  const auto type = in.bits(5);
  return static_cast<std::uint8_t>(type == escape_type ? 32 + in.bits(6) : type);
}
void write_object_type(BitWriter& out, std::uint8_t type) {
  out.bits(5, type < 32 ? type : 31U);
  if (type >= 32) out.bits(6, type - 32U);
}

std::uint32_t read_rate(BitReader& in) {
  const auto index = in.bits(4);
  return index == explicit_rate ? in.bits(24) : rate_of(index);
}
void write_rate(BitWriter& out, std::uint32_t rate) {
  const auto* known = std::ranges::find(rates, rate);
  if (known != rates.end()) {
    out.bits(4, static_cast<std::uint32_t>(known - rates.begin()));
  } else {
    out.bits(4, explicit_rate);
    out.bits(24, rate);
  }
}

}  // namespace

std::optional<Config> parse_config(Bytes asc) {
  BitReader in{asc};
  Config config;
  config.object_type = read_object_type(in);
  config.sample_rate = read_rate(in);
  config.channels = channels_of(in.bits(4));
  if (config.object_type == sbr || config.object_type == parametric_stereo) {
    config.sample_rate = read_rate(in);
    read_object_type(in);
    if (config.object_type == parametric_stereo) config.channels = 2;
    config.frame_samples = 2048;
  }
  // GASpecificConfig begins with frameLengthFlag: 960 instead of 1024.
  if (in.left() > 0 && in.flag()) config.frame_samples = config.frame_samples / 1024 * 960;
  if (!in.ok() || config.object_type == 0 || config.sample_rate == 0) return {};
  return config;
}

Buffer write_config(const Config& config) {
  BitWriter out;
  write_object_type(out, config.object_type);
  if (config.object_type == sbr || config.object_type == parametric_stereo) {
    const bool from_mono = config.object_type == parametric_stereo;
    write_rate(out, config.sample_rate / 2);
    out.bits(4, from_mono ? 1 : configuration_of(config.channels));
    write_rate(out, config.sample_rate);
    write_object_type(out, 2);
  } else {
    write_rate(out, config.sample_rate);
    out.bits(4, configuration_of(config.channels));
  }
  out.bits(3, 0);  // GASpecificConfig: frames of 1024, no core coder, no extension
  return out.aligned();
}

std::optional<Adts> parse_adts(Bytes frame) {
  BitReader in{frame};
  if (in.bits(12) != 0xFFF) return {};
  in.skip(1);                      // ID: MPEG-4 or MPEG-2
  if (in.bits(2) != 0) return {};  // layer
  Adts adts;
  adts.header_bytes = in.flag() ? 7 : 9;
  adts.config.object_type = static_cast<std::uint8_t>(in.bits(2) + 1);
  adts.config.sample_rate = rate_of(in.bits(4));
  in.skip(1);  // private_bit
  adts.config.channels = channels_of(in.bits(3));
  in.skip(4);
  adts.frame_bytes = in.bits(13);
  in.skip(13);  // adts_buffer_fullness, number_of_raw_data_blocks_in_frame
  if (!in.ok() || frame.size() < adts.header_bytes) return {};
  if (adts.config.sample_rate == 0 || adts.frame_bytes < adts.header_bytes) return {};
  return adts;
}

}  // namespace live::codec::aac
