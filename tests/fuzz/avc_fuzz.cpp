// USES: live::codec
// The sets, records and slices of H.264: what can be rewritten parses again and says what was claimed.
#include "common/codec/avc.hpp"

#include <cstdlib>

using namespace live;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in{data, size};
  namespace avc = codec::avc;
  if (const auto sps = avc::parse_sps(in)) {
    if (sps->width == 0 || sps->height == 0 || sps->sar_num == 0 || sps->sar_den == 0) std::abort();
    avc::parse_slice_header(in.subspan(1), *sps);
    const std::vector<Buffer> sets{Buffer{in.begin(), in.end()}};
    if (size < 0xFFFF && avc::parse_avcc(avc::write_avcc(sets, sets))->sps != sets) std::abort();
  }
  if (const auto claimed = avc::claim_no_reorder(in)) {
    const auto after = avc::parse_sps(*claimed);
    if (!after || after->max_num_reorder_frames != 0U) std::abort();
    if (avc::claim_no_reorder(*claimed) != claimed) std::abort();
  }
  avc::parse_avcc(in);
  avc::parse_pps(in);
  avc::pps_of_slice(in);
  avc::parse_slice_header(in, avc::Sps{});
  return 0;
}
