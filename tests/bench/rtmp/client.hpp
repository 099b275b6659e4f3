// A client of the load generator: connects, asks to publish or to play, and answers what a server must be answered.  It is
// its own small RTMP client, on purpose: what is measured does not talk to itself.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/fd.hpp"
#include "common/rtmp/chunk_reader.hpp"
#include "common/rtmp/handshake.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>

namespace rtmp_bench {

using Clock = std::chrono::steady_clock;

/// Where clients go.
struct Target {
  sockaddr_in address{};
  std::string url;                ///< rtmp://host:port/live
  std::uint32_t chunk_bytes = 0;  ///< what clients send with
};
Target make_target(const std::string& host, std::uint16_t port, std::uint32_t chunk_bytes);

class Client {
 public:
  enum class Role { publish, play };

  /// Begins to connect.  Throws Failure(unavailable) when there are no more sockets.
  Client(const Target& target, Role role, std::string name);
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] int socket() const { return socket_.get(); }
  /// The socket can be read or written, perhaps.  `scratch` is only a place to read to.
  void advance(std::span<std::uint8_t> scratch, Clock::time_point now);

  /// The server has agreed to publish or play.
  [[nodiscard]] bool begun() const { return state_ == State::begun; }
  [[nodiscard]] bool lost() const { return !socket_; }
  [[nodiscard]] const std::string& why() const { return why_; }

 protected:
  virtual void begin(Clock::time_point now) = 0;
  virtual void hear(const live::rtmp::Message& message, Clock::time_point now) = 0;
  /// Media that waits for the socket; called when it is writable.
  virtual void send_more(Clock::time_point now) = 0;
  /// Bytes of the front of `bytes` that the socket took.
  std::size_t send_some(live::Bytes bytes);
  /// Our own words are through: media may follow.
  [[nodiscard]] bool silent() const { return words_.empty(); }
  void lose(std::string why);

 private:
  enum class State { handshake, connect, create, start, begun };

  void take(live::Bytes in, Clock::time_point now);
  void obey(const live::rtmp::Message& message, Clock::time_point now);
  void answer(std::string_view command, const live::rtmp::Message& message, Clock::time_point now);
  void say(live::rtmp::MessageType type, std::uint32_t stream, const live::Buffer& payload);
  void say_connect();
  void say_start(double stream);
  void acknowledge();
  void send_words();

  const Target& target_;
  Role role_;
  std::string name_;
  live::Fd socket_;
  std::string why_;
  State state_ = State::handshake;
  live::rtmp::ClientHandshake handshake_;
  live::rtmp::ChunkReader reader_;
  std::vector<live::rtmp::Message> messages_;
  std::uint64_t acknowledged_ = 0;
  live::Buffer words_;  ///< ours, unsent
};

}  // namespace rtmp_bench
