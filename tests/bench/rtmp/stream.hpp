// A recorded stream (an FLV file, made by ffmpeg) as RTMP's bytes: cut into chunks once, sent by every publisher.
#pragma once

#include "common/base/bytes.hpp"
#include "common/rtmp/message.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace rtmp_bench {

struct Tag {
  live::rtmp::MessageHead head;  ///< on message stream 1
  live::Bytes body;
};

/// The tags of a file, which is held whole.
class Recording {
 public:
  /// Throws Failure(no_input, bad_data).
  explicit Recording(const std::string& path);
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  [[nodiscard]] const std::vector<Tag>& tags() const { return tags_; }
  /// From the first stamp to that behind the last.
  [[nodiscard]] std::uint32_t length_ms() const { return tags_.back().head.timestamp + 1; }

 private:
  std::string file_;
  std::vector<Tag> tags_;
};

/// What one publisher sends, and when.
struct Wire {
  struct Piece {
    std::chrono::milliseconds at;  ///< since the first
    std::size_t end;               ///< in `bytes`
  };
  live::Buffer bytes;
  std::vector<Piece> pieces;
};
Wire make_wire(const Recording& recording, std::uint32_t chunk_bytes);

}  // namespace rtmp_bench
