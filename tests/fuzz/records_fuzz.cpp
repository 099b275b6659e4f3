// USES: live::codec
// AV1, VP9, AAC, Opus and FLAC: every parser reads the same bytes; what is written parses again.
#include "common/codec/aac.hpp"
#include "common/codec/records.hpp"

#include <cstdlib>

using namespace live;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in{data, size};
  if (const auto record = codec::av1c_from_obus(in)) {
    if (!codec::parse_av1c(*record)) std::abort();
  }
  codec::parse_av1c(in);
  codec::vpcc_from_key_frame(in);
  codec::dops_from_opus_head(in);
  codec::opus_duration(in);
  codec::flac_streaminfo(in);
  if (const auto config = codec::aac::parse_config(in)) {
    if (!codec::aac::parse_config(codec::aac::write_config(*config))) std::abort();
  }
  if (const auto adts = codec::aac::parse_adts(in)) {
    if (adts->frame_bytes < adts->header_bytes) std::abort();
    codec::aac::write_config(adts->config);
  }
  return 0;
}
