// USES: live::codec
// AV1, VP9, AAC, Opus, FLAC, MP3 and AC-3: every parser reads the same bytes; what is written parses again.
#include "common/codec/aac.hpp"
#include "common/codec/ac3.hpp"
#include "common/codec/mp3.hpp"
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
  codec::flac_block_size(in);
  codec::av1_picture_size(in);
  codec::vp9_picture_size(in);
  codec::mp3::parse_frame(in);
  for (const auto dolby : {codec::Codec::ac3, codec::Codec::eac3}) {
    codec::ac3::samples(in);
    codec::ac3::channels(dolby, in);
    const auto found = codec::ac3::parameters(dolby, in);
    if (found && codec::ac3::channels(dolby, found->config) != found->channels) std::abort();
  }
  if (const auto config = codec::aac::parse_config(in)) {
    if (!codec::aac::parse_config(codec::aac::write_config(*config))) std::abort();
  }
  if (const auto adts = codec::aac::parse_adts(in)) {
    if (adts->frame_bytes < adts->header_bytes) std::abort();
    codec::aac::write_config(adts->config);
  }
  return 0;
}
