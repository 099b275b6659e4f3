// What must be told to whoever begins to watch: the latest onMetaData and the sequence headers in force, as bodies of
// messages.
#pragma once

#include "common/rtmp/message.hpp"

#include <bitset>
#include <cstdint>
#include <memory>
#include <vector>

namespace rtmp_ingest {

/// What players need before the first message: bodies of the latest onMetaData and of the sequence headers in force.
struct Preface {
  std::vector<live::rtmp::Message> messages;  ///< timestamps are set when they are sent
};

class Headers {
 public:
  enum class Kind : std::uint8_t { metadata, video, video_metadata, audio };  ///< in this order
  using Tracks = std::bitset<256>;

  static constexpr std::size_t most_bytes = 64U
                                            << 10U;  ///< of one message; a larger one is not kept
  static constexpr std::size_t most_messages = 64;

  /// The publisher begins anew: nothing of what it said before is in force.  preface() stays until it is asked again.
  void begin_session() {
    entries_.clear();
    changed_ = true;
  }
  /// A message takes the place of those of its kind that tell of no other track than it does.
  void keep(Kind kind, const Tracks& tracks, const live::rtmp::Message& message);
  void forget_metadata();

  /// The same object for as long as its content is the same.
  const std::shared_ptr<const Preface>& preface();

 private:
  struct Entry {
    Kind kind;
    Tracks tracks;
    live::rtmp::Message message;
  };
  std::vector<Entry> entries_;
  bool changed_ = true;
  std::shared_ptr<const Preface> preface_;
};

}  // namespace rtmp_ingest
