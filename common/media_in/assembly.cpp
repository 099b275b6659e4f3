#include "common/media_in/assembly.hpp"

#include <algorithm>
#include <utility>

namespace live::media_in {

using Verdict = flv::StartRule::Verdict;

namespace {

constexpr std::int64_t ms_per_second = 1'000, ns_per_second = 1'000'000'000;

/// `ticks` of `seconds_num` / `seconds_den` s, as far as clocks go.
Monotonic moment(std::int64_t ticks, std::int64_t seconds_num, std::int64_t seconds_den) {
  constexpr std::int64_t most = 1'000'000'000'000;
  return Monotonic{
      Ms{std::clamp(rescale(ticks, ms_per_second * seconds_num, seconds_den), -most, most)}};
}

bool same(const Track& a, const Track& b) {
  if (a.parameters || b.parameters) return a.parameters == b.parameters;
  const auto &s = a.stream, &t = b.stream;
  return s.name == t.name && s.extradata == t.extradata && s.width == t.width &&
         s.height == t.height && s.sample_rate == t.sample_rate && s.channels == t.channels;
}

}  // namespace

Assembly::Assembly() : repair_(false) { repair_.begin_session({}); }

void Assembly::wish(Line& line, const Shape& shape) {
  if (line.wish && same(line.wish->track, shape.track)) return;
  line.wish = shape;
  line.stale = true;
}

void Assembly::video(const Shape& shape) { wish(video_, shape); }

void Assembly::audio(const Shape& shape) {
  wish(audio_, shape);
  rule_.audio_is_clear();
}

/// By the source's clock, which is all that there is.
Monotonic Assembly::at(const Raw& raw) const {
  const auto& line = raw.video ? video_ : audio_;
  const auto stamp = raw.stamp.dts ? raw.stamp.dts : raw.stamp.pts;
  if (!line.wish || !stamp) return {};
  const auto& spec = line.wish->stamps;
  return moment(*stamp, spec.in_num, spec.in_den);
}

void Assembly::push(Raw raw, std::vector<Item>& items) {
  if (!waiting_) return emit(std::move(raw), items);
  const auto now = at(raw);
  hold(std::move(raw));
  const bool alone = no_video_ && audio_.wish && !held_.empty();
  const bool full = held_.size() >= most_held || held_bytes_ >= most_held_bytes;
  if (alone || (full ? rule_.last_verdict() : rule_.verdict(now)) != Verdict::wait) {
    begin(items);
  } else if (full) {
    held_bytes_ -= held_.front().packet.size();
    held_.pop_front();
  }
}

void Assembly::hold(Raw raw) {
  const auto now = at(raw);
  if (raw.video) {
    rule_.video(now);
    if (!video_.wish || (!raw.key && !rule_.has_key())) return;
    if (!rule_.has_key()) {  // it leads
      rule_.key_frame(now);
      first_ = now;
      std::erase_if(held_, [&](const Raw& r) { return at(r) < now; });
      held_.push_front(std::move(raw));
      held_bytes_ = 0;
      for (const auto& one : held_)
        held_bytes_ += one.packet.size();
      return;
    }
  } else {
    if (!audio_.wish) return;
    rule_.audio(now);
  }
  held_bytes_ += raw.packet.size();
  held_.push_back(std::move(raw));
}

void Assembly::begin(std::vector<Item>& items) {
  waiting_ = false;
  held_bytes_ = 0;
  for (auto& one : std::exchange(held_, {}))
    emit(std::move(one), items);
}

void Assembly::finish(std::vector<Item>& items) {
  if (waiting_ && !held_.empty() && rule_.last_verdict() != Verdict::wait) begin(items);
}

/// Begins an epoch where one is due; false when `raw` is of none.
bool Assembly::follow(const Raw& raw, std::vector<Item>& items) {
  auto& line = raw.video ? video_ : audio_;
  if (!line.wish) return false;
  const bool start = raw.video ? raw.key : !video_.now;
  const bool due = line.stale || (raw.video && audio_.stale);
  if (!start || !due) return line.now.has_value() && (raw.video || !line.stale);
  if (raw.video) adopt(video_);
  if (audio_.wish) adopt(audio_);
  Epoch epoch;
  if (video_.now) epoch.video = video_.now->track;
  if (audio_.now) epoch.audio = audio_.now->track;
  items.emplace_back(std::move(epoch));
  return true;
}

void Assembly::adopt(Line& line) {
  if (!std::exchange(line.stale, false)) return;
  const auto& spec = line.wish->stamps;
  if (!line.index) {
    line.index = repair_.add_track(spec);
  } else if (line.now->stamps.timescale != spec.timescale) {
    repair_.change_track(*line.index, spec);
  }
  const bool same_rate = line.now && line.now->stamps.timescale == spec.timescale;
  line.now = line.wish;
  const bool rounded = spec.in_num != 1 || spec.in_den != spec.timescale;
  if (line.now->track.stream.kind == av::Stream::Kind::audio && rounded) {
    if (!line.grid || !same_rate) line.grid.emplace(spec.timescale);
  } else {
    line.grid.reset();
  }
}

void Assembly::emit(Raw raw, std::vector<Item>& items) {
  if (!raw.video && first_) {
    if (at(raw) < *first_) return;
    first_.reset();
  }
  if (!follow(raw, items)) return;
  items.emplace_back(place(std::move(raw)));
}

Unit Assembly::place(Raw raw) {
  auto& line = raw.video ? video_ : audio_;
  const auto timescale = line.now->stamps.timescale;
  auto placed = repair_.repair(*line.index, raw.stamp, now_);
  if (raw.nanoseconds != 0) {
    placed.dts += static_cast<std::uint64_t>(rescale(raw.nanoseconds, timescale, ns_per_second));
  }
  if (line.grid) {
    placed.dts = line.grid->place(placed.dts, raw.samples);
    if (raw.samples != 0) placed.duration = raw.samples;
  }
  Unit out;
  out.video = raw.video;
  out.key = raw.key;
  out.dts = static_cast<std::int64_t>(placed.dts);
  out.pts = out.dts + placed.composition;
  out.duration = placed.duration;
  out.packet = std::move(raw.packet);
  out.packet.set_times(out.dts, raw.ordered ? std::optional{out.pts} : std::nullopt, out.duration);
  out.packet.set_key(out.key);
  now_ = moment(out.dts, 1, timescale);
  return out;
}

}  // namespace live::media_in
