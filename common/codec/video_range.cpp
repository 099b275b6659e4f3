#include "common/codec/video_range.hpp"

#include "common/codec/avc.hpp"
#include "common/codec/hevc.hpp"
#include "common/codec/records.hpp"

#include <cstdint>
#include <optional>

namespace live::codec {
namespace {

// transfer_characteristics of ISO/IEC 23091-2
constexpr std::uint8_t unspecified = 2, pq = 16, hlg = 18;
constexpr std::size_t av1c_head = 4;      // configOBUs follow
constexpr std::size_t vpcc_transfer = 4;  // byte of the record

template <class Record, class Sps>
std::uint8_t of_sps(const Record& record, std::optional<Sps> (*parse)(Bytes)) {
  if (!record || record->sps.empty()) return unspecified;
  const auto sps = parse(record->sps.front());
  return sps ? sps->transfer : unspecified;
}

std::uint8_t transfer_of(const Parameters& parameters) {
  const Bytes config = parameters.config;
  switch (parameters.codec) {
    case Codec::avc:
      return of_sps(avc::parse_avcc(config), avc::parse_sps);
    case Codec::hevc:
      return of_sps(hevc::parse_hvcc(config), hevc::parse_sps);
    case Codec::av1:
      if (config.size() <= av1c_head) return unspecified;
      return av1_transfer(config.subspan(av1c_head)).value_or(unspecified);
    case Codec::vp9:
      return config.size() > vpcc_transfer ? config[vpcc_transfer] : unspecified;
    default:
      return unspecified;
  }
}

}  // namespace

std::string_view video_range(const Parameters& parameters) {
  const auto transfer = transfer_of(parameters);
  return transfer == pq ? "PQ" : transfer == hlg ? "HLG" : "SDR";
}

}  // namespace live::codec
