// The pictures of "test:": something that moves, a clock for people and a frame time for machines.
//
// The frame time is the wall clock in milliseconds since 1970, 48 bits, at which the frame was made, in cells at
// the top left corner, most significant bit first:
//
//     row 0   bits 47 to 24      a cell is cell_width x cell_height pixels; white (luma 128 and up) is 1.
//     row 1   bits 23 to 0       Sample a cell at its centre: the cell of column c and row r at
//     row 2   bits 23 to 0,      x = c * cell_width + cell_width / 2, y = r * cell_height + cell_height / 2.
//             inverted           Row 2 tells a picture that was read right from one that was not.
//
//     cell_width  = floor(width / 24 / 2) * 2
//     cell_height = max(16, floor(height / 40 / 2) * 2)
#pragma once

#include "common/av/frame.hpp"
#include "common/base/units.hpp"

#include <cstdint>
#include <vector>

namespace rtsp2fmp4 {

struct CellGrid {
  static constexpr std::uint32_t columns = 24, rows = 3;
  std::uint32_t width, height;  ///< of one cell

  static constexpr CellGrid of(std::uint32_t picture_width, std::uint32_t picture_height) {
    const auto height = picture_height / 40 / 2 * 2;
    return {picture_width / columns / 2 * 2, height < 16 ? 16 : height};
  }
};

class TestPicture {
 public:
  TestPicture(std::uint32_t width, std::uint32_t height);

  /// Picture number `n`, made at `at`; valid until the next call.
  live::av::Frame& draw(std::uint64_t n, live::WallClock at);

 private:
  void draw_scene(std::uint64_t n);
  void draw_ball(std::uint64_t n);
  void draw_time_cells(std::uint64_t ms);
  void draw_clock(live::WallClock at);
  void fill(std::uint32_t x, std::uint32_t y, std::uint32_t w, std::uint32_t h, std::uint8_t luma,
            std::uint8_t u = 128, std::uint8_t v = 128);

  std::uint32_t width_, height_;
  live::av::Frame frame_;
  std::vector<std::uint8_t> scene_;  ///< luma, wider than the picture so that it can scroll
};

}  // namespace rtsp2fmp4
