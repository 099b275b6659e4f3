#include "tools/rtsp2fmp4/test_picture.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

namespace rtsp2fmp4 {
namespace {

constexpr std::uint32_t scroll = 256;  ///< pixels until the scene repeats

/// 5x7 dots, five bits per row, for "0123456789:."
constexpr std::array<std::array<std::uint8_t, 7>, 12> font{{
    {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E},
    {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
    {0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F},
    {0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E},
    {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02},
    {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
    {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E},
    {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E},
    {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C},
    {0x00, 0x04, 0x00, 0x00, 0x00, 0x04, 0x00},
    {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04},
}};

std::size_t glyph_of(char c) {
  if (c == ':') return 10;
  if (c == '.') return 11;
  return static_cast<std::size_t>(c - '0');
}

}  // namespace

TestPicture::TestPicture(std::uint32_t width, std::uint32_t height)
    : width_(width),
      height_(height),
      frame_(live::av::Frame::picture(width, height)),
      scene_(static_cast<std::size_t>(width + scroll) * height) {
  // Slopes and fine dots, so that an encoder has about as much to do as with a real room.
  std::uint32_t noise = 1;
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width + scroll; ++x) {
      noise = noise * 1'664'525U + 1'013'904'223U;
      const std::uint32_t wave =
          (x % scroll) < scroll / 2 ? x % (scroll / 2) : scroll / 2 - 1 - x % (scroll / 2);
      scene_[static_cast<std::size_t>(y) * (width + scroll) + x] =
          static_cast<std::uint8_t>(48 + wave / 2 + y * 64 / height + (noise >> 29U));
    }
  }
}

live::av::Frame& TestPicture::draw(std::uint64_t n, live::WallClock at) {
  frame_.make_writable();
  draw_scene(n);
  draw_ball(n);
  const auto ms = std::chrono::duration_cast<live::Ms>(at.time_since_epoch()).count();
  draw_time_cells(static_cast<std::uint64_t>(ms));
  draw_clock(at);
  return frame_;
}

void TestPicture::draw_scene(std::uint64_t n) {
  const auto shift = n * 2 % scroll;
  for (std::uint32_t y = 0; y < height_; ++y) {
    const auto row = frame_.row(0, y);
    std::memcpy(row.data(), scene_.data() + static_cast<std::size_t>(y) * (width_ + scroll) + shift,
                row.size());
  }
  for (std::uint32_t y = 0; y < height_ / 2; ++y) {
    std::ranges::fill(frame_.row(1, y), static_cast<std::uint8_t>(108 + y * 40 / (height_ / 2)));
    std::ranges::fill(frame_.row(2, y), static_cast<std::uint8_t>(148 - y * 40 / (height_ / 2)));
  }
}

void TestPicture::draw_ball(std::uint64_t n) {
  const auto radius = static_cast<std::int64_t>(std::min(width_, height_) / 10);
  const auto bounce = [n](std::int64_t free, std::int64_t speed) {
    const auto room = std::max<std::int64_t>(free, 1);
    const auto way = static_cast<std::int64_t>(n) * speed % (2 * room);
    return way < room ? way : 2 * room - way;
  };
  const auto cx = radius + bounce(width_ - 2 * radius, 7);
  const auto cy = radius + bounce(height_ - 2 * radius, 5);
  for (auto y = cy - radius; y < cy + radius; ++y) {
    auto half = radius;
    while (half > 0 && half * half + (y - cy) * (y - cy) > radius * radius)
      --half;
    if (half > 1)
      fill(static_cast<std::uint32_t>(cx - half), static_cast<std::uint32_t>(y),
           static_cast<std::uint32_t>(2 * half), 1, 200, 90, 170);
  }
}

void TestPicture::draw_time_cells(std::uint64_t ms) {
  const auto cell = CellGrid::of(width_, height_);
  const auto low = ~ms & 0xFF'FFFFU;
  for (std::uint32_t i = 0; i < CellGrid::columns * CellGrid::rows; ++i) {
    const auto row = i / CellGrid::columns;
    const auto column = i % CellGrid::columns;
    const auto bit = row < 2 ? ms >> (47 - i) & 1U : low >> (23 - column) & 1U;
    fill(column * cell.width, row * cell.height, cell.width, cell.height, bit != 0 ? 235 : 16);
  }
}

void TestPicture::draw_clock(live::WallClock at) {
  using namespace std::chrono;
  const auto day = floor<milliseconds>(at) - floor<days>(at);
  const hh_mm_ss time{day};
  const auto text =
      fmt::format("{:02}:{:02}:{:02}.{:03}", time.hours().count(), time.minutes().count(),
                  time.seconds().count(), time.subseconds().count());
  const auto dot = std::max(2U, width_ / 160 / 2 * 2);
  const auto left = width_ / 24 / 2 * 2;
  const auto top = (height_ - 9 * dot - height_ / 20) / 2 * 2;
  fill(left - dot, top - dot, static_cast<std::uint32_t>(text.size()) * 6 * dot + dot, 9 * dot, 16);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto& glyph = font[glyph_of(text[i])];
    for (std::uint32_t y = 0; y < 7; ++y) {
      for (std::uint32_t x = 0; x < 5; ++x) {
        if ((glyph[y] >> (4 - x) & 1U) == 0) continue;
        fill(left + (static_cast<std::uint32_t>(i) * 6 + x) * dot, top + y * dot, dot, dot, 235);
      }
    }
  }
}

void TestPicture::fill(std::uint32_t x, std::uint32_t y, std::uint32_t w, std::uint32_t h,
                       std::uint8_t luma, std::uint8_t u, std::uint8_t v) {
  if (x >= width_ || y >= height_) return;
  w = std::min(w, width_ - x);
  h = std::min(h, height_ - y);
  for (std::uint32_t line = y; line < y + h; ++line) {
    std::memset(frame_.row(0, line).data() + x, luma, w);
    if (line % 2 != 0) continue;
    std::memset(frame_.row(1, line / 2).data() + x / 2, u, (w + 1) / 2);
    std::memset(frame_.row(2, line / 2).data() + x / 2, v, (w + 1) / 2);
  }
}

}  // namespace rtsp2fmp4
