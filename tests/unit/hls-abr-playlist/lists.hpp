// Media playlists and what was found of them, for tests.
#pragma once

#include "common/hls/media_playlist.hpp"
#include "tools/hls-abr-playlist/rendition.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace hls_abr_playlist::test {

using namespace std::chrono_literals;

inline const live::Monotonic begin{1'000'000s};

inline std::string uri(std::uint64_t number) { return std::to_string(number) + ".m4s"; }

/// `count` segments of 4 s from number `first` on.
inline live::hls::MediaPlaylist list(std::uint64_t first, std::size_t count) {
  live::hls::MediaPlaylist out;
  out.target_duration = 4s;
  out.media_sequence = first;
  out.independent_segments = true;
  for (std::size_t i = 0; i < count; ++i) {
    live::hls::Segment segment;
    segment.uri = uri(first + i);
    segment.duration = 4s;
    segment.map = live::hls::Map{"init-1.mp4", {}};
    out.segments.push_back(segment);
  }
  return out;
}

inline live::hls::MediaPlaylist ended(live::hls::MediaPlaylist list) {
  list.ended = true;
  return list;
}

inline MediaFacts facts(std::uint32_t height, double rate = 25) {
  return {"avc1.4d401f,mp4a.40.2", true, true, height * 16 / 9, height, "SDR", rate};
}
inline MediaFacts sound() { return {"mp4a.40.2", false, true, 0, 0, "", 0}; }

/// Every segment that is wanted has `bytes`.
inline void feed(Rendition& rendition, const live::hls::MediaPlaylist& list, std::uint64_t bytes,
                 live::Monotonic now, const MediaFacts& what = facts(360), live::Ms age = 0ms) {
  const auto wanted = rendition.wanted(list);
  Found found;
  for (const auto& name : wanted.sizes)
    found.sizes[name] = bytes;
  for (const auto& one : wanted.media)
    found.facts.emplace(one.kind, what);
  found.age = age;
  rendition.update(list, found, now);
}

}  // namespace hls_abr_playlist::test
