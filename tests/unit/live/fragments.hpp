// Fragments for the tests of the live room: bare ones for ring and cursor, whole ones for the time
// line.
#pragma once

#include "common/live/fragment.hpp"
#include "common/mp4/fragment_writer.hpp"
#include "common/mp4/init.hpp"

#include <chrono>
#include <vector>

namespace live::test {

inline Monotonic at(int ms) { return Monotonic{} + std::chrono::hours{1} + Ms{ms}; }

/// One that has a size and an arrival only.
inline FragmentPtr bare(bool start, std::size_t size = 100, int arrived_ms = 0) {
  auto made = std::make_shared<Fragment>();
  made->bytes.resize(size);
  made->start = start;
  made->arrived = at(arrived_ms);
  return made;
}

inline std::vector<mp4::Track> h264_and_aac() {
  mp4::Track video{1, 90'000, {}};
  video.parameters.codec = codec::Codec::avc;
  video.parameters.config = {1,    0x64, 0,    0x1f, 0xff, 0xe1, 0,    8,    0x67,
                             0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 1,    0,
                             4,    0x68, 0xeb, 0xe3, 0xcb, 0xfd, 0xf8, 0xf8, 0x00};
  video.parameters.width = 1280;
  video.parameters.height = 720;
  mp4::Track audio{2, 48'000, {}};
  audio.parameters.codec = codec::Codec::aac;
  audio.parameters.config = {0x11, 0x90};
  audio.parameters.sample_rate = 48'000;
  audio.parameters.channels = 2;
  return {video, audio};
}

struct Stamps {
  std::uint64_t video = 900'000, audio = 480'000;
  std::uint32_t sequence = 77;
  bool key = true;
};

/// The bytes of a fragment with one video frame of 3600 ticks and one audio frame of 1024.
inline Buffer fragment_bytes(const Stamps& stamps) {
  const mp4::SampleEntry picture{3'600, 5, 0, stamps.key};
  const mp4::SampleEntry sound{1'024, 3, 0, true};
  const std::vector<mp4::Run> runs{{1, stamps.video, true, {&picture, 1}},
                                   {2, stamps.audio, false, {&sound, 1}}};
  Buffer out;
  mp4::write_fragment_head(out, stamps.sequence,
                           mp4::ProducerTime{1, 0x0102030405060708U, stamps.video}, runs);
  for (const char c : {'p', 'i', 'c', 't', 'u', 's', 'n', 'd'}) {
    out.push_back(static_cast<std::uint8_t>(c));
  }
  return out;
}

inline mp4::InitItem init_item(const std::vector<mp4::Track>& tracks) {
  auto bytes = mp4::write_init(tracks);
  auto init = std::get<mp4::Init>(mp4::read_init(bytes));
  return {std::move(bytes), std::move(init)};
}

inline mp4::FragmentItem fragment_item(const Stamps& stamps, const mp4::Init& init) {
  auto bytes = fragment_bytes(stamps);
  auto parsed = std::get<mp4::Fragment>(mp4::read_fragment(bytes, init));
  return {std::move(bytes), std::move(parsed)};
}

}  // namespace live::test
