#include "tools/social-relay/slate.hpp"

#include "common/av/audio_encoder.hpp"
#include "common/av/decoder.hpp"
#include "common/av/input.hpp"
#include "common/av/letterbox.hpp"
#include "common/av/picture_rate.hpp"
#include "common/av/rendition_encoder.hpp"
#include "common/av/resizer.hpp"
#include "common/base/failure.hpp"
#include "tools/social-relay/packer.hpp"
#include "tools/social-relay/sound_encoding.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace social_relay {
namespace {

using live::Us;
using live::codec::Codec;
using live::codec::Parameters;

constexpr std::int64_t second = 90'000;
constexpr double usual_rate = 25, most_rate = 30;  // pictures a second
constexpr std::uint64_t bit_rate = 500'000;
constexpr std::uint32_t packet_samples = 1'024;
constexpr std::uint32_t smallest = 16;  // pixels; x264's macroblock

const char* encoder_for(Codec codec) {
  if (codec == Codec::hevc) return "libx265";
  if (codec == Codec::av1) return "libsvtav1";
  return "libx264";
}

live::av::Frame black(std::uint32_t width, std::uint32_t height) {
  constexpr std::uint8_t luma = 16, chroma = 128;
  auto out = live::av::Frame::picture(width, height);
  for (unsigned plane = 0; plane < 3; ++plane) {
    const auto value = plane == 0 ? luma : chroma;
    for (std::uint32_t y = 0; y < (plane == 0 ? height : height / 2); ++y)
      std::ranges::fill(out.row(plane, y), value);
  }
  return out;
}

std::uint32_t even(double side) {
  constexpr double largest = 16'384;
  return static_cast<std::uint32_t>(std::clamp<double>(side, smallest, largest)) / 2 * 2;
}

/// Fitted within what is seen, then to the shape of the stream's pixels.
live::av::Frame fitted(const live::av::Frame& picture, const live::av::RenditionEncoding& to) {
  const auto seen = even(static_cast<double>(to.width) * to.sar_num / to.sar_den);
  const auto square = live::av::Letterbox{seen, to.height}.fit(picture);
  return live::av::Resizer{to.width, to.height}.resize(square);
}

/// Samples as MP4 carries them, and what they are.
struct Encoded {
  Parameters parameters;
  std::vector<live::media_in::Unit> units;
};

live::media_in::Unit unit_of(bool video, live::av::Packet packet) {
  live::media_in::Unit out;
  out.video = video;
  out.key = packet.key();
  out.pts = packet.pts().value_or(0);
  out.dts = packet.dts().value_or(out.pts);
  out.packet = std::move(packet);
  return out;
}

std::optional<Encoded> encode(const live::av::Frame& picture,
                              const live::av::RenditionEncoding& encoding,
                              const std::atomic<bool>& hurry) {
  Encoded out;
  live::av::RenditionEncoder encoder{encoding};
  const auto sink = [&](live::av::Packet packet) {
    out.units.push_back(unit_of(true, std::move(packet)));
  };
  const auto ticks = live::rescale(SlateClip::length.count(), second, 1'000'000);
  for (std::int64_t i = 0, at = 0; at < ticks; ++i) {
    if (hurry) return {};
    auto frame = picture.share();
    frame.set_pts(at);
    encoder.push(frame, i == 0, sink);
    at = live::rescale(i + 1, second * encoding.rate_den, encoding.rate_num);
  }
  while (encoder.flush(sink)) {
  }
  out.parameters = encoder.parameters();
  return out;
}

std::optional<Encoded> encode_pictures(const Tracks& like, const SlatePicture& picture, double rate,
                                       const std::atomic<bool>& hurry) {
  live::av::RenditionEncoding encoding;
  encoding.width = even(like.video->width);
  encoding.height = even(like.video->height);
  encoding.sar_num = std::max(like.video->sar_num, 1U);
  encoding.sar_den = std::max(like.video->sar_den, 1U);
  std::tie(encoding.rate_num, encoding.rate_den) = live::av::rate_fraction(rate);
  encoding.bit_rate = bit_rate;
  encoding.encoder = encoder_for(like.video->codec);
  const auto frame = picture ? fitted(*picture, encoding) : black(encoding.width, encoding.height);
  encoding.colour = live::av::format_of(frame).colour;
  try {
    return encode(frame, encoding, hurry);
  } catch (const live::Failure&) {
    if (encoding.encoder == encoder_for(Codec::avc)) throw;
    encoding.encoder = encoder_for(Codec::avc);
    return encode(frame, encoding, hurry);
  }
}

Parameters silence_like(const Parameters& audio) {
  live::av::Stream stream;
  stream.sample_rate = audio.sample_rate;
  stream.channels = audio.channels;
  return parameters_of(live::av::AudioEncoder{aac_for(stream, 0)}.stream());
}

SharedItem silence_of(const std::shared_ptr<const Tracks>& tracks) {
  const auto bytes = live::av::silent_packet(*tracks->audio, packet_samples);
  if (!bytes) return nullptr;
  auto unit = unit_of(false, live::av::Packet::copy_of(*bytes, 0));
  return make_item(tracks, unit);
}

SharedItem moved(const SharedItem& item, Us at) {
  auto out = std::make_shared<Item>(*item);
  out->at = at;
  return out;
}

}  // namespace

