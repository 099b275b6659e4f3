#include "common/codec/parameters.hpp"

#include "common/codec/aac.hpp"
#include "common/codec/records.hpp"

#include <fmt/format.h>

namespace live::codec {
namespace {

std::string avc_string(Bytes avcc) {
  Reader in{avcc};
  in.skip(1);
  return fmt::format("avc1.{:06x}", in.be(3));
}

std::uint32_t reversed(std::uint32_t bits) {
  std::uint32_t out = 0;
  for (int i = 0; i < 32; ++i, bits >>= 1U)
    out = out << 1U | (bits & 1U);
  return out;
}

/// ISO/IEC 14496-15 annex E.3.
std::string hevc_string(Bytes hvcc) {
  Reader in{hvcc};
  in.skip(1);
  const auto profile = in.u8();
  const auto compatibility = reversed(in.u32());
  auto constraints = in.take(6);
  const auto level = in.u8();
  constexpr std::string_view spaces[]{"", "A", "B", "C"};
  auto text = fmt::format("hvc1.{}{}.{:X}.{}{}", spaces[profile >> 6U], profile & 0x1FU,
                          compatibility, (profile & 0x20U) != 0 ? 'H' : 'L', level);
  while (!constraints.empty() && constraints.back() == 0) {
    constraints = constraints.first(constraints.size() - 1);
  }
  for (const auto byte : constraints)
    text += fmt::format(".{:X}", byte);
  return text;
}

/// AV1 in ISOBMFF §5.
std::string av1_string(Bytes av1c) {
  const auto facts = parse_av1c(av1c).value_or(Av1Facts{});
  return fmt::format("av01.{}.{:02}{}.{:02}", facts.profile, facts.level,
                     facts.tier == 0 ? 'M' : 'H', facts.bit_depth);
}

/// VP9 in ISOBMFF, "Codecs Parameter String".
std::string vp9_string(Bytes vpcc) {
  Reader in{vpcc};
  const auto profile = in.u8();
  const auto level = in.u8();
  const auto depth = in.u8() >> 4U;
  return fmt::format("vp09.{:02}.{:02}.{:02}", profile, level, depth);
}

std::string aac_string(Bytes asc) {
  const auto config = aac::parse_config(asc).value_or(aac::Config{});
  return fmt::format("mp4a.40.{}", config.object_type);
}

}  // namespace

std::string to_text(Codec codec) {
  switch (codec) {
    case Codec::avc:
      return "H.264";
    case Codec::hevc:
      return "H.265";
    case Codec::av1:
      return "AV1";
    case Codec::vp9:
      return "VP9";
    case Codec::aac:
      return "AAC";
    case Codec::opus:
      return "Opus";
    case Codec::flac:
      return "FLAC";
    case Codec::mp3:
      return "MP3";
    case Codec::ac3:
      return "AC-3";
    case Codec::eac3:
      return "E-AC-3";
  }
  return {};
}

std::string rfc6381(const Parameters& parameters) {
  switch (parameters.codec) {
    case Codec::avc:
      return avc_string(parameters.config);
    case Codec::hevc:
      return hevc_string(parameters.config);
    case Codec::av1:
      return av1_string(parameters.config);
    case Codec::vp9:
      return vp9_string(parameters.config);
    case Codec::aac:
      return aac_string(parameters.config);
    case Codec::opus:
      return "opus";
    case Codec::flac:
      return "flac";
    case Codec::mp3:
      return "mp4a.6B";
    case Codec::ac3:
      return "ac-3";
    case Codec::eac3:
      return "ec-3";
  }
  return {};
}

}  // namespace live::codec
