#include "tools/abr-hls/audio_plan.hpp"

#include <algorithm>

namespace abr_hls {

bool is_copied(live::codec::Codec codec, SegmentType type) {
  using live::codec::Codec;
  if (type == SegmentType::ts) {
    return codec == Codec::aac || codec == Codec::mp3 || codec == Codec::ac3 ||
           codec == Codec::eac3;
  }
  return !live::codec::is_video(codec);
}

std::vector<AudioTrack> plan_audio(const std::vector<Wish>& ladder, bool has_video, bool copied) {
  const auto is_audio_only = [](const Wish& wish) { return wish.kind == Wish::Kind::audio_only; };
  const bool radio = std::any_of(ladder.begin(), ladder.end(), is_audio_only);
  std::vector<AudioTrack> tracks;
  for (std::size_t i = 0; i < ladder.size(); ++i) {
    const auto& wish = ladder[i];
    const bool source = wish.kind == Wish::Kind::source;
    if (!has_video && radio && !is_audio_only(wish) && !source) continue;
    AudioTrack track{source && copied, source && copied ? 0 : wish.audio_bit_rate, {}};
    const auto same = std::find_if(tracks.begin(), tracks.end(), [&](const AudioTrack& other) {
      return other.copied == track.copied && other.bit_rate == track.bit_rate;
    });
    if (same == tracks.end()) {
      track.renditions.push_back(i);
      tracks.push_back(std::move(track));
    } else if (has_video || is_audio_only(wish)) {
      same->renditions.push_back(i);
    }
  }
  return tracks;
}

}  // namespace abr_hls
