#include "common/mp4/sample_entry.hpp"

#include "common/codec/aac.hpp"
#include "common/codec/ac3.hpp"
#include "common/mp4/box_writer.hpp"

#include <algorithm>

namespace live::mp4 {
namespace {

using codec::Codec;
using codec::Parameters;

constexpr std::size_t stream_info_bytes = 34;

// Descriptors of ISO/IEC 14496-1 §7.2.6, table 1, and object types of §7.2.6.6.
enum Descriptor : std::uint8_t { es = 3, decoder_config = 4, decoder_specific = 5, sl_config = 6 };
constexpr std::uint8_t object_aac = 0x40, object_mp3 = 0x6B, object_mp3_mpeg2 = 0x69;
constexpr std::uint8_t audio_stream = 5U << 2U | 1U;  // streamType, upStream 0, reserved 1

struct Form {
  Codec codec;
  std::uint32_t entry, config_box;
  std::size_t least_config;  ///< bytes that the fixed part of the record has
};
constexpr Form forms[] = {
    {Codec::avc, fourcc("avc1"), fourcc("avcC"), 7},
    {Codec::hevc, fourcc("hvc1"), fourcc("hvcC"), 23},
    {Codec::av1, fourcc("av01"), fourcc("av1C"), 4},
    {Codec::vp9, fourcc("vp09"), fourcc("vpcC"), 8},
    {Codec::aac, fourcc("mp4a"), fourcc("esds"), 2},
    {Codec::opus, fourcc("Opus"), fourcc("dOps"), 11},
    {Codec::flac, fourcc("fLaC"), fourcc("dfLa"), stream_info_bytes},
    {Codec::mp3, fourcc("mp4a"), fourcc("esds"), 0},
    {Codec::ac3, fourcc("ac-3"), fourcc("dac3"), 3},
    {Codec::eac3, fourcc("ec-3"), fourcc("dec3"), 5},
};

const Form* form_of(Codec codec) { return std::ranges::find(forms, codec, &Form::codec); }

const Form* form_of(std::uint32_t entry) {
  if (entry == fourcc("avc3")) entry = fourcc("avc1");
  if (entry == fourcc("hev1")) entry = fourcc("hvc1");
  const auto* form = std::ranges::find(forms, entry, &Form::entry);
  return form == std::end(forms) ? nullptr : form;
}

// ---- writing

void write_descriptor(Writer& out, Descriptor tag, Bytes body) {
  out.u8(tag);
  // sizeOfInstance, §8.3.3: seven bits each, the top bit says that more follow.
  for (unsigned shift = 28; shift != 0; shift -= 7)
    if (body.size() >> shift != 0) out.u8(0x80U | (body.size() >> shift & 0x7FU));
  out.u8(body.size() & 0x7FU);
  out.bytes(body);
}

void write_esds(Writer& out, const Parameters& p) {
  Buffer config, stream;
  Writer c{config};
  c.u8(p.codec == Codec::mp3 ? object_mp3 : object_aac);
  c.u8(audio_stream);
  c.zeros(3 + 4 + 4);  // bufferSizeDB, maxBitrate, avgBitrate: not known of a live stream
  if (!p.config.empty()) write_descriptor(c, decoder_specific, p.config);

  Writer s{stream};
  s.u16(0);  // ES_ID is 0 in files, ISO/IEC 14496-14 §3.1.2
  s.u8(0);
  write_descriptor(s, decoder_config, config);
  const std::uint8_t predefined_mp4 = 2;
  write_descriptor(s, sl_config, {&predefined_mp4, 1});

  const OpenBox box{out, "esds", 0, 0};
  write_descriptor(out, es, stream);
}

void write_config(Writer& out, const Parameters& p, const Form& form) {
  switch (p.codec) {
    case Codec::aac:
    case Codec::mp3:
      return write_esds(out, p);
    case Codec::vp9: {
      const OpenBox box{out, "vpcC", 1, 0};
      return out.bytes(p.config);
    }
    case Codec::flac: {
      const OpenBox box{out, "dfLa", 0, 0};
      constexpr std::uint8_t last_block_stream_info = 0x80;
      out.u8(last_block_stream_info);
      out.be(3, p.config.size());
      return out.bytes(p.config);
    }
    default: {
      const OpenBox box{out, form.config_box};
      return out.bytes(p.config);
    }
  }
}

void write_visual(Writer& out, const Parameters& p, const Form& form) {
  const OpenBox entry{out, form.entry};
  out.zeros(6);
  out.u16(1);  // data_reference_index
  out.zeros(16);
  out.u16(p.width);
  out.u16(p.height);
  constexpr std::uint32_t dpi_72 = 72U << 16U;
  out.u32(dpi_72);
  out.u32(dpi_72);
  out.u32(0);
  out.u16(1);  // frames per sample
  out.zeros(32);
  out.u16(24);  // depth: colour without alpha
  out.u16(0xFFFF);
  write_config(out, p, form);
  if (p.sar_num != p.sar_den && p.sar_num != 0 && p.sar_den != 0) {
    const OpenBox pasp{out, "pasp"};
    out.u32(p.sar_num);
    out.u32(p.sar_den);
  }
}

/// Bits of a sample: 16, but for FLAC what STREAMINFO says (bits 100 to 104).
std::uint32_t sample_bits(const Parameters& p) {
  if (p.codec != Codec::flac || p.config.size() < stream_info_bytes) return 16;
  return ((p.config[12] & 1U) << 4U | p.config[13] >> 4U) + 1;
}

void write_sound(Writer& out, const Parameters& p, const Form& form) {
  const OpenBox entry{out, form.entry};
  out.zeros(6);
  out.u16(1);  // data_reference_index
  out.zeros(8);
  out.u16(p.channels);
  out.u16(sample_bits(p));
  out.zeros(4);
  // 16.16; a rate that does not fit is told by the codec's configuration alone (FLAC in ISOBMFF
  // §3.3.1).
  out.u32(p.sample_rate <= 0xFFFF ? p.sample_rate << 16U : 0);
  write_config(out, p, form);
}

// ---- reading

struct OneDescriptor {
  std::uint8_t tag = 0;
  Bytes body;
};

std::optional<OneDescriptor> read_descriptor(Reader& r) {
  OneDescriptor found;
  found.tag = r.u8();
  std::size_t size = 0;
  constexpr int most_size_bytes = 4;
  for (int i = 0; i < most_size_bytes; ++i) {
    const auto byte = r.u8();
    size = size << 7U | (byte & 0x7FU);
    if ((byte & 0x80U) == 0) break;
    if (i == most_size_bytes - 1) return std::nullopt;
  }
  found.body = r.take(size);
  if (!r.ok()) return std::nullopt;
  return found;
}

/// Skips what stands before the descriptors inside an ES_Descriptor, ISO/IEC 14496-1 §7.2.6.5.
void skip_es_head(Reader& r) {
  r.skip(2);
  const auto flags = r.u8();
  if ((flags & 0x80U) != 0) r.skip(2);       // dependsOn_ES_ID
  if ((flags & 0x40U) != 0) r.skip(r.u8());  // URL
  if ((flags & 0x20U) != 0) r.skip(2);       // OCR_ES_ID
}

void read_decoder_config(Bytes body, ReadEntry& entry) {
  Reader r{body};
  const auto object = r.u8();
  r.skip(12);
  if (object == object_mp3 || object == object_mp3_mpeg2) {
    entry.parameters.codec = Codec::mp3;
    entry.known = r.ok();
    return;
  }
  const bool mpeg2_aac = object >= 0x66 && object <= 0x68;
  if (object != object_aac && !mpeg2_aac) return;
  while (r.left() != 0) {
    const auto found = read_descriptor(r);
    if (!found) return;
    if (found->tag != decoder_specific) continue;
    entry.parameters.codec = Codec::aac;
    entry.parameters.config.assign(found->body.begin(), found->body.end());
    entry.known = found->body.size() >= form_of(Codec::aac)->least_config;
    return;
  }
}

void read_esds(Bytes body, ReadEntry& entry) {
  Reader r{body};
  r.skip(4);
  const auto outer = read_descriptor(r);
  if (!outer || outer->tag != es) return;
  Reader inner{outer->body};
  skip_es_head(inner);
  while (inner.left() != 0) {
    const auto found = read_descriptor(inner);
    if (!found) return;
    if (found->tag == decoder_config) return read_decoder_config(found->body, entry);
  }
}

void read_dfla(Bytes body, ReadEntry& entry) {
  Reader r{body};
  r.skip(4);
  const auto block = r.u8() & 0x7FU;
  const auto size = r.be(3);
  const auto info = r.take(static_cast<std::size_t>(size));
  if (block != 0 || info.size() != stream_info_bytes) return;
  entry.parameters.config.assign(info.begin(), info.end());
  entry.known = true;
}

void read_config(const Form& form, Bytes body, ReadEntry& entry) {
  if (form.config_box == fourcc("esds")) return read_esds(body, entry);
  if (form.config_box == fourcc("dfLa")) return read_dfla(body, entry);
  constexpr std::size_t full_box = 4;
  if (form.codec == Codec::vp9) body = body.size() < full_box ? Bytes{} : body.subspan(full_box);
  if (body.size() < form.least_config) return;
  entry.parameters.config.assign(body.begin(), body.end());
  entry.known = true;
}

void read_pasp(Bytes body, Parameters& p) {
  Reader r{body};
  const auto num = r.u32(), den = r.u32();
  if (num == 0 || den == 0) return;
  p.sar_num = num;
  p.sar_den = den;
}

void read_visual(Reader& r, Parameters& p) {
  r.skip(16);
  p.width = r.u16();
  p.height = r.u16();
  r.skip(50);
}

void read_sound(Reader& r, Parameters& p, std::uint8_t stsd_version) {
  const auto version = r.u16();
  r.skip(6);
  p.channels = r.u16();
  r.skip(6);
  p.sample_rate = r.u32() >> 16U;
  // QuickTime's sound descriptions 1 and 2 are longer; ISO's version 1 lives in an stsd of
  // version 1.
  if (stsd_version == 0) r.skip(version == 1 ? 16 : version == 2 ? 36 : 0);
}

/// A rate that does not fit 16.16 stands in the codec's configuration.
void complete_rate(Parameters& p) {
  if (p.sample_rate != 0) return;
  if (p.codec == Codec::flac && p.config.size() >= stream_info_bytes)
    p.sample_rate = static_cast<std::uint32_t>(load_be(Bytes{p.config}.subspan(10), 3) >> 4U);
  if (p.codec == Codec::aac)
    if (const auto config = codec::aac::parse_config(p.config)) p.sample_rate = config->sample_rate;
}

/// The entry's own count means nothing (ETSI TS 102 366 §F.3.2; for AAC a template of ISO/IEC 14496-12): many write 2
/// whatever there is.
void complete_channels(Parameters& p) {
  if (p.codec == Codec::aac) {
    const auto config = codec::aac::parse_config(p.config);
    if (config && config->channels != 0) p.channels = config->channels;
  }
  if (p.codec != Codec::ac3 && p.codec != Codec::eac3) return;
  if (const auto channels = codec::ac3::channels(p.codec, p.config)) p.channels = *channels;
}

}  // namespace

void write_sample_entry(Writer& out, const Parameters& parameters) {
  const auto& form = *form_of(parameters.codec);
  if (codec::is_video(parameters.codec)) {
    write_visual(out, parameters, form);
  } else {
    write_sound(out, parameters, form);
  }
}

ReadEntry read_sample_entry(const Box& box, std::uint8_t stsd_version) {
  ReadEntry entry;
  const bool bare_mp3 = box.type == fourcc(".mp3");
  const auto* form = bare_mp3 ? form_of(Codec::mp3) : form_of(box.type);
  if (form == nullptr) return entry;
  entry.parameters.codec = form->codec;
  Reader r{box.body};
  r.skip(8);
  if (codec::is_video(form->codec)) {
    read_visual(r, entry.parameters);
  } else {
    read_sound(r, entry.parameters, stsd_version);
  }
  entry.known = bare_mp3 && r.ok();
  Boxes walk{r.rest()};
  while (const auto child = walk.next()) {
    if (child->type == form->config_box && !entry.known) read_config(*form, child->body, entry);
    if (child->type == fourcc("pasp")) read_pasp(child->body, entry.parameters);
  }
  complete_rate(entry.parameters);
  complete_channels(entry.parameters);
  return entry;
}

}  // namespace live::mp4