SlatePicture read_slate(const std::filesystem::path& file) {
  live::av::InputSpec spec;
  spec.url = "file:" + file.string();
  auto opened = live::av::Input::open(spec, [] { return true; });
  if (const auto* trouble = std::get_if<live::av::Trouble>(&opened)) {
    const bool missing = trouble->kind == live::av::Trouble::Kind::no_input;
    live::fail(missing ? live::Exit::no_input : live::Exit::bad_data, "--slate {}: {}",
               file.string(), trouble->text);
  }
  auto& input = std::get<live::av::Input>(opened);
  const auto best = input.best(live::av::Stream::Kind::video);
  if (!best) live::fail(live::Exit::bad_data, "--slate {}: no picture in it", file.string());
  live::av::Decoder decoder{input.streams()[*best], 1};
  auto frame = std::make_shared<live::av::Frame>();
  for (live::av::Packet packet; !input.read(packet);) {
    if (packet.stream() == *best && decoder.send(packet) && decoder.receive(*frame)) return frame;
  }
  decoder.finish();
  if (!decoder.receive(*frame))
    live::fail(live::Exit::bad_data, "--slate {}: it cannot be decoded", file.string());
  return frame;
}

std::optional<SlateClip> make_slate(const Tracks& like, const SlatePicture& picture,
                                    const std::atomic<bool>& hurry) {
  SlateClip clip;
  Encoded encoded;
  std::optional<Parameters> video, audio;
  const auto rate = std::min(like.rate > 0 ? like.rate : usual_rate, most_rate);
  if (like.video) {
    auto made = encode_pictures(like, picture, rate, hurry);
    if (!made || made->units.empty()) return {};
    encoded = *std::move(made);
    video = encoded.parameters;
  }
  if (like.audio) audio = silence_like(*like.audio);
  auto tracks =
      std::const_pointer_cast<Tracks>(make_tracks(std::move(video), std::move(audio), rate));
  tracks->slate = true;
  const std::shared_ptr<const Tracks> shared = std::move(tracks);
  for (auto& unit : encoded.units) {
    auto item = make_item(shared, unit);
    const auto first = clip.pictures.empty() ? item->at : clip.pictures.front()->at;
    clip.pictures.push_back(clip.pictures.empty() ? item : moved(item, item->at - first));
  }
  if (!clip.pictures.empty()) clip.pictures.front() = moved(clip.pictures.front(), Us{});
  if (shared->audio) {
    clip.silence = silence_of(shared);
    clip.sound_rate = shared->audio->sample_rate;
  }
  return clip;
}

Us SlateShow::next_picture() const {
  const auto count = clip_->pictures.size();
  if (count == 0) return Us::max();
  const auto round = static_cast<std::int64_t>(pictures_ / count);
  return from_ + SlateClip::length * round + clip_->pictures[pictures_ % count]->at;
}

Us SlateShow::next_sound() const {
  if (!clip_->silence) return Us::max();
  const auto samples = static_cast<std::int64_t>(sounds_) * packet_samples;
  return from_ + Us{live::rescale(samples, 1'000'000, clip_->sound_rate)};
}

void SlateShow::show(Us until, const std::function<void(const SharedItem&)>& give) {
  for (;;) {
    const auto picture = next_picture(), sound = next_sound();
    if (std::min(picture, sound) >= until) return;
    if (picture <= sound) {
      give(moved(clip_->pictures[pictures_++ % clip_->pictures.size()], picture));
    } else {
      give(moved(clip_->silence, sound));
      ++sounds_;
    }
  }
}

}  // namespace social_relay
