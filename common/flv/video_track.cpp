#include "common/flv/video_track.hpp"

#include "common/codec/records.hpp"
#include "common/flv/color_info.hpp"

#include <algorithm>
#include <utility>

namespace live::flv {

using codec::Codec;

void VideoTrack::begin(std::uint32_t codec_id) {
  codec_id_ = codec_id;
  codec_ = video_codec(codec_id);
  header_.clear();
  colour_.reset();
  sets_.reset();
  if (codec_ == Codec::avc || codec_ == Codec::hevc) sets_.emplace(*codec_, true);
  adopt({});
  stale_ = false;
  needs_key_ = true;
  has_idr_ = false;
  flagged_keys_ = 0;
}

void VideoTrack::adopt(std::optional<codec::Parameters> parameters) {
  if (parameters == parameters_) return;
  parameters_ = std::move(parameters);
  changed_ = true;
}

bool VideoTrack::is_news(const VideoPacket& header) const {
  return header.codec_id != codec_id_ || !std::ranges::equal(header_, header.data);
}

void VideoTrack::header(const VideoPacket& packet) {
  if (!is_news(packet)) return;
  if (packet.codec_id != codec_id_) begin(packet.codec_id);
  if (!codec_) return;
  header_.assign(packet.data.begin(), packet.data.end());
  if (!sets_) return adopt(video_parameters(packet));
  sets_.emplace(*codec_, true);
  sets_->seed(packet.data);
  stale_ = true;
  if (!parameters_) refresh();
}

void VideoTrack::metadata(const VideoPacket& packet) {
  auto told = read_color_info(packet.data);
  if (!told || !video_codec(packet.codec_id)) return;
  if (!codec_) begin(packet.codec_id);  // it may come before the header
  if (packet.codec_id != codec_id_ || told->colour == colour_) return;
  colour_ = told->colour;
  changed_ = true;
}

void VideoTrack::refresh() {
  auto found = sets_->parameters();
  if (!found) return;
  stale_ = false;
  if (sets_->claims() && !sets_->cannot_reorder()) {
    sets_->drop_claim();
    found = sets_->parameters();
  }
  adopt(std::move(found));
}

bool VideoTrack::is_key(const VideoPacket& packet, const codec::Sample& cut) {
  has_idr_ = has_idr_ || cut.key;
  if (cut.key || has_idr_ || !packet.key) return cut.key;
  return ++flagged_keys_ >= flagged_keys_to_believe;
}

bool VideoTrack::take_units(const VideoPacket& packet, codec::Sample& out, Buffer& scratch) {
  out = sets_->take_shared(packet.data, scratch);
  stale_ = stale_ || out.new_sets;
  if (!out.slice) return false;
  out.key = is_key(packet, out);
  if (out.key && (stale_ || !parameters_)) refresh();
  return true;
}

bool VideoTrack::take(const VideoPacket& packet, codec::Sample& out, Buffer& scratch) {
  if (packet.codec_id != codec_id_) begin(packet.codec_id);
  if (!codec_) return false;
  if (sets_) {
    if (!take_units(packet, out, scratch)) return false;
  } else {
    scratch.clear();
    auto bytes = packet.data;
    if (codec_ == Codec::av1) bytes = codec::without_temporal_delimiter(bytes);
    out = {};
    out.key = packet.key;
    if (out.key && parameters_ && parameters_->width == 0) {
      auto whole = *parameters_;
      if (complete_video(whole, bytes)) adopt(std::move(whole));
    }
    out.pieces.assign(1, bytes);
    out.size = bytes.size();
  }
  if (needs_key_ && !(out.key && parameters_)) return false;
  needs_key_ = false;
  return true;
}

}  // namespace live::flv
