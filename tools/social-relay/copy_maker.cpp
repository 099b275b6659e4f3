#include "tools/social-relay/copy_maker.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "tools/social-relay/packer.hpp"
#include "tools/social-relay/sound_encoding.hpp"

#include <optional>
#include <utility>

namespace social_relay {
namespace {

using live::codec::Parameters;

constexpr std::int64_t frame_samples = 1024;  ///< of AAC

double rate_of(const live::av::Stream& stream) {
  return stream.rate_den > 0 ? static_cast<double>(stream.rate_num) / stream.rate_den : 0;
}

std::unique_ptr<live::av::AudioTranscoder> transcoder_of(const live::av::Stream& stream) {
  try {
    return std::make_unique<live::av::AudioTranscoder>(stream, aac_for(stream, 0));
  } catch (const live::Failure& failure) {
    live::log::warn("audio is left out: {}", failure.what());
    return nullptr;
  }
}

}  // namespace

void CopyMaker::begin(const live::media_in::Epoch& epoch) {
  finish();
  std::optional<Parameters> video, audio;
  double rate = 0;
  if (epoch.video) {
    video = epoch.video->parameters;
    rate = rate_of(epoch.video->stream);
  }
  if (epoch.audio && aac_) {
    transcoder_ = transcoder_of(epoch.audio->stream);
    if (transcoder_) audio = parameters_of(*transcoder_->stream());
  } else if (epoch.audio) {
    audio = epoch.audio->parameters;
  }
  tracks_ = video || audio ? make_tracks(std::move(video), std::move(audio), rate) : nullptr;
}

void CopyMaker::push(const SharedUnit& unit) {
  if (!unit->video && aac_) {
    transcode(*unit);
  } else if (tracks_ && (unit->video ? tracks_->video : tracks_->audio)) {
    sink_(make_item(tracks_, *unit));
  }
}

/// Pictures go on when sound cannot.
void CopyMaker::transcode(const live::media_in::Unit& unit) {
  if (!transcoder_) return;
  try {
    transcoder_->push(unit.packet, [this](live::av::Packet sound) { give(std::move(sound)); });
  } catch (const live::Failure& failure) {
    live::log::warn("audio is left out from here on: {}", failure.what());
    transcoder_.reset();
  }
}

void CopyMaker::finish() {
  if (!transcoder_) return;
  try {
    transcoder_->finish([this](live::av::Packet sound) { give(std::move(sound)); });
  } catch (const live::Failure& failure) {
    live::log::warn("the end of the audio is left out: {}", failure.what());
  }
  transcoder_.reset();
}

void CopyMaker::give(live::av::Packet sound) {
  live::media_in::Unit made;
  made.video = false;
  made.dts = made.pts = sound.pts().value_or(0);
  made.duration = sound.duration().value_or(frame_samples);
  made.packet = std::move(sound);
  if (made.dts >= 0) sink_(make_item(tracks_, made));
}

}  // namespace social_relay
