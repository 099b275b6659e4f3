// The input as it is, or with its audio as AAC.
#pragma once

#include "common/av/audio_transcoder.hpp"
#include "tools/social-relay/version.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace social_relay {

class CopyMaker final : public Maker {
 public:
  CopyMaker(bool aac, Sink sink) : aac_(aac), sink_(std::move(sink)) {}

  void begin(const live::media_in::Epoch& epoch) override;
  void push(const SharedUnit& unit) override;
  void finish() override {}

 private:
  void sound(const SharedUnit& unit);
  void announce();

  bool aac_;
  Sink sink_;
  live::media_in::Epoch epoch_;
  std::unique_ptr<live::av::AudioTranscoder> transcoder_;
  std::shared_ptr<const Tracks> tracks_;
};

}  // namespace social_relay
