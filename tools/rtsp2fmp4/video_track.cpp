#include "tools/rtsp2fmp4/video_track.hpp"

#include "common/base/log.hpp"
#include "common/codec/avc.hpp"
#include "common/codec/nal.hpp"
#include "common/codec/records.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rtsp2fmp4 {
namespace {

using live::Bytes;
using live::av::Packet;
using live::codec::Codec;

bool has_parameter_sets(const live::av::Stream& stream) {
  return stream.carried == Codec::avc || stream.carried == Codec::hevc;
}

/// The first SPS that an init segment with these parameters holds.
std::optional<live::codec::avc::Sps> first_sps(const live::codec::Parameters& parameters) {
  const auto record = live::codec::avc::parse_avcc(parameters.config);
  if (!record || record->sps.empty()) return {};
  return live::codec::avc::parse_sps(record->sps.front());
}

/// pic_order_cnt_lsb of the first slice of `sample`.
std::optional<std::uint32_t> poc_lsb(const Sample& sample, const live::codec::avc::Sps& sps) {
  constexpr std::size_t enough = 4096;  // SEI may stand before the slice
  live::Buffer head;
  for (const auto piece : sample.pieces) {
    const auto room = enough - std::min(enough, head.size());
    head.insert(head.end(), piece.begin(),
                piece.begin() + static_cast<std::ptrdiff_t>(std::min(room, piece.size())));
  }
  Bytes rest{head};
  while (rest.size() > 4) {
    const auto size = std::min<std::uint64_t>(live::load_be(rest, 4), rest.size() - 4);
    const auto nal = rest.subspan(4, size);
    if (live::codec::is_slice(Codec::avc, nal)) {
      const auto header = live::codec::avc::parse_slice_header(nal, sps);
      if (!header) return {};
      return header->poc_lsb;
    }
    rest = rest.subspan(4 + size);
  }
  return {};
}

}  // namespace

VideoTrack::VideoTrack(const live::av::Stream& stream, const VideoPolicy& policy, Stats& stats,
                       Sink sink)
    : stream_(stream), policy_(policy), stats_(stats), sink_(std::move(sink)) {
  if (policy_.transcode) {
    transcoder_ = std::make_unique<live::av::VideoTranscoder>(stream);
    policy_.rtp = false;
  } else {
    adopt(stream);
  }
}

void VideoTrack::adopt(const live::av::Stream& coded) {
  stream_ = coded;
  stale_ = true;
  if (!has_parameter_sets(coded)) return;
  units_ = std::make_unique<AccessUnits>(*coded.carried, policy_.fix_sps && !coded.reordered,
                                         policy_.rtp);
  units_->sets().seed(coded.extradata);
}

void VideoTrack::push(Packet packet, const Arrival& arrival) {
  if (!transcoder_) return take(std::move(packet), arrival);
  bool encode = true;
  if (const auto pts = packet.pts(); pts && policy_.live) {
    const auto at = live::Ms{*pts * 1000 * stream_.time_base_num / stream_.time_base_den};
    encode = !lag_.behind(at, arrival.monotonic);
    if (!encode) {
      if (stats_.dropped_frames.value() == 0) {
        live::log::warn("video: transcoding is slower than real time; dropping frames");
      }
      stats_.dropped_frames.add();
    }
  }
  transcoder_->push(packet, encode, [this, &arrival](Packet coded) {
    const auto* now = transcoder_->stream();
    if (!units_ || now->width != stream_.width || now->height != stream_.height) adopt(*now);
    take(std::move(coded), arrival);
  });
}

void VideoTrack::take(Packet packet, const Arrival& arrival) {
  if (units_) {
    units_->push(std::move(packet), arrival,
                 [this](Sample sample) { start_or_hold(std::move(sample)); });
    stats_.late_slices.set(units_->late_slices());
    stats_.merged_packets.set(units_->merged());
  } else {
    take_unit(std::move(packet), arrival);
  }
}

/// AV1 and VP9: a packet is a unit.
void VideoTrack::take_unit(Packet packet, const Arrival& arrival) {
  Sample sample;
  sample.key = packet.key();
  sample.stamp = {packet.dts(), packet.pts(), packet.duration()};
  sample.arrival = arrival;
  sample.parts.push_back({std::move(packet), {}});
  Bytes bytes = sample.parts.front().packet.bytes();
  if (stream_.carried == Codec::av1) bytes = live::codec::without_temporal_delimiter(bytes);
  sample.pieces = {bytes};
  sample.size = bytes.size();
  start_or_hold(std::move(sample));
}

void VideoTrack::refresh_parameters() {
  stale_ = false;
  if (units_) {
    parameters_ = units_->sets().parameters();
    return;
  }
  live::codec::Parameters found{.codec = *stream_.carried, .config = stream_.extradata};
  found.width = stream_.width;
  found.height = stream_.height;
  found.sar_num = stream_.sar_num;
  found.sar_den = stream_.sar_den;
  parameters_ = std::move(found);
}

