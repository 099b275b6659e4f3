// USES: live::codec
// A stream's sets and packets: byte 0 tells the codec, bytes 1 and 2 how long the extradata is, the rest
// is a packet.  Whatever comes in, a sample of whole NAL units comes out.
#include "common/codec/nal.hpp"
#include "common/codec/parameter_sets.hpp"

#include <cstdlib>

using namespace live;

namespace {

void check(const codec::Sample& sample) {
  Buffer whole;
  for (const auto piece : sample.pieces)
    whole.insert(whole.end(), piece.begin(), piece.end());
  if (whole.size() != sample.size) std::abort();
  if (sample.pieces.size() > codec::ParameterSets::max_pieces) std::abort();
  if (!whole.empty() && codec::split_length_prefixed(whole, 4).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto extradata_bytes = std::min<std::size_t>(data[1] * 256U + data[2], size - 3);
  const Bytes extradata{data + 3, extradata_bytes};
  codec::ParameterSets sets{(data[0] & 1U) == 0 ? codec::Codec::avc : codec::Codec::hevc,
                            (data[0] & 2U) == 0};
  sets.seed(extradata);
  Buffer scratch;
  for (int i = 0; i < 2; ++i) {
    Buffer packet{data + 3 + extradata_bytes, data + size};
    const auto sample = sets.take(packet, scratch);
    check(sample);
    if (const auto parameters = sets.parameters()) {
      if (codec::rfc6381(*parameters).empty() || parameters->width == 0) std::abort();
    }
    static_cast<void>(sets.cannot_reorder());
  }
  return 0;
}
