// What clients do once the server has agreed: publish at the stream's pace, publish as fast as they can, play.
#pragma once

#include "tests/bench/rtmp/client.hpp"
#include "tests/bench/rtmp/stream.hpp"

#include <optional>

namespace rtmp_bench {

/// Sends each message at its stamp, as an encoder does.
class Publisher : public Client {
 public:
  /// `phase`: how long after the server's word the stream begins.
  Publisher(const Target& target, std::string name, const Wire& wire, Clock::duration phase)
      : Client(target, Role::publish, std::move(name)), wire_(wire), phase_(phase) {}

  /// When the next message is due; nothing before the beginning, behind the end, and when lost.
  [[nodiscard]] std::optional<Clock::time_point> due() const;
  /// Sends what is due.
  void publish(Clock::time_point now);

  [[nodiscard]] std::uint64_t bytes() const { return sent_; }

 private:
  void begin(Clock::time_point now) override { start_ = now + phase_; }
  void hear(const live::rtmp::Message&, Clock::time_point) override {}
  void send_more(Clock::time_point) override { flush(); }
  void flush();

  const Wire& wire_;
  Clock::duration phase_;
  Clock::time_point start_;
  std::size_t next_ = 0;      ///< piece
  std::size_t released_ = 0;  ///< bytes whose time has come
  std::size_t sent_ = 0;
};

/// Sends a recording over and over, its stamps going on, as fast as the socket takes it.
class Flood : public Client {
 public:
  Flood(const Target& target, std::string name, const Recording& recording, std::uint64_t bytes)
      : Client(target, Role::publish, std::move(name)),
        recording_(recording),
        chunk_bytes_(target.chunk_bytes),
        wanted_(bytes) {}

  [[nodiscard]] bool done() const { return sent_ >= wanted_; }
  [[nodiscard]] std::uint64_t bytes() const { return sent_; }

 private:
  void begin(Clock::time_point) override {}
  void hear(const live::rtmp::Message&, Clock::time_point) override {}
  void send_more(Clock::time_point now) override;
  void refill();

  const Recording& recording_;
  std::uint32_t chunk_bytes_;
  std::uint64_t wanted_, sent_ = 0;
  std::uint32_t shift_ms_ = 0;
  std::size_t tag_ = 0;
  live::Buffer ready_;
  std::size_t ready_sent_ = 0;
};

/// Reads, and looks whether pictures are missing.
class Player : public Client {
 public:
  /// `frame`: the longest step between pictures of a whole stream.
  Player(const Target& target, std::string name, std::uint32_t frame_ms)
      : Client(target, Role::play, std::move(name)), frame_ms_(frame_ms) {}

  void begin_window(Clock::time_point now);
  void end_window(Clock::time_point now) { note_gap(now); }

  [[nodiscard]] bool has_media() const { return has_media_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  ///< of audio and video bodies
  [[nodiscard]] unsigned pictures() const { return pictures_; }
  [[nodiscard]] unsigned holes() const { return holes_; }  ///< steps that were longer, or back
  [[nodiscard]] Clock::duration longest_gap() const { return longest_gap_; }

 private:
  void begin(Clock::time_point) override {}
  void hear(const live::rtmp::Message& message, Clock::time_point now) override;
  void send_more(Clock::time_point) override {}
  void note_gap(Clock::time_point now);

  std::uint32_t frame_ms_;
  bool has_media_ = false;
  std::optional<std::uint32_t> picture_;  ///< the last one's stamp
  std::uint64_t bytes_ = 0;
  unsigned pictures_ = 0, holes_ = 0;
  Clock::time_point heard_;
  Clock::duration longest_gap_{};
};

}  // namespace rtmp_bench
