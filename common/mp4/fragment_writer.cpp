#include "common/mp4/fragment_writer.hpp"

#include "common/mp4/box_writer.hpp"
#include "common/mp4/flags.hpp"

#include <algorithm>
#include <cassert>

namespace live::mp4 {
namespace {

constexpr std::size_t full_box_bytes = 12, mdat_header_bytes = 8;

/// Which fields a run gives once (in tfhd) and which per sample (in trun).
struct Shape {
  bool durations = false, sizes = false, flags = false, compositions = false;  ///< per sample
  std::uint64_t payload = 0;

  [[nodiscard]] std::size_t fields() const {
    return std::size_t{durations} + std::size_t{sizes} + std::size_t{flags} +
           std::size_t{compositions};
  }
};

Shape shape_of(const Run& run) {
  assert(!run.samples.empty());
  const auto& first = run.samples.front();
  Shape shape;
  for (const auto& sample : run.samples) {
    shape.durations |= sample.duration != first.duration;
    shape.sizes |= sample.size != first.size;
    shape.flags |= run.video && sample.sync != first.sync;
    shape.compositions |= sample.composition != 0;
    shape.payload += sample.size;
  }
  return shape;
}

std::size_t traf_bytes(const Run& run, const Shape& shape) {
  constexpr std::size_t traf = 8;
  constexpr std::size_t tfdt = full_box_bytes + 8;
  const std::size_t defaults =
      3 - (std::size_t{shape.durations} + std::size_t{shape.sizes} + std::size_t{shape.flags});
  const std::size_t tfhd = full_box_bytes + 4 + 4 * defaults;
  const std::size_t trun = full_box_bytes + 8 + 4 * shape.fields() * run.samples.size();
  return traf + tfhd + tfdt + trun;
}

std::uint32_t flags_of(const Run& run, const SampleEntry& sample) {
  return sample.sync || !run.video ? sample_flags::sync : sample_flags::non_sync;
}

void write_prft(Writer& out, const ProducerTime& time) {
  constexpr std::uint32_t real_time_input =
      24;  // ISO/IEC 14496-12 §8.16.5.3: consistent, real time
  const OpenBox box{out, "prft", 1, real_time_input};
  out.u32(time.track);
  out.u64(time.ntp);
  out.u64(time.media_time);
}

void write_tfhd(Writer& out, const Run& run, const Shape& shape) {
  const auto& first = run.samples.front();
  std::uint32_t flags = tfhd_flags::default_base_is_moof;
  if (!shape.durations) flags |= tfhd_flags::duration;
  if (!shape.sizes) flags |= tfhd_flags::size;
  if (!shape.flags) flags |= tfhd_flags::flags;
  const OpenBox box{out, "tfhd", 0, flags};
  out.u32(run.track);
  if (!shape.durations) out.u32(first.duration);
  if (!shape.sizes) out.u32(first.size);
  if (!shape.flags) out.u32(flags_of(run, first));
}

void write_trun(Writer& out, const Run& run, const Shape& shape, std::uint64_t data_offset) {
  std::uint32_t flags = trun_flags::data_offset;
  if (shape.durations) flags |= trun_flags::duration;
  if (shape.sizes) flags |= trun_flags::size;
  if (shape.flags) flags |= trun_flags::flags;
  if (shape.compositions) flags |= trun_flags::composition;
  constexpr std::uint8_t unsigned_offsets = 0, signed_offsets = 1;
  const OpenBox box{out, "trun", shape.compositions ? signed_offsets : unsigned_offsets, flags};
  out.u32(run.samples.size());
  out.u32(data_offset);
  for (const auto& sample : run.samples) {
    if (shape.durations) out.u32(sample.duration);
    if (shape.sizes) out.u32(sample.size);
    if (shape.flags) out.u32(flags_of(run, sample));
    if (shape.compositions) out.u32(static_cast<std::uint32_t>(sample.composition));
  }
}

void write_traf(Writer& out, const Run& run, const Shape& shape, std::uint64_t data_offset) {
  const OpenBox traf{out, "traf"};
  write_tfhd(out, run, shape);
  {
    const OpenBox tfdt{out, "tfdt", 1, 0};
    out.u64(run.decode_time);
  }
  write_trun(out, run, shape, data_offset);
}

}  // namespace

std::uint64_t write_fragment_head(Buffer& bytes, std::uint32_t sequence,
                                  const std::optional<ProducerTime>& producer,
                                  std::span<const Run> runs) {
  // Data offsets count from moof and stand inside it, so its size has to be known before it is
  // written.
  constexpr std::size_t moof_header = 8, mfhd = full_box_bytes + 4;
  std::uint64_t data_offset = moof_header + mfhd + mdat_header_bytes;
  for (const auto& run : runs)
    data_offset += traf_bytes(run, shape_of(run));

  Writer out{bytes};
  if (producer) write_prft(out, *producer);
  std::uint64_t payload = 0;
  {
    const OpenBox moof{out, "moof"};
    {
      const OpenBox box{out, "mfhd", 0, 0};
      out.u32(sequence);
    }
    for (const auto& run : runs) {
      const auto shape = shape_of(run);
      write_traf(out, run, shape, data_offset + payload);
      payload += shape.payload;
    }
  }
  out.u32(mdat_header_bytes + payload);
  out.u32(fourcc("mdat"));
  return payload;
}

}  // namespace live::mp4
