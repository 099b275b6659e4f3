#include "tools/social-relay/preset_line.hpp"

#include "common/av/picture_rate.hpp"
#include "tools/social-relay/packer.hpp"
#include "tools/social-relay/sound_encoding.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

namespace social_relay {
namespace {

constexpr std::int64_t second = 90'000;
constexpr unsigned most_threads = 4;
constexpr std::int64_t usual_sound = 1'024;  ///< samples of a packet
/// In pictures: longer than what an encoder holds, and so long that sound has not waited for it (Interleaver::patience).
constexpr std::int64_t hole = 2 * second;

/// Between pictures: less than they lie apart where all are taken.
std::int64_t interval_of(const Preset& preset, double source_rate) {
  const double most = preset.frame_rate;
  const double rate = source_rate > most ? live::av::thinned_rate(source_rate, most) : most;
  return static_cast<std::int64_t>(second / rate);
}

}  // namespace

live::av::RenditionEncoding encoding_of(const Preset& preset, double source_rate) {
  live::av::RenditionEncoding out;
  out.width = preset.width;
  out.height = preset.height;
  const double most = preset.frame_rate;
  std::tie(out.rate_num, out.rate_den) =
      live::av::rate_fraction(source_rate > 0 ? live::av::thinned_rate(source_rate, most) : most);
  out.bit_rate = preset.video_bit_rate;
  out.max_rate = preset.max_rate;
  out.buffer_bits = preset.buffer_bits;
  out.threads = std::clamp(std::thread::hardware_concurrency(), 1U, most_threads);
  out.longest_gop = preset.key_interval * 2;  // they are asked for by time
  return out;
}

PresetLine::PresetLine(const Preset& preset, const Source& source, ItemSink sink,
                       const std::atomic<bool>& hurry)
    : preset_(preset),
      sink_(std::move(sink)),
      hurry_(hurry),
      encoding_(encoding_of(preset, source.frame_rate)),
      letterbox_(preset.width, preset.height),
      thinner_(interval_of(preset, source.frame_rate)),
      has_video_(source.has_video) {
  if (source.sound) {
    sound_rate_ = std::max<std::int64_t>(source.sound->time_base_den, 1);
    sound_encoder_ =
        std::make_unique<live::av::AudioEncoder>(aac_for(*source.sound, preset.audio_bit_rate));
    if (!has_video_) tracks_ = make_tracks({}, parameters_of(sound_encoder_->stream()), 0);
  }
  queue_.start([this] { run(); });
}

void PresetLine::run() {
  while (auto decoded = queue_.pop()) {
    if (hurry_) continue;
    if (decoded->video) {
      picture(*decoded);
    } else {
      sound(*decoded);
    }
  }
  if (sound_encoder_ && !hurry_)
    sound_encoder_->finish([this](live::av::Packet packet) { give_sound(std::move(packet)); });
  if (last_ && sounded_ && *sounded_ - *last_ > hole) begin_anew();
  const auto sink = [this](live::av::Packet packet) { give(true, std::move(packet)); };
  while (encoder_ && !hurry_ && encoder_->flush(sink)) {
  }
}

/// By time, from the first picture on; a gap of the source begins a new count.
bool PresetLine::takes_key(std::int64_t at) {
  const auto interval = live::rescale(preset_.key_interval.count(), second, 1000);
  if (key_due_ && at < *key_due_ - second / preset_.frame_rate / 4) return false;
  key_due_ = (key_due_ && at < *key_due_ + interval / 2 ? *key_due_ : at) + interval;
  return true;
}

void PresetLine::picture(const Decoded& decoded) {
  const auto at = decoded.at;
  if ((last_ && at <= *last_) || !thinner_.take(at, false)) return;
  if (last_ && at - *last_ > hole) begin_anew();
  last_ = at;
  auto fitted = letterbox_.fit(*decoded.frame);
  if (!encoder_) open(live::av::format_of(fitted).colour);
  fitted.set_pts(at);
  encoder_->push(fitted, takes_key(at),
                 [this](live::av::Packet packet) { give(true, std::move(packet)); });
}

/// What the encoder holds of the time before a hole would come so much too late, and the decode times behind it with that: servers
/// that compare stamps with clocks would lose the sound's place.  Better it does not come.
void PresetLine::begin_anew() {
  encoder_.reset();
  key_due_.reset();
}

void PresetLine::open(const live::av::Colour& colour) {
  encoding_.colour = colour;
  encoder_ = std::make_unique<live::av::RenditionEncoder>(encoding_);
  if (tracks_ && tracks_->video == encoder_->parameters()) return;
  std::optional<live::codec::Parameters> audio;
  if (sound_encoder_) audio = parameters_of(sound_encoder_->stream());
  tracks_ = make_tracks(encoder_->parameters(), std::move(audio),
                        static_cast<double>(encoding_.rate_num) / encoding_.rate_den);
  for (auto& packet : early_)
    give(false, std::move(packet));
  early_.clear();
}

void PresetLine::sound(const Decoded& decoded) {
  sounded_ = live::rescale(decoded.at, second, sound_rate_);
  const auto rate = sound_encoder_->stream().sample_rate;
  sound_encoder_->push(*decoded.frame, live::rescale(decoded.at, rate, sound_rate_),
                       [this](live::av::Packet packet) { give_sound(std::move(packet)); });
}

void PresetLine::give_sound(live::av::Packet packet) {
  if (tracks_) return give(false, std::move(packet));
  if (early_.size() == most_early) early_.pop_front();
  early_.push_back(std::move(packet));
}

void PresetLine::give(bool video, live::av::Packet packet) {
  live::media_in::Unit made;
  made.video = video;
  made.key = !video || packet.key();
  made.pts = packet.pts().value_or(0);
  made.dts = packet.dts().value_or(made.pts);
  made.duration = std::max<std::int64_t>(packet.duration().value_or(0), 1);
  if (!video) made.duration = std::max(made.duration, usual_sound);
  made.packet = std::move(packet);
  if (made.dts >= 0) sink_(make_item(tracks_, made));
}

}  // namespace social_relay
