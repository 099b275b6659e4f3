#include "common/base/units.hpp"
#include "common/mp4/box_writer.hpp"
#include "common/mp4/init.hpp"
#include "common/mp4/sample_entry.hpp"

#include <algorithm>

namespace live::mp4 {
namespace {

constexpr std::uint32_t one_16_16 = 0x10000;
constexpr std::uint32_t movie_timescale = 1000;  // no duration is ever given in it

void write_matrix(Writer& out) {  // unity, §8.2.2
  for (const std::uint32_t v : {one_16_16, 0U, 0U, 0U, one_16_16, 0U, 0U, 0U, 0x40000000U})
    out.u32(v);
}

/// Turned clockwise and moved back to where it is seen; sizes are 16.16.
void write_turned_matrix(Writer& out, int rotation, std::uint32_t width, std::uint32_t height) {
  constexpr std::uint32_t minus = 0xFFFF0000;
  const bool upside_down = rotation == 180, left = rotation == 270;
  const auto cosine = upside_down ? minus : 0U, sine = upside_down ? 0U : left ? minus : one_16_16;
  const auto x = rotation == 90 ? height : upside_down ? width : 0U;
  const auto y = upside_down ? height : left ? width : 0U;
  for (const std::uint32_t v : {cosine, sine, 0U, 0U - sine, cosine, 0U, x, y, 0x40000000U})
    out.u32(v);
}

void write_ftyp(Writer& out, std::size_t tracks) {
  const OpenBox box{out, "ftyp"};
  out.text("iso6");  // the brand that brought tfdt and default-base-is-moof together, annex E
  out.u32(0);
  out.text("iso6mp41");
  if (tracks == 1) out.text("cmfc");  // a CMAF track file has one track, ISO/IEC 23000-19 §7.3
}

void write_mvhd(Writer& out, std::uint32_t next_track) {
  const OpenBox box{out, "mvhd", 0, 0};
  out.zeros(8);
  out.u32(movie_timescale);
  out.u32(0);  // duration: of the samples in moov, none
  out.u32(one_16_16);
  out.u16(0x100);
  out.zeros(10);
  write_matrix(out);
  out.zeros(24);
  out.u32(next_track);
}

void write_tkhd(Writer& out, const Track& track) {
  const auto& p = track.parameters;
  constexpr std::uint32_t enabled_in_movie = 3;
  const OpenBox box{out, "tkhd", 0, enabled_in_movie};
  out.zeros(8);
  out.u32(track.id);
  out.zeros(4 + 4 + 8 + 4);  // duration, layer, group
  out.u16(track.is_video() ? 0 : 0x100);
  out.u16(0);
  const bool stretched = p.sar_num != 0 && p.sar_den != 0;
  const auto shown = stretched ? rescale(p.width, p.sar_num * std::int64_t{one_16_16}, p.sar_den)
                               : std::int64_t{p.width} * one_16_16;
  const auto width = static_cast<std::uint32_t>(std::clamp<std::int64_t>(shown, 0, 0xFFFFFFFF));
  const auto height = p.height * one_16_16;
  if (track.rotation == 0) {
    write_matrix(out);
  } else {
    write_turned_matrix(out, track.rotation, width, height);
  }
  out.u32(width);
  out.u32(height);
}

void write_media_head(Writer& out, const Track& track) {
  {
    const OpenBox mdhd{out, "mdhd", 0, 0};
    out.zeros(8);
    out.u32(track.timescale);
    out.u32(0);
    constexpr std::uint32_t undetermined = 0x55C4;  // "und", five bits a letter
    out.u16(undetermined);
    out.u16(0);
  }
  const OpenBox hdlr{out, "hdlr", 0, 0};
  out.u32(0);
  out.text(track.is_video() ? "vide" : "soun");
  out.zeros(12);
  out.text(track.is_video() ? "video" : "sound");
  out.u8(0);
}

/// A table without entries.
void write_empty(Writer& out, const char (&type)[5], std::size_t fields) {
  const OpenBox box{out, type, 0, 0};
  out.zeros(fields);
}

void write_stbl(Writer& out, const Track& track) {
  const OpenBox stbl{out, "stbl"};
  {
    const OpenBox stsd{out, "stsd", 0, 0};
    out.u32(1);
    write_sample_entry(out, track.parameters);
  }
  write_empty(out, "stts", 4);
  write_empty(out, "stsc", 4);
  write_empty(out, "stsz", 8);
  write_empty(out, "stco", 4);
}

void write_minf(Writer& out, const Track& track) {
  const OpenBox minf{out, "minf"};
  if (track.is_video()) {
    const OpenBox vmhd{out, "vmhd", 0, 1};
    out.zeros(8);
  } else {
    const OpenBox smhd{out, "smhd", 0, 0};
    out.zeros(4);
  }
  {
    const OpenBox dinf{out, "dinf"};
    const OpenBox dref{out, "dref", 0, 0};
    out.u32(1);
    constexpr std::uint32_t self_contained = 1;
    const OpenBox url{out, "url ", 0, self_contained};
  }
  write_stbl(out, track);
}

void write_trak(Writer& out, const Track& track) {
  const OpenBox trak{out, "trak"};
  write_tkhd(out, track);
  const OpenBox mdia{out, "mdia"};
  write_media_head(out, track);
  write_minf(out, track);
}

void write_trex(Writer& out, const Track& track) {
  const OpenBox trex{out, "trex", 0, 0};
  out.u32(track.id);
  out.u32(1);     // sample description
  out.zeros(12);  // duration, size, flags: each fragment says its own
}

void write_moov(Writer& out, std::span<const Track> tracks) {
  const OpenBox moov{out, "moov"};
  std::uint32_t highest = 0;
  for (const auto& track : tracks)
    highest = std::max(highest, track.id);
  write_mvhd(out, highest + 1);
  for (const auto& track : tracks)
    write_trak(out, track);
  const OpenBox mvex{out, "mvex"};
  for (const auto& track : tracks)
    write_trex(out, track);
}

}  // namespace

Buffer write_init(std::span<const Track> tracks) {
  Buffer bytes;
  Writer out{bytes};
  write_ftyp(out, tracks.size());
  write_moov(out, tracks);
  return bytes;
}

}  // namespace live::mp4
