#include "tools/rtmp-ingest/video_track.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rtmp_ingest {

using live::Buffer;
using live::Bytes;
using live::codec::Codec;
using live::flv::VideoPacket;

namespace {

/// What a sample points into when lengths were made.
struct Stitched {
  std::shared_ptr<Buffer> payload;
  Buffer lengths;
};

}  // namespace

void VideoTrack::begin(std::uint32_t codec_id) {
  codec_id_ = codec_id;
  codec_ = live::flv::video_codec(codec_id);
  header_.clear();
  sets_.reset();
  if (codec_ == Codec::avc || codec_ == Codec::hevc) sets_.emplace(*codec_, true);
  adopt({});
  stale_ = false;
  needs_key_ = true;
  has_idr_ = false;
  flagged_keys_ = 0;
}

void VideoTrack::adopt(std::optional<live::codec::Parameters> parameters) {
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
  if (!sets_) return adopt(live::flv::video_parameters(packet));
  sets_.emplace(*codec_, true);
  sets_->seed(packet.data);
  stale_ = true;
  if (!parameters_) refresh();
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

bool VideoTrack::is_key(const VideoPacket& packet, const live::codec::Sample& cut) {
  has_idr_ = has_idr_ || cut.key;
  if (cut.key || has_idr_ || !packet.key) return cut.key;
  return ++flagged_keys_ >= flagged_keys_to_believe;
}

bool VideoTrack::take_units(const VideoPacket& packet, const std::shared_ptr<Buffer>& payload,
                            live::mux::Sample& out) {
  auto cut = sets_->take_shared(packet.data, scratch_);
  stale_ = stale_ || cut.new_sets;
  if (!cut.slice) return false;
  out.key = is_key(packet, cut);
  if (out.key && (stale_ || !parameters_)) refresh();
  out.pieces = std::move(cut.pieces);
  out.size = cut.size;
  out.owner = payload;
  if (!scratch_.empty())
    out.owner = std::make_shared<const Stitched>(Stitched{payload, std::exchange(scratch_, {})});
  return true;
}

bool VideoTrack::take(const VideoPacket& packet, const std::shared_ptr<Buffer>& payload,
                      live::mux::Sample& out) {
  if (packet.codec_id != codec_id_) begin(packet.codec_id);
  if (!codec_) return false;
  if (sets_) {
    if (!take_units(packet, payload, out)) return false;
  } else {
    auto bytes = packet.data;
    // A temporal delimiter OBU does not belong into a sample (AV1 in ISOBMFF §2.4).
    constexpr std::array<std::uint8_t, 2> delimiter{0x12, 0x00};
    if (codec_ == Codec::av1 && bytes.size() > 2 && std::ranges::equal(bytes.first(2), delimiter))
      bytes = bytes.subspan(2);
    out.key = packet.key;
    if (out.key && parameters_ && parameters_->width == 0) {
      auto whole = *parameters_;
      if (live::flv::complete_video(whole, bytes)) adopt(std::move(whole));
    }
    out.pieces.assign(1, bytes);
    out.size = bytes.size();
    out.owner = payload;
  }
  if (needs_key_ && !(out.key && parameters_)) return false;
  needs_key_ = false;
  return true;
}

}  // namespace rtmp_ingest
