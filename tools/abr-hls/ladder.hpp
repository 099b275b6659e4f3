// Which renditions a source becomes: the operator's wishes against what the source is.  Pure.
#pragma once

#include "common/codec/parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace abr_hls {

/// --rendition NAME=WxH@800k[/96k][,fps=30][,codec=h264|hevc|av1], `source`, or --audio-only NAME@64k.
struct Wish {
  std::string name;
  enum class Kind { encoded, source, audio_only };
  Kind kind = Kind::encoded;
  std::uint32_t width = 0, height = 0;  ///< the box that it is fitted in
  std::uint64_t video_bit_rate = 0, audio_bit_rate = 128'000;
  double frame_rate = 0;  ///< 0: the source's, at most 60
  std::string codec = "h264";
  bool names_codec = false;  ///< codec= was said
  bool operator==(const Wish&) const = default;
};
/// The wish, or one clause that says what is wrong and shows a right one.
std::variant<Wish, std::string> parse_rendition(std::string_view text);
std::variant<Wish, std::string> parse_audio_only(std::string_view text);
/// 360p, 480p and 720p.
std::vector<Wish> default_ladder();

/// What the first pictures tell.
struct SourceVideo {
  std::uint32_t width = 0, height = 0;  ///< as decoded, after cropping
  std::uint32_t sar_num = 1, sar_den = 1;
  int rotation = 0;       ///< clockwise, 0 90 180 270: how it is to be turned to be shown
  double frame_rate = 0;  ///< pictures (not fields) per second; 0: unknown
};

/// A rung as it is encoded.
struct Rung {
  Wish wish;
  std::uint32_t width = 0, height = 0;  ///< even
  std::uint32_t sar_num = 1, sar_den = 1;
  std::uint32_t rate_num = 0, rate_den = 1;  ///< 0: variable or unknown
};

/// Encoded rungs largest first.  Display aspect kept, never larger than the source (a wish above it is fitted to the source's
/// size; of two that would become the same size the one with the lower rate goes, unless they were wished to be of one size or differ in codec), even sizes, at
/// most 60 frames a second.
std::vector<Rung> plan(const std::vector<Wish>& wishes, const SourceVideo& source);

}  // namespace abr_hls
