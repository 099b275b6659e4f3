// What is told of a video's colours beside its bitstream: for pictures of high dynamic range, whose decoders and screens want
// to know it before the first of them.
#pragma once

#include <cstdint>
#include <optional>

namespace live::codec {

/// A point of the CIE 1931 diagram, in units of 0.00002.
struct Chromaticity {
  std::uint16_t x = 0, y = 0;
  bool operator==(const Chromaticity&) const = default;
};

/// The screen that the pictures were made on (SMPTE ST 2086); luminances in units of 0.0001 cd/m².
struct MasteringDisplay {
  Chromaticity red, green, blue, white;
  std::uint32_t most_luminance = 0, least_luminance = 0;
  bool operator==(const MasteringDisplay&) const = default;
};

/// In cd/m² (CTA-861.3): of the brightest pixel, and of the brightest picture's mean.
struct LightLevel {
  std::uint16_t most_content = 0, most_picture_average = 0;
  bool operator==(const LightLevel&) const = default;
};

struct Colour {
  static constexpr std::uint16_t unspecified = 2;
  /// Code points of ITU-T H.273: 9, 16, 9 is BT.2020 with PQ.
  std::uint16_t primaries = unspecified, transfer = unspecified, matrix = unspecified;
  bool full_range = false;
  std::optional<MasteringDisplay> mastering;
  std::optional<LightLevel> light;

  [[nodiscard]] bool has_code_points() const {
    return primaries != unspecified || transfer != unspecified || matrix != unspecified;
  }
  bool operator==(const Colour&) const = default;
};

}  // namespace live::codec
