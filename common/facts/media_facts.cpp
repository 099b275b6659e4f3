#include "common/facts/media_facts.hpp"

#include "common/base/units.hpp"
#include "common/codec/aac.hpp"
#include "common/codec/ac3.hpp"
#include "common/codec/parameter_sets.hpp"
#include "common/codec/video_range.hpp"
#include "common/facts/transport_stream.hpp"
#include "common/mp4/stream_reader.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <variant>

namespace live::facts {
namespace {

using live::Bytes;
using live::codec::Codec;
using live::codec::Parameters;

/// As the playlist spells it.
std::string codecs_string(const Parameters& parameters) {
  return parameters.codec == Codec::flac ? "fLaC" : live::codec::rfc6381(parameters);
}

void append(std::string& codecs, const std::string& one) {
  if (!codecs.empty()) codecs += ',';
  codecs += one;
}

void take_picture(MediaFacts& facts, const Parameters& parameters) {
  facts.height = parameters.height;
  facts.width = static_cast<std::uint32_t>(
      live::rescale(parameters.width, parameters.sar_num, parameters.sar_den));
  facts.video_range = live::codec::video_range(parameters);
}

/// avc3 and hev1 are other sample entries than the usual ones, and players are told so.
std::string codecs_string(const live::mp4::InitTrack& track) {
  auto text = codecs_string(track.parameters);
  if (track.sample_entry == "avc3" || track.sample_entry == "hev1")
    text.replace(0, track.sample_entry.size(), track.sample_entry);
  return text;
}

/// Pictures a second of pictures that last so many ticks each, without those that fill the places of others: an encoder that
/// is short of time drops pictures, and that makes the stream's rate no lower (rfc8216bis §4.4.6.2: the highest).
double frame_rate(std::vector<std::int64_t> durations, std::uint32_t timescale) {
  if (durations.empty()) return 0;
  const auto middle = durations.begin() + static_cast<std::ptrdiff_t>(durations.size() / 2);
  std::ranges::nth_element(durations, middle);
  std::erase_if(durations, [most = *middle * 3 / 2](auto duration) { return duration > most; });
  const auto ticks = std::accumulate(durations.begin(), durations.end(), std::int64_t{0});
  if (ticks == 0) return 0;
  return static_cast<double>(durations.size()) * timescale / static_cast<double>(ticks);
}

std::vector<std::int64_t> durations_of(std::span<const live::mp4::Item> items,
                                       const live::mp4::Init& init, std::uint32_t track) {
  std::vector<std::int64_t> durations;
  for (const auto& item : items) {
    const auto* fragment = std::get_if<live::mp4::FragmentItem>(&item);
    if (fragment == nullptr) continue;
    for (const auto& sample : samples(fragment->bytes, fragment->parsed, init))
      if (sample.track == track) durations.push_back(sample.duration);
  }
  return durations;
}

/// One elementary stream; false when it is one that we cannot name, or its begin is not in the segment.
bool add_avc_or_hevc(MediaFacts& facts, Codec codec, Bytes elementary) {
  live::codec::ParameterSets sets{codec, false};
  sets.seed(elementary);
  const auto parameters = sets.parameters();
  if (!parameters) return false;
  append(facts.codecs, codecs_string(*parameters));
  take_picture(facts, *parameters);
  return true;
}

bool add_adts(MediaFacts& facts, Bytes elementary) {
  const auto adts = live::codec::aac::parse_adts(elementary);
  if (!adts) return false;
  Parameters parameters;
  parameters.codec = Codec::aac;
  parameters.config = live::codec::aac::write_config(adts->config);
  append(facts.codecs, codecs_string(parameters));
  return true;
}

bool add_dolby(MediaFacts& facts, Codec codec, Bytes elementary) {
  const auto parameters = live::codec::ac3::parameters(codec, elementary);
  if (!parameters) return false;
  append(facts.codecs, codecs_string(*parameters));
  return true;
}

bool add(MediaFacts& facts, const ElementaryStream& stream) {
  using Kind = ElementaryStream::Kind;
  switch (stream.kind) {
    case Kind::avc:
      return add_avc_or_hevc(facts, Codec::avc, stream.begin);
    case Kind::hevc:
      return add_avc_or_hevc(facts, Codec::hevc, stream.begin);
    case Kind::adts:
      return add_adts(facts, stream.begin);
    case Kind::mpeg_audio:
      append(facts.codecs, "mp4a.40.34");  // as HLS has it in MPEG-TS
      return true;
    case Kind::ac3:
      return add_dolby(facts, Codec::ac3, stream.begin);
    case Kind::eac3:
      return add_dolby(facts, Codec::eac3, stream.begin);
    case Kind::other:
      break;
  }
  return true;
}

/// How long each picture is shown but the last.
std::vector<std::int64_t> durations_of(std::vector<std::int64_t> shown) {
  std::ranges::sort(shown);
  shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
  if (shown.empty()) return {};
  std::adjacent_difference(shown.begin(), shown.end(), shown.begin());
  shown.erase(shown.begin());
  return shown;
}

}  // namespace

std::optional<MediaFacts> facts_of_fmp4(Bytes init, Bytes segment) {
  live::mp4::StreamReader reader;
  std::vector<live::mp4::Item> items;
  if (reader.feed(init, items) || items.empty()) return {};
  const auto* head = std::get_if<live::mp4::InitItem>(&items.front());
  if (head == nullptr) return {};
  const auto read = head->init;  // `items` grows
  const auto *video = read.video(), *audio = read.audio();
  if (video == nullptr && audio == nullptr) return {};
  static_cast<void>(reader.feed(segment, items));
  MediaFacts facts;
  bool known = true;
  for (const auto* track : {video, audio}) {
    if (track == nullptr) continue;
    known = known && track->known;
    if (track->known) append(facts.codecs, codecs_string(*track));
  }
  if (!known) facts.codecs.clear();
  facts.audio = audio != nullptr;
  facts.video = video != nullptr;
  if (video != nullptr) {
    take_picture(facts, video->parameters);
    if (video->rotation % 180 != 0) std::swap(facts.width, facts.height);
    facts.frame_rate = frame_rate(durations_of(items, read, video->id), video->timescale);
  }
  return facts;
}

std::optional<MediaFacts> facts_of_ts(Bytes segment) {
  const auto streams = read_transport_stream(segment);
  if (!streams) return {};
  MediaFacts facts;
  bool known = true;
  // Pictures first, as everybody writes them.
  for (const bool video : {true, false}) {
    for (const auto& stream : *streams) {
      if (stream.is_video() != video) continue;
      auto& seen = video ? facts.video : facts.audio;
      if (seen || (!video && !stream.is_audio())) continue;
      seen = true;
      known = known && stream.kind != ElementaryStream::Kind::other;
      if (!add(facts, stream)) return {};
      if (video) facts.frame_rate = frame_rate(durations_of(stream.shown), 90'000);
    }
  }
  if (!facts.video && !facts.audio) return {};
  if (!known) facts.codecs.clear();
  return facts;
}

}  // namespace live::facts
