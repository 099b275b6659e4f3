// What goes to destinations: bodies of RTMP messages, made once and shared by all connections.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/units.hpp"
#include "common/codec/parameters.hpp"
#include "common/rtmp/payload.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace social_relay {

/// What a server must be told before the items of an epoch.
struct Tracks {
  std::optional<live::codec::Parameters> video, audio;  ///< at least one
  double rate = 0;                                      ///< pictures a second; 0: not known
  bool slate = false;                                   ///< stand in for an input that is silent
  live::Buffer metadata;                                ///< the AMF0 value of onMetaData
  /// Bodies of the sequence headers; empty where the codec has none.
  live::rtmp::Payload video_header, audio_header;
};

/// An access unit or an audio frame.
struct Item {
  std::shared_ptr<const Tracks> tracks;
  live::rtmp::Payload body;
  live::Us at{};  ///< decode time on the input's time line
  bool video = true;
  bool key = true;          ///< sound alone: every frame
  bool disposable = false;  ///< no other picture refers to it
  [[nodiscard]] std::size_t size() const { return body.size(); }
};
using SharedItem = std::shared_ptr<const Item>;
using ItemSink = std::function<void(SharedItem)>;

}  // namespace social_relay
