#include "tools/social-relay/copy_maker.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "tools/social-relay/packer.hpp"

#include <utility>

namespace social_relay {
namespace {

using live::codec::Parameters;

double rate_of(const live::av::Stream& stream) {
  return stream.rate_den > 0 ? static_cast<double>(stream.rate_num) / stream.rate_den : 0;
}

/// AAC as an AudioTranscoder makes it.
Parameters aac_of(const live::av::Stream& stream) {
  Parameters out;
  out.codec = live::codec::Codec::aac;
  out.config = stream.extradata;
  out.sample_rate = stream.sample_rate;
  out.channels = stream.channels;
  return out;
}

}  // namespace

void CopyMaker::begin(const live::media_in::Epoch& epoch) {
  epoch_ = epoch;
  tracks_.reset();
  transcoder_.reset();
  if (!aac_ || !epoch.audio) return;
  try {
    transcoder_ = std::make_unique<live::av::AudioTranscoder>(epoch.audio->stream, "aac");
  } catch (const live::Failure& failure) {
    live::log::warn("audio is left out: {}", failure.what());
  }
}

/// An encoder of audio is there only after its first frame: pictures begin without it, and tell of it when it comes.
void CopyMaker::announce() {
  std::optional<Parameters> video, audio;
  double rate = 0;
  if (epoch_.video) {
    video = epoch_.video->parameters;
    rate = rate_of(epoch_.video->stream);
  }
  if (!aac_ && epoch_.audio) audio = epoch_.audio->parameters;
  if (transcoder_ && transcoder_->stream() != nullptr) audio = aac_of(*transcoder_->stream());
  if (video || audio) tracks_ = make_tracks(std::move(video), std::move(audio), rate);
}

void CopyMaker::push(const SharedUnit& unit) {
  if (!unit->video && transcoder_) return sound(unit);
  if (!tracks_) announce();
  if (tracks_ && (unit->video ? tracks_->video : tracks_->audio)) sink_(make_item(tracks_, *unit));
}

void CopyMaker::sound(const SharedUnit& unit) {
  transcoder_->push(unit->packet, [this](live::av::Packet packet) {
    if (!tracks_ || !tracks_->audio) announce();
    live::media_in::Unit made;
    made.video = false;
    made.dts = made.pts = packet.pts().value_or(0);
    made.duration = packet.duration().value_or(1024);
    made.packet = std::move(packet);
    if (made.dts >= 0) sink_(make_item(tracks_, made));
  });
}

}  // namespace social_relay
