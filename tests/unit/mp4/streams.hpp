// A small live stream with everything in it, for the tests of readers.
#pragma once

#include "common/codec/parameters.hpp"
#include "common/mp4/fragment.hpp"
#include "common/mp4/fragment_writer.hpp"
#include "common/mp4/init.hpp"
#include "common/mp4/stream_reader.hpp"
#include "tests/support/bytes.hpp"

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace live::test {

/// H.264 High 64x48 at level 1, as x264 makes it.
inline codec::Parameters avc() {
  codec::Parameters p;
  p.codec = codec::Codec::avc;
  p.config = bytes(
      "0164000affe10016 6764000aacb208f60220000003002000000641e244c9 010006 68ebc3cb22c0 fdf8f800");
  p.width = 64;
  p.height = 48;
  return p;
}
inline codec::Parameters aac() {
  codec::Parameters p;
  p.codec = codec::Codec::aac;
  p.config = bytes("11 90");  // AAC-LC, 48 kHz, stereo
  p.sample_rate = 48'000;
  p.channels = 2;
  return p;
}

inline std::vector<mp4::Track> tracks() { return {{1, 90'000, avc()}, {2, 48'000, aac()}}; }

inline mp4::Init init() { return std::get<mp4::Init>(mp4::read_init(mp4::write_init(tracks()))); }

/// Fragment `n`: one picture of 3600 ticks (a key frame when n % 4 == 0) and two packets of sound.
inline Buffer fragment(std::uint32_t n, bool with_producer = true) {
  const mp4::SampleEntry picture[] = {{3'600, 5, 0, n % 4 == 0}};
  const mp4::SampleEntry sound[] = {{1'024, 3, 0, true}, {896, 2, 0, true}};
  const mp4::Run runs[] = {{1, 900'000 + n * std::uint64_t{3'600}, true, picture},
                           {2, 480'000 + n * std::uint64_t{1'920}, false, sound}};
  std::optional<mp4::ProducerTime> producer;
  if (with_producer) producer = {1, 0xE000000012345678, runs[0].decode_time};
  Buffer out;
  const auto payload = mp4::write_fragment_head(out, n + 1, producer, runs);
  for (std::uint64_t i = 0; i < payload; ++i)
    out.push_back(static_cast<std::uint8_t>(n * 16 + i));
  return out;
}

inline void append(Buffer& out, Bytes more) { out.insert(out.end(), more.begin(), more.end()); }

/// An init segment and `fragments` fragments.
inline Buffer stream(std::uint32_t fragments) {
  auto out = mp4::write_init(tracks());
  for (std::uint32_t n = 0; n < fragments; ++n)
    append(out, fragment(n));
  return out;
}

/// A box with a body, for what our writer does not write.
inline Buffer box(std::string_view type, Bytes body) {
  Buffer out;
  Writer w{out};
  w.u32(8 + body.size());
  w.text(type);
  w.bytes(body);
  return out;
}
inline Buffer join(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const auto& part : parts)
    append(out, part);
  return out;
}

/// Where `type` stands in `in`: the offset of its box's size field.
inline std::size_t find_box(Bytes in, std::string_view type) { return as_text(in).find(type) - 4; }

}  // namespace live::test