void VideoTrack::start_or_hold(Sample sample) {
  if (!started_) {
    if (sample.key) refresh_parameters();
    if (!sample.key || !parameters_) {
      stats_.dropped_frames.add();
      return;
    }
    if (!units_) {
      auto record = live::codec::parse_av1c(parameters_->config)
                        ? std::optional{parameters_->config}
                        : std::nullopt;
      const auto bytes = sample.pieces.front();
      if (stream_.carried == Codec::av1 && !record) record = live::codec::av1c_from_obus(bytes);
      if (stream_.carried == Codec::vp9) record = live::codec::vpcc_from_key_frame(bytes);
      if (!record) return;
      stream_.extradata = *record;
      refresh_parameters();
    }
    started_ = true;
    decided_ = !must_hold();
  }
  if (decided_) return give_out(std::move(sample));

  held_.push_back(std::move(sample));
  const auto reordered = reordered_at_start();
  if (!reordered || (*reordered && !stamp_first())) return;
  decided_ = true;
  if (*reordered) {
    reordered_ = true;
    units_->sets().drop_claim();
    stale_ = true;
  }
  for (auto& held : std::exchange(held_, {}))
    give_out(std::move(held));
}

/// RTP and raw Annex B: whether frames are reordered shows only in the frames.
bool VideoTrack::must_hold() const {
  return (policy_.rtp || !stream_.stamped) && units_ && !units_->sets().cannot_reorder();
}

std::optional<bool> VideoTrack::reordered_at_start() const {
  if (held_.size() < 2) return {};
  if (stream_.carried == Codec::avc) {
    // A frame's order count grows by 1 or 2; the first P frame of a group with B-frames is further on.
    const auto sps = first_sps(*parameters_);
    if (sps && sps->poc_type == 0) {
      const auto first = poc_lsb(held_[0], *sps);
      const auto second = poc_lsb(held_[1], *sps);
      if (first && second) {
        const auto step = (*second - *first) & ((1U << sps->log2_max_poc_lsb) - 1);
        return step > 2;
      }
    }
  }
  if (!stream_.stamped) return true;  // H.265: nothing here tells, so nothing is claimed
  const auto& previous = held_[held_.size() - 2].stamp.pts;
  const auto& newest = held_.back().stamp.pts;
  if (previous && newest && *newest < *previous) return true;
  if (held_.size() < most_held) return {};
  return false;
}

/// libavformat's RTP parser gives a session's first frame no stamp.  Without reordering the time line puts it
/// before the second; with it, its place shows as soon as the frames that follow it on the screen are there.
/// False while they are not.
bool VideoTrack::stamp_first() {
  auto& first = held_.front().stamp.pts;
  if (first || !stream_.stamped) return true;
  if (held_.size() <= most_held) return false;
  std::vector<std::int64_t> known;
  for (const auto& held : held_) {
    if (held.stamp.pts) known.push_back(*held.stamp.pts);
  }
  std::ranges::sort(known);
  if (known.size() >= 2) first = known[0] - (known[1] - known[0]);
  return true;
}

void VideoTrack::give_out(Sample sample) {
  if (units_ && units_->take_changed()) stale_ = true;
  if (sample.key && stale_) refresh_parameters();
  if (!stream_.stamped) number(sample);
  if (stream_.stamped && sample.stamp.pts) watch(*sample.stamp.pts);
  sink_(std::move(sample));
}

/// Raw Annex B: frames are counted, and where H.264 is reordered its picture order count tells the screen's turn.
void VideoTrack::number(Sample& sample) {
  const auto ticks = static_cast<std::int64_t>(stream_.time_base_den) /
                     (static_cast<std::int64_t>(stream_.time_base_num) * policy_.rate);
  const auto index = counted_++;
  sample.stamp.dts = sample.stamp.pts = index * ticks;
  sample.stamp.duration = ticks;
  if (!reordered_ || stream_.carried != Codec::avc || !parameters_) return;
  const auto sps = first_sps(*parameters_);
  if (!sps || sps->poc_type != 0) return;
  const auto lsb = poc_lsb(sample, *sps);
  if (!lsb) return;
  if (!output_order_ || sample.key) output_order_.emplace(sps->log2_max_poc_lsb);
  const std::int64_t depth = sps->max_num_reorder_frames.value_or(2);
  sample.stamp.pts = (output_order_->place(index, sample.key, *lsb) + depth) * ticks;
}

void VideoTrack::watch(std::int64_t pts) {
  if (!units_ || !units_->sets().claims() || !reorder_watch_.sees(pts)) return;
  live::log::info(
      "video: frames are reordered; the next key frame begins an init segment that says so");
  units_->sets().drop_claim();
  reordered_ = stale_ = true;
}

void VideoTrack::flush() {
  if (units_) {
    units_->flush([this](Sample sample) { start_or_hold(std::move(sample)); });
  }
  decided_ = true;
  for (auto& held : std::exchange(held_, {}))
    give_out(std::move(held));
}

}  // namespace rtsp2fmp4
