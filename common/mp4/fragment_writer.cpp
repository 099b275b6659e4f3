#include "common/mp4/fragment_writer.hpp"

#include "common/mp4/box.hpp"
#include "common/mp4/flags.hpp"

#include <cassert>

namespace live::mp4 {
namespace {

constexpr std::size_t box_bytes = 8, full_box_bytes = 12;
constexpr std::size_t prft_bytes = full_box_bytes + 4 + 8 + 8;
constexpr std::size_t mfhd_bytes = full_box_bytes + 4;
constexpr std::size_t tfdt_bytes = full_box_bytes + 8;

/// Writes big-endian integers into room that was made before.  A camera's remuxing is little more
/// than this, frame by frame, and a Writer that grows its buffer took five times as long.
class Cursor {
 public:
  explicit Cursor(std::uint8_t* at) : at_(at) {}

  void u32(std::uint64_t value) {
    at_[0] = static_cast<std::uint8_t>(value >> 24U);
    at_[1] = static_cast<std::uint8_t>(value >> 16U);
    at_[2] = static_cast<std::uint8_t>(value >> 8U);
    at_[3] = static_cast<std::uint8_t>(value);
    at_ += 4;
  }
  void u64(std::uint64_t value) {
    u32(value >> 32U);
    u32(value);
  }
  void box(std::size_t size, const char (&type)[5]) {
    u32(size);
    u32(fourcc(type));
  }
  void full_box(std::size_t size, const char (&type)[5], std::uint32_t version,
                std::uint32_t flags) {
    box(size, type);
    u32(version << 24U | flags);
  }
  [[nodiscard]] const std::uint8_t* at() const { return at_; }

 private:
  std::uint8_t* at_;
};

/// Which fields a run gives once (in tfhd) and which per sample (in trun), and what comes of it.
struct Shape {
  bool durations = false, sizes = false, flags = false, compositions = false;  ///< per sample
  std::uint64_t payload = 0;
  std::size_t tfhd_bytes = 0, trun_bytes = 0, traf_bytes = 0;
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
  const auto varying =
      std::size_t{shape.durations} + std::size_t{shape.sizes} + std::size_t{shape.flags};
  const auto fields = varying + std::size_t{shape.compositions};
  shape.tfhd_bytes = full_box_bytes + 4 + 4 * (3 - varying);
  shape.trun_bytes = full_box_bytes + 8 + 4 * fields * run.samples.size();
  shape.traf_bytes = box_bytes + shape.tfhd_bytes + tfdt_bytes + shape.trun_bytes;
  return shape;
}

std::uint32_t flags_of(const Run& run, const SampleEntry& sample) {
  return sample.sync || !run.video ? sample_flags::sync : sample_flags::non_sync;
}

void write_prft(Cursor& out, const ProducerTime& time) {
  constexpr std::uint32_t real_time = 24;  // §8.16.5.3: a consistent point of the chain, real time
  out.full_box(prft_bytes, "prft", 1, real_time);
  out.u32(time.track);
  out.u64(time.ntp);
  out.u64(time.media_time);
}

void write_tfhd(Cursor& out, const Run& run, const Shape& shape) {
  const auto& first = run.samples.front();
  std::uint32_t flags = tfhd_flags::default_base_is_moof;
  if (!shape.durations) flags |= tfhd_flags::duration;
  if (!shape.sizes) flags |= tfhd_flags::size;
  if (!shape.flags) flags |= tfhd_flags::flags;
  out.full_box(shape.tfhd_bytes, "tfhd", 0, flags);
  out.u32(run.track);
  if (!shape.durations) out.u32(first.duration);
  if (!shape.sizes) out.u32(first.size);
  if (!shape.flags) out.u32(flags_of(run, first));
}

void write_trun(Cursor& out, const Run& run, const Shape& shape, std::uint64_t data_offset) {
  std::uint32_t flags = trun_flags::data_offset;
  if (shape.durations) flags |= trun_flags::duration;
  if (shape.sizes) flags |= trun_flags::size;
  if (shape.flags) flags |= trun_flags::flags;
  if (shape.compositions) flags |= trun_flags::composition;
  const std::uint32_t signed_offsets = shape.compositions ? 1 : 0;
  out.full_box(shape.trun_bytes, "trun", signed_offsets, flags);
  out.u32(run.samples.size());
  out.u32(data_offset);
  for (const auto& sample : run.samples) {
    if (shape.durations) out.u32(sample.duration);
    if (shape.sizes) out.u32(sample.size);
    if (shape.flags) out.u32(flags_of(run, sample));
    if (shape.compositions) out.u32(static_cast<std::uint32_t>(sample.composition));
  }
}

void write_traf(Cursor& out, const Run& run, const Shape& shape, std::uint64_t data_offset) {
  out.box(shape.traf_bytes, "traf");
  write_tfhd(out, run, shape);
  out.full_box(tfdt_bytes, "tfdt", 1, 0);
  out.u64(run.decode_time);
  write_trun(out, run, shape, data_offset);
}

}  // namespace

std::uint64_t write_fragment_head(Buffer& out, std::uint32_t sequence,
                                  const std::optional<ProducerTime>& producer,
                                  std::span<const Run> runs) {
  auto moof_bytes = box_bytes + mfhd_bytes;
  for (const auto& run : runs)
    moof_bytes += shape_of(run).traf_bytes;
  const auto start = out.size();
  out.resize(start + (producer ? prft_bytes : 0) + moof_bytes + box_bytes);

  Cursor cursor{out.data() + start};
  if (producer) write_prft(cursor, *producer);
  cursor.box(moof_bytes, "moof");
  cursor.full_box(mfhd_bytes, "mfhd", 0, 0);
  cursor.u32(sequence);
  std::uint64_t payload = 0;
  for (const auto& run : runs) {
    const auto shape = shape_of(run);
    write_traf(cursor, run, shape, moof_bytes + box_bytes + payload);
    payload += shape.payload;
  }
  cursor.box(box_bytes + payload, "mdat");
  assert(cursor.at() == out.data() + out.size());
  return payload;
}

}  // namespace live::mp4
