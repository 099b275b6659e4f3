#include "common/media_in/fmp4_reader.hpp"

#include <algorithm>
#include <utility>

namespace live::media_in {
namespace {

constexpr std::uint32_t video_timescale = 90'000;
constexpr std::int64_t origin_s = 10;            ///< where our time line begins (man 5 live-fmp4)
constexpr std::int64_t slack_s = 1;              ///< an encoder's priming may stand before it
constexpr std::uint64_t most_s = 1'000'000'000;  ///< a stamp beyond it is nonsense
constexpr std::uint32_t most_sample_rate = 768'000;  ///< likewise

/// The track with the lowest id of its kind, if it can be used.
const mp4::InitTrack* usable(const mp4::InitTrack* track) {
  return track != nullptr && track->known ? track : nullptr;
}

Track track_of(const mp4::InitTrack& track) {
  Track out{av::describe(track.parameters), track.parameters};
  out.stream.rotation = track.rotation;
  return out;
}

}  // namespace

std::optional<Malformed> Fmp4Reader::feed(Bytes in, std::vector<Item>& items) {
  auto broken = reader_.feed(in, parsed_);
  for (const auto& item : std::exchange(parsed_, {})) {
    if (const auto* init = std::get_if<mp4::InitItem>(&item)) {
      begin(init->init);
      if (video_.id == 0 && audio_.id == 0) {
        return Malformed{0, "it has no track of a codec that can be read"};
      }
    } else {
      fragment(std::get<mp4::FragmentItem>(item), items);
    }
  }
  return broken;
}

void Fmp4Reader::begin(const mp4::Init& init) {
  init_ = init;
  video_ = audio_ = {};
  if (const auto* video = usable(init.video()))
    video_ = {video->id, video->timescale, video_timescale};
  if (const auto* audio = usable(init.audio())) {
    const auto rate = audio->parameters.sample_rate;
    if (rate > 0 && rate <= most_sample_rate) audio_ = {audio->id, audio->timescale, rate};
  }
  announced_ = false;
}

std::int64_t Fmp4Reader::here(const Line& line, std::int64_t ticks) const {
  const auto at = line.from == line.to ? ticks : rescale(ticks, line.to, line.from);
  return at + *shift_s_ * line.to;
}

std::int64_t Fmp4Reader::microseconds(const Unit& unit) const {
  return rescale(unit.dts, 1'000'000, unit.video ? video_.to : audio_.to);
}

void Fmp4Reader::announce(const std::vector<mp4::FragmentSample>& samples,
                          std::vector<Item>& items) {
  announced_ = true;
  Epoch epoch;
  if (video_.id != 0) {
    epoch.video = track_of(*init_->video());
    const auto first = std::ranges::find(samples, video_.id, &mp4::FragmentSample::track);
    if (first != samples.end() && first->duration > 0) {
      epoch.video->stream.rate_num = video_.from;
      epoch.video->stream.rate_den = first->duration;
    }
  }
  if (audio_.id != 0) epoch.audio = track_of(*init_->audio());
  items.emplace_back(std::move(epoch));
}

void Fmp4Reader::fragment(const mp4::FragmentItem& item, std::vector<Item>& items) {
  if (!init_) return;
  const auto samples = mp4::samples(item.bytes, item.parsed, *init_);
  std::vector<Unit> units;
  for (const auto& sample : samples) {
    const bool video = sample.track == video_.id;
    if (!video && sample.track != audio_.id) continue;
    const auto& line = video ? video_ : audio_;
    if (sample.decode_time / line.from > most_s) continue;
    const auto decode = static_cast<std::int64_t>(sample.decode_time);
    if (!shift_s_) shift_s_ = decode / line.from < origin_s - slack_s ? origin_s : 0;
    Unit unit;
    unit.video = video;
    unit.key = sample.sync || !video;
    unit.dts = here(line, decode);
    unit.pts = here(line, decode + sample.composition);
    unit.duration = std::max<std::int64_t>(1, rescale(sample.duration, line.to, line.from));
    unit.packet = av::Packet::gathered({&sample.data, 1});
    unit.packet.set_times(unit.dts, unit.pts, unit.duration);
    unit.packet.set_key(unit.key);
    units.push_back(std::move(unit));
  }
  if (units.empty()) return;
  if (!announced_) announce(samples, items);
  // Track by track in the fragment: in order of time from here on, a picture before the sound of the same moment.
  std::ranges::stable_sort(units, [this](const Unit& a, const Unit& b) {
    const auto left = microseconds(a), right = microseconds(b);
    return left != right ? left < right : a.video && !b.video;
  });
  if (item.parsed.producer) {
    const bool of_video = item.parsed.producer->track == video_.id;
    const auto first = std::ranges::find(units, of_video, &Unit::video);
    if (first != units.end()) first->produced = from_ntp(item.parsed.producer->ntp);
  }
  std::ranges::move(units, std::back_inserter(items));
}

}  // namespace live::media_in
