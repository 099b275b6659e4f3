// For the tests of sender and audience: a player on a socket pair that reads what it gets as messages.
#pragma once

#include "common/net/asio.hpp"
#include "common/rtmp/chunk_reader.hpp"
#include "tools/rtmp-ingest/sender.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rtmp_ingest::test {

using live::rtmp::MessageType;

inline live::Monotonic at(int ms) {
  return live::Monotonic{} + std::chrono::hours{1} + live::Ms{ms};
}

inline live::rtmp::Message message(MessageType type, std::uint32_t timestamp,
                                   const std::string& text) {
  live::rtmp::Message made;
  made.type = type;
  made.timestamp = timestamp;
  made.payload = live::rtmp::Payload::copy_of(live::as_bytes(text));
  return made;
}

inline std::shared_ptr<const Preface> preface(const std::string& metadata, const std::string& video,
                                              const std::string& audio = "aac") {
  auto made = std::make_shared<Preface>();
  made->messages.push_back(message(MessageType::data, 0, metadata));
  if (!video.empty()) made->messages.push_back(message(MessageType::video, 0, video));
  if (!audio.empty()) made->messages.push_back(message(MessageType::audio, 0, audio));
  return made;
}

/// A stream's messages: 40 ms apart, a video message "v12" of `size` bytes, then an audio message "a12".
struct Script {
  std::shared_ptr<const Preface> preface = test::preface("meta", "avc");
  std::size_t size = 20;
  int next = 0;

  [[nodiscard]] live::Monotonic now() const { return at(next * 40); }
  Passed video(bool key) {
    auto text = fmt::format("v{}", next);
    text.resize(std::max(text.size(), size), '.');
    const auto stamp = static_cast<std::uint32_t>(next * 40);
    return {message(MessageType::video, stamp, text), key, preface, now()};
  }
  [[nodiscard]] Passed audio(bool start = false) const {
    const auto stamp = static_cast<std::uint32_t>(next * 40 + 5);
    return {message(MessageType::audio, stamp, fmt::format("a{}", next)), start, preface, now()};
  }
};

/// The chunks of a command message that holds `text`.
inline live::Buffer command(const std::string& text) {
  live::Buffer words;
  live::rtmp::write_message(words, {MessageType::command, 0, 0, 3}, live::as_bytes(text),
                            live::rtmp::our_chunk_bytes);
  return words;
}

/// One that knows our chunk size: the session tells it before anything is played.
inline live::rtmp::ChunkReader player_reader() {
  live::rtmp::ChunkReader reader;
  live::Buffer told;
  const live::Buffer size{0, 0, 0xEA, 0x60};
  static_assert(live::rtmp::our_chunk_bytes == 0xEA60);
  live::rtmp::write_message(told, {MessageType::set_chunk_size, 0, 0, 2}, size, 128);
  std::vector<live::rtmp::Message> none;
  EXPECT_FALSE(reader.feed(told, none));
  return reader;
}

class Player {
 public:
  explicit Player(live::asio::io_context& io, int send_buffer = 0) {
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()), 0);
    if (send_buffer > 0)
      ::setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    fd_ = pair[1];
    live::Socket socket{io};
    socket.assign({AF_UNIX, 0}, pair[0]);
    link_ = std::make_unique<live::net::Link>(std::move(socket));
    sender_ = std::make_unique<Sender>(*link_);
  }
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;
  ~Player() { hang_up(); }

  Sender& sender() { return *sender_; }
  Sender* operator->() { return sender_.get(); }
  void hang_up() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void say(const std::string& text, live::Monotonic now) {
    auto words = command(text);
    sender_->say(words, now);
    EXPECT_TRUE(words.empty());
  }
  /// At most `most` bytes that have come, as messages.
  std::vector<live::rtmp::Message> take(std::size_t most = SIZE_MAX) {
    std::vector<live::rtmp::Message> got;
    std::array<std::uint8_t, 8192> in;
    while (most > 0) {
      const auto n = ::recv(fd_, in.data(), std::min(in.size(), most), MSG_DONTWAIT);
      if (n <= 0) break;
      most -= static_cast<std::size_t>(n);
      const auto wrong = reader_.feed(live::Bytes{in}.first(static_cast<std::size_t>(n)), got);
      EXPECT_FALSE(wrong) << wrong->why;
      if (wrong) break;
    }
    return got;
  }
  /// The same as words: "meta@0 avc@0 v0@0", without the dots that fill a payload.
  std::string read(std::size_t most = SIZE_MAX) {
    std::string text;
    for (const auto& one : take(most)) {
      std::string payload{live::as_text(one.payload)};
      payload.erase(std::min(payload.size(), payload.find_last_not_of('.') + 1));
      text += fmt::format("{}{}@{}", text.empty() ? "" : " ", payload, one.timestamp);
    }
    return text;
  }
  /// Reads and pumps until there is nothing more.
  std::string read_on(live::Monotonic now) {
    std::string text;
    for (;;) {
      const auto more = read();
      if (more.empty() && !sender_->blocked()) return text;
      text += (text.empty() || more.empty() ? "" : " ") + more;
      sender_->pump(now);
      if (sender_->ending() != Sender::Ending::none) return text;
    }
  }

 private:
  int fd_ = -1;
  std::unique_ptr<live::net::Link> link_;
  std::unique_ptr<Sender> sender_;
  live::rtmp::ChunkReader reader_ = player_reader();
};

}  // namespace rtmp_ingest::test
