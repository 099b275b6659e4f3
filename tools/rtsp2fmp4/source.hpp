// Where packets come from: a real input or the test picture.
#pragma once

#include "common/av/error.hpp"
#include "common/av/input.hpp"
#include "common/av/packet.hpp"
#include "common/av/stream.hpp"
#include "tools/rtsp2fmp4/input_address.hpp"
#include "tools/rtsp2fmp4/options.hpp"

#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace rtsp2fmp4 {

class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual const std::vector<live::av::Stream>& streams() const = 0;
  /// Packets of this stream are not wanted.
  virtual void leave_out(unsigned stream) = 0;
  /// Waits for the next packet; or why there is none.
  virtual std::optional<live::av::Trouble> read(live::av::Packet& packet) = 0;
  /// Packets come as they are made: their arrival tells the time, and an end is worth another attempt.
  [[nodiscard]] virtual bool is_live() const = 0;
};

using Opened = std::variant<std::unique_ptr<Source>, live::av::Trouble>;

/// Connects or opens.  `transport` is tcp or udp.  `patience` is asked while anything waits.
Opened open_source(const InputAddress& address, const Options& options, Transport transport,
                   live::av::Patience patience);

}  // namespace rtsp2fmp4
