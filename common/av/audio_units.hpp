// Packets of sound as MP4 carries them: ADTS headers off, parameters from wherever they are told.
#pragma once

#include "common/av/packet.hpp"
#include "common/av/stream.hpp"
#include "common/codec/parameters.hpp"

#include <cstdint>
#include <optional>

namespace live::av {

class AudioUnits {
 public:
  /// REQUIRES: MP4 carries the stream.
  explicit AudioUnits(const Stream& stream);

  /// The frame in `packet`, into its bytes; empty when it is of no use, or cannot be decoded because the parameters are not
  /// known.
  Bytes take(Packet& packet);

  /// Nothing until they are known, which the header tells nearly always.
  [[nodiscard]] const std::optional<codec::Parameters>& parameters() const { return parameters_; }
  /// Samples of a packet; 0 = varies.
  [[nodiscard]] std::uint32_t packet_samples() const { return packet_samples_; }
  /// Samples of this frame; nothing where it cannot be told.
  [[nodiscard]] std::optional<std::uint32_t> samples(Bytes frame) const;

 private:
  void adopt_aac(Bytes config);

  codec::Codec codec_;
  std::optional<codec::Parameters> parameters_;
  std::uint32_t packet_samples_;
};

}  // namespace live::av
