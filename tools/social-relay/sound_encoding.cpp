#include "tools/social-relay/sound_encoding.hpp"

#include <algorithm>

namespace social_relay {
namespace {

constexpr std::uint32_t most_channels = 2;

}  // namespace

live::av::AudioEncoding aac_for(const live::av::Stream& stream, std::uint64_t bit_rate) {
  live::av::AudioEncoding out;
  out.sample_rate = live::av::aac_rate(stream.sample_rate);
  out.channels = stream.channels == 0 ? most_channels : std::min(stream.channels, most_channels);
  out.bit_rate = bit_rate;
  return out;
}

live::codec::Parameters parameters_of(const live::av::Stream& aac) {
  live::codec::Parameters out;
  out.codec = live::codec::Codec::aac;
  out.config = aac.extradata;
  out.sample_rate = aac.sample_rate;
  out.channels = aac.channels;
  return out;
}

}  // namespace social_relay
