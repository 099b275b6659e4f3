// One preset: pictures fitted, thinned and encoded, sound encoded, in a thread of its own.
#pragma once

#include "common/av/audio_encoder.hpp"
#include "common/av/frame.hpp"
#include "common/av/letterbox.hpp"
#include "common/av/rendition_encoder.hpp"
#include "common/av/stream.hpp"
#include "common/av/thinner.hpp"
#include "common/base/queue_thread.hpp"
#include "tools/social-relay/item.hpp"
#include "tools/social-relay/service.hpp"
#include "tools/social-relay/version.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

namespace social_relay {

/// What is decoded of an epoch.
struct Source {
  bool has_video = false;
  double frame_rate = 0;                  ///< 0: not known
  std::optional<live::av::Stream> sound;  ///< nothing: there is none
};

/// A picture, or a block of sound.
struct Decoded {
  bool video = true;
  std::shared_ptr<const live::av::Frame> frame;
  std::int64_t at = 0;  ///< 1/90000 s, or 1/sample rate of Source::sound
};

/// How pictures of a source are encoded; their colour is added when the first one comes.
live::av::RenditionEncoding encoding_of(const Preset& preset, double source_rate);

class PresetLine {
 public:
  static constexpr std::size_t queue_limit = 24;  ///< pictures and blocks of sound
  /// Packets of sound that wait for the first picture, while a decoder puts pictures in order.
  static constexpr std::size_t most_early = 200;

  /// Once `hurry` is true, what it has not encoded yet is dropped; it must outlive the line.  `sink` is called in its thread.
  /// Throws Failure when there is no encoder of AAC.
  PresetLine(const Preset& preset, const Source& source, ItemSink sink,
             const std::atomic<bool>& hurry);
  PresetLine(const PresetLine&) = delete;
  PresetLine& operator=(const PresetLine&) = delete;

  /// Waits while its queue is full.  False when it has failed: finish() tells why.
  [[nodiscard]] bool push(Decoded decoded) { return queue_.push(std::move(decoded)); }
  /// No more: returns when all has been given.  Throws Failure.
  void finish() { queue_.finish(); }

 private:
  void run();
  void picture(const Decoded& decoded);
  void sound(const Decoded& decoded);
  void begin_anew();
  void open(const live::av::Colour& colour);
  [[nodiscard]] bool takes_key(std::int64_t at);
  void give_sound(live::av::Packet packet);
  void give(bool video, live::av::Packet packet);

  const Preset preset_;
  const ItemSink sink_;
  const std::atomic<bool>& hurry_;
  live::av::RenditionEncoding encoding_;
  live::av::Letterbox letterbox_;
  live::av::Thinner thinner_;
  bool has_video_;
  std::int64_t sound_rate_ = 0;  ///< of the source's stamps
  std::unique_ptr<live::av::AudioEncoder> sound_encoder_;
  std::unique_ptr<live::av::RenditionEncoder> encoder_;
  std::shared_ptr<const Tracks> tracks_;
  std::deque<live::av::Packet> early_;
  std::optional<std::int64_t> last_, sounded_, key_due_;  ///< 1/90000 s
  live::QueueThread<Decoded> queue_{queue_limit};
};

}  // namespace social_relay
