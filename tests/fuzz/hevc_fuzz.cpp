// USES: live::codec
// The sets, records and slices of H.265: what can be rewritten parses again and says what was claimed.
#include "common/codec/hevc.hpp"

#include <cstdlib>

using namespace live;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in{data, size};
  namespace hevc = codec::hevc;
  if (const auto sps = hevc::parse_sps(in)) {
    if (sps->width == 0 || sps->height == 0 || sps->sar_num == 0 || sps->sar_den == 0) std::abort();
    const std::vector<Buffer> sets{Buffer{in.begin(), in.end()}};
    const auto record = hevc::write_hvcc(sets, sets, sets);
    if (size < 0xFFFF && hevc::parse_hvcc(record)->sps != sets) std::abort();
  }
  if (const auto claimed = hevc::claim_no_reorder_sps(in)) {
    const auto after = hevc::parse_sps(*claimed);
    if (!after || after->max_num_reorder_pics != 0) std::abort();
    if (hevc::claim_no_reorder_sps(*claimed) != claimed) std::abort();
  }
  if (const auto claimed = hevc::claim_no_reorder_vps(in)) {
    if (hevc::claim_no_reorder_vps(*claimed) != claimed) std::abort();
  }
  hevc::parse_hvcc(in);
  hevc::parse_vps(in);
  hevc::parse_pps(in);
  hevc::pps_of_slice(in);
  return 0;
}
