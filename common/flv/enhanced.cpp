#include "common/flv/enhanced.hpp"

#include <fmt/format.h>

namespace live::flv {
namespace {

constexpr std::uint8_t mod_ex_type = 7;
constexpr std::uint8_t timestamp_offset_nano = 0;
constexpr std::uint32_t max_nanoseconds = 999'999;

std::uint8_t low(std::uint8_t byte) { return byte & 0xFU; }

}  // namespace

EnhancedReader::EnhancedReader(Bytes body, std::uint8_t multitrack)
    : in_(body), multitrack_(multitrack), type_(low(in_.u8())) {}

bool EnhancedReader::fail(std::string why) {
  failure_ = Malformed{in_.at(), std::move(why)};
  return false;
}

bool EnhancedReader::mod_ex() {
  constexpr std::size_t then_two_bytes = 256;
  std::size_t size = std::size_t{in_.u8()} + 1;
  if (size == then_two_bytes) size = std::size_t{in_.u16()} + 1;
  const auto data = in_.take(size);
  const auto types = in_.u8();
  if (!in_.ok()) return fail("ModEx is cut");
  type_ = low(types);
  if (types >> 4U != timestamp_offset_nano || data.size() < 3) return true;
  const auto offset = static_cast<std::uint32_t>(load_be(data, 3));
  // More than a millisecond is not allowed and no reason to lose the frame.
  nanoseconds_ = offset <= max_nanoseconds ? offset : 0;
  return true;
}

bool EnhancedReader::head() {
  while (type_ == mod_ex_type)
    if (!mod_ex()) return false;
  return true;
}

bool EnhancedReader::tracks() {
  if (is_multitrack()) {
    const auto types = in_.u8();
    if (!in_.ok()) return fail("multitrack head is cut");
    in_multitrack_ = true;
    kind_ = static_cast<Kind>(types >> 4U);
    type_ = low(types);
    if (is_multitrack()) return fail("multitrack within multitrack");
    if (!known_kind()) return true;
  }
  if (kind_ == Kind::many_codecs) return true;
  four_cc_ = in_.u32();
  return in_.ok() || fail("FourCC is cut");
}

std::optional<RawPacket> EnhancedReader::next() {
  const bool many = kind_ != Kind::one_track;
  if (given_ != 0 && (!many || in_.left() == 0)) return {};
  if (++given_ > max_tracks) {
    fail(fmt::format("more than {} tracks", max_tracks));
    return {};
  }
  RawPacket packet;
  packet.four_cc = kind_ == Kind::many_codecs ? in_.u32() : four_cc_;
  if (in_multitrack_) packet.track = in_.u8();
  const auto size = many ? static_cast<std::size_t>(in_.be(3)) : in_.left();
  if (!in_.ok()) {
    fail("track head is cut");
    return {};
  }
  if (size > in_.left()) {
    fail("track is longer than the message");
    return {};
  }
  packet.data = in_.take(size);
  return packet;
}

}  // namespace live::flv
