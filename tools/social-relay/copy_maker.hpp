// The input as it is, or with its audio as AAC.
#pragma once

#include "common/av/audio_transcoder.hpp"
#include "tools/social-relay/item.hpp"
#include "tools/social-relay/version.hpp"

#include <memory>
#include <utility>

namespace social_relay {

class CopyMaker {
 public:
  /// `aac`: the audio becomes AAC.
  CopyMaker(bool aac, ItemSink sink) : aac_(aac), sink_(std::move(sink)) {}

  /// The input's tracks, from the next unit on.
  void begin(const live::media_in::Epoch& epoch);
  void push(const SharedUnit& unit);
  /// Gives what is on its way.
  void finish();

 private:
  void transcode(const live::media_in::Unit& unit);
  void give(live::av::Packet sound);

  bool aac_;
  ItemSink sink_;
  std::unique_ptr<live::av::AudioTranscoder> transcoder_;
  std::shared_ptr<const Tracks> tracks_;  ///< nothing: neither is of a codec that can be sent
};

}  // namespace social_relay
