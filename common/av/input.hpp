// Anything that libavformat opens, packet by packet.  All calls block, and ask the caller's
// patience many times a second while they do.
#pragma once

#include "common/av/error.hpp"
#include "common/av/packet.hpp"
#include "common/av/patient_read.hpp"
#include "common/av/stream.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace live::av {

struct InputSpec {
  std::string url;  ///< as libavformat wants it; may hold credentials, which never come out again
  std::string format;                                        ///< a demuxer's name; empty = find out
  std::vector<std::pair<std::string, std::string>> options;  ///< of protocol and demuxer
  int read_fd = -1;  ///< read this (blocking) descriptor instead of `url`; borrowed
  Buffer head{};     ///< what was read from it already
  /// Take codecs from the header (SDP) alone where it says enough, instead of reading packets
  /// first: the first picture comes at once, and stamps stay as the source sent them.
  bool trust_header = false;
  bool late_streams = false;  ///< those that appear later are added to streams()
};

/// Why `name` cannot be InputSpec::format; empty when it can.
std::string complaint_about_format(const std::string& name);

class Input {
 public:
  /// `patience` is polled while libavformat waits; its end is Trouble::Kind::interrupted.
  static std::variant<Input, Trouble> open(const InputSpec& spec, Patience patience);

  Input(Input&&) noexcept;
  Input& operator=(Input&&) noexcept;
  ~Input();

  /// Fixed after open() but for `late_streams`.
  [[nodiscard]] const std::vector<Stream>& streams() const;
  /// Packets of this stream are not wanted.
  void leave_out(unsigned stream);
  /// The one of `kind` that libavformat thinks best: most of the picture, of the same program as `beside`.
  [[nodiscard]] std::optional<unsigned> best(Stream::Kind kind,
                                             std::optional<unsigned> beside = {}) const;
  /// The end is known from the start: a file, or a download that has a length.
  [[nodiscard]] bool has_length() const;
  /// The next packet of a stream that is wanted, or why there is none.
  std::optional<Trouble> read(Packet& packet);

 private:
  struct State;
  explicit Input(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace live::av
