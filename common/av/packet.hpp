// One compressed packet.  Its bytes are libav's and are never copied on the way to the output.
#pragma once

#include "common/av/handles.hpp"
#include "common/base/bytes.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace live::av {

/// Movable; a moved-from packet may only be assigned to or destroyed.
class Packet {
 public:
  Packet();
  /// A packet of our own making.
  static Packet copy_of(Bytes bytes, std::optional<std::int64_t> pts = {});
  static Packet gathered(std::span<const Bytes> pieces);

  /// Writable, because parameter set care overwrites start codes in place; copies first when libav
  /// still shares the bytes with somebody.
  std::span<std::uint8_t> bytes();
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] unsigned stream() const;
  [[nodiscard]] bool key() const;
  /// In the stream's time base.
  [[nodiscard]] std::optional<std::int64_t> dts() const;
  [[nodiscard]] std::optional<std::int64_t> pts() const;
  [[nodiscard]] std::optional<std::int64_t> duration() const;
  /// A new extradata (AAC over ADTS or LATM, FLV) that came with this packet; empty mostly.
  [[nodiscard]] std::span<const std::uint8_t> new_extradata() const;

  void set_stream(unsigned index);
  /// In the time base that its decoder was told; `pts`: nothing where it is not known.
  void set_times(std::int64_t dts, std::optional<std::int64_t> pts, std::int64_t duration);
  void set_key(bool key);
  void drop();  ///< lets go of the bytes, keeps the shell

  AVPacket* raw() { return packet_.get(); }
  [[nodiscard]] const AVPacket* raw() const { return packet_.get(); }

 private:
  Owned<AVPacket> packet_;
};

}  // namespace live::av
