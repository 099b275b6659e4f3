#include "tools/abr-hls/audio_chain.hpp"

#include "common/base/failure.hpp"
#include "tools/abr-hls/stats.hpp"

#include <algorithm>
#include <utility>

namespace abr_hls {
namespace {

constexpr std::int64_t second = 90'000;
constexpr std::uint32_t most_channels = 2;
constexpr std::uint32_t block_samples = 1024;  ///< of silence at a time

}  // namespace

AudioChain::AudioChain(Surroundings around, live::media_in::Track track,
                       std::vector<AudioTrack> tracks, bool cuts)
    : around_(around),
      track_(std::move(track)),
      rate_(std::max<std::int64_t>(track_.stream.time_base_den, 1)),
      cuts_(cuts) {
  for (const auto& planned : tracks)
    open(planned);
}

void AudioChain::start(std::optional<std::int64_t> from) {
  if (from) next_ = live::rescale(*from, rate_, second);
  queue_.start([this] { run(); });
}

void AudioChain::open(const AudioTrack& track) {
  Output output;
  output.copied = track.copied;
  output.renditions = std::make_shared<const std::vector<std::size_t>>(track.renditions);
  if (track.copied) {
    output.parameters = track_.parameters.value();
  } else {
    live::av::AudioEncoding encoding;
    encoding.sample_rate = live::av::aac_rate(track_.stream.sample_rate);
    encoding.channels = std::clamp(track_.stream.channels, 1U, most_channels);
    encoding.bit_rate = track.bit_rate;
    output.encoder = std::make_unique<live::av::AudioEncoder>(encoding);
    output.parameters.codec = live::codec::Codec::aac;
    output.parameters.config = output.encoder->stream().extradata;
    output.parameters.sample_rate = encoding.sample_rate;
    output.parameters.channels = encoding.channels;
    if (!decoder_) decoder_ = std::make_unique<live::av::Decoder>(track_.stream, 1);
  }
  outputs_.push_back(std::move(output));
}

std::optional<live::codec::Parameters> AudioChain::parameters(std::size_t index) const {
  for (const auto& output : outputs_) {
    if (std::count(output.renditions->begin(), output.renditions->end(), index) > 0)
      return output.parameters;
  }
  return {};
}

bool AudioChain::push(SharedUnit unit) { return queue_.push(Item{std::move(unit), 0}); }

bool AudioChain::silent_until(std::int64_t at) { return queue_.push(Item{{}, at}); }

void AudioChain::finish(bool hurry, std::optional<std::int64_t> until) {
  if (!hurry) ends_at_ = until;
  queue_.finish(hurry);
}

void AudioChain::run() {
  while (auto item = queue_.pop()) {
    take(*item);
    if (failed_downstream_) break;
  }
  if (decoder_) {
    live::av::Frame frame;
    decoder_->finish();
    while (decoder_->receive(frame))
      encode(frame, frame.pts());
  }
  if (ends_at_) fill(live::rescale(*ends_at_, rate_, second));
  for (auto& output : outputs_) {
    if (!output.encoder) continue;
    output.encoder->finish([&](live::av::Packet packet) { give(output, std::move(packet)); });
  }
}

void AudioChain::take(Item& item) {
  if (!item.unit) {
    fill(live::rescale(item.silent_until, rate_, second));
    return say_reached(item.silent_until);
  }
  const auto& unit = item.unit;
  if (cuts_) cut(to_90k(unit->pts), to_90k(unit->duration));
  copy(unit);
  if (!decoder_) return;
  if (!decoder_->send(unit->packet)) around_.stats.unusable.add();
  live::av::Frame frame;
  while (decoder_->receive(frame))
    encode(frame, frame.pts());
  const auto at = to_90k(unit->pts);
  if (at - given_.value_or(at) > codec_delay) say_reached(at - codec_delay);
  if (!given_) given_ = at;
}

void AudioChain::say_reached(std::int64_t at) {
  given_ = at;
  for (const auto& output : outputs_) {
    if (!around_.writer.post(TrackReached{output.renditions, false, at})) failed_downstream_ = true;
  }
}

void AudioChain::copy(const SharedUnit& unit) {
  for (const auto& output : outputs_) {
    if (!output.copied) continue;
    Sample sample;
    sample.bytes = unit->packet.bytes();
    sample.owner = unit;
    sample.dts = sample.pts = unit->pts;
    sample.duration = unit->duration;
    if (!around_.writer.post(AudioSample{output.renditions, std::move(sample), to_90k(unit->pts)}))
      failed_downstream_ = true;
  }
}

/// Silence up to `until`, in the input's stamps, where sound was before; a longer hole stays one.
void AudioChain::fill(std::int64_t until) {
  if (!next_ || to_90k(until - *next_) > longest_silence) return;
  while (until - *next_ >= block_samples) {
    const auto silence =
        live::av::Frame::sound(static_cast<std::uint32_t>(rate_), 1, block_samples);
    for (auto& output : outputs_) {
      if (!output.encoder) continue;
      output.encoder->push(silence, live::rescale(*next_, output.parameters.sample_rate, rate_),
                           [&](live::av::Packet packet) { give(output, std::move(packet)); });
    }
    *next_ += block_samples;
  }
}

void AudioChain::encode(const live::av::Frame& frame, std::int64_t pts) {
  fill(pts);
  if (frame.sample_rate() > 0)
    next_ = pts + live::rescale(frame.sample_count(), rate_, frame.sample_rate());
  for (auto& output : outputs_) {
    if (!output.encoder) continue;
    output.encoder->push(frame, live::rescale(pts, output.parameters.sample_rate, rate_),
                         [&](live::av::Packet packet) { give(output, std::move(packet)); });
  }
}

void AudioChain::cut(std::int64_t at, std::int64_t duration) {
  const auto answer = around_.cutter.sound(at, duration);
  if (answer.cut && answer.cut->discontinuity) around_.stats.holes.add();
  if (!around_.writer.post(Progress{at, answer.cut, around_.cutter.targets()}))
    failed_downstream_ = true;
}

void AudioChain::give(const Output& output, live::av::Packet packet) {
  auto owner = std::make_shared<live::av::Packet>(std::move(packet));
  Sample sample;
  sample.bytes = owner->bytes();
  sample.dts = sample.pts = owner->pts().value_or(0);
  sample.duration = owner->duration().value_or(output.encoder->frame_samples());
  sample.owner = std::move(owner);
  const auto at = live::rescale(sample.pts, second, output.parameters.sample_rate);
  given_ = std::max(given_.value_or(at), at);
  if (!around_.writer.post(AudioSample{output.renditions, std::move(sample), at}))
    failed_downstream_ = true;
}

std::int64_t AudioChain::to_90k(std::int64_t samples) const {
  return live::rescale(samples, second, rate_);
}

}  // namespace abr_hls
