// One viewer of the load generator: asks, then reads everything as it comes and notes when.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/fd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <netinet/in.h>

namespace fanout {

using Clock = std::chrono::steady_clock;

/// Where the viewers go and what they ask for.
struct Target {
  sockaddr_in address{};
  std::string request;      ///< the whole head
  bool web_socket = false;  ///< answer 101, frames with pings among them; else 200 and bytes
};
Target make_target(const std::string& host, std::uint16_t port, const std::string& path,
                   bool web_socket);

class Viewer {
 public:
  /// Begins to connect.  Throws Failure(unavailable) when there are no more sockets.
  explicit Viewer(const Target& target);

  [[nodiscard]] int socket() const { return socket_.get(); }
  /// The socket is ready to be written or read.  `scratch` is only a place to read to.
  void advance(std::span<std::uint8_t> scratch, Clock::time_point now);

  /// From here on bytes, gaps and stalls count.
  void begin_window(Clock::time_point now);
  /// The gap that is open now counts too.
  void end_window(Clock::time_point now);

  [[nodiscard]] bool has_media() const { return first_.has_value(); }
  [[nodiscard]] bool lost() const { return !socket_; }
  [[nodiscard]] const std::string& why() const { return why_; }
  [[nodiscard]] Clock::duration to_first_byte() const { return *first_ - asked_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  ///< after the response's head
  [[nodiscard]] unsigned stalls() const { return stalls_; }
  [[nodiscard]] Clock::duration longest_gap() const { return longest_gap_; }

 private:
  /// RFC 6455 §5.2, as far as a reader needs it that only wants to answer pings.
  struct Frames {
    live::Buffer header;     ///< of the frame that begins, while it is not whole
    live::Buffer ping;       ///< payload, while it is not whole
    std::uint64_t left = 0;  ///< of the frame's payload
    std::uint8_t opcode = 0;
  };

  void send_request();
  void take(live::Bytes in, Clock::time_point now);
  [[nodiscard]] live::Bytes take_head(live::Bytes in);
  void take_frames(live::Bytes in);
  void begin_frame();
  void answer_ping();
  void note_gap(Clock::time_point now);
  void lose(std::string why);

  const Target& target_;
  live::Fd socket_;
  std::string head_;
  std::string why_;
  bool asked_for_ = false;
  bool answered_ = false;
  bool counting_ = false;
  Frames frames_;
  Clock::time_point asked_;
  std::optional<Clock::time_point> first_;
  Clock::time_point last_;
  Clock::duration longest_gap_{};
  std::uint64_t bytes_ = 0;
  unsigned stalls_ = 0;
};

}  // namespace fanout
