#include "tools/rtsp2fmp4/access_units.hpp"

#include "common/codec/nal.hpp"

#include <algorithm>
#include <utility>

namespace rtsp2fmp4 {

using live::Bytes;
using live::av::Packet;

void AccessUnits::push(Packet packet, const Arrival& arrival, const Sink& sink) {
  Part part{std::move(packet), {}};
  auto cut = sets_.take(part.packet.bytes(), part.scratch);
  changed_ = changed_ || cut.new_sets;
  if (cut.pieces.empty()) return;
  const auto pts = part.packet.pts();
  const auto stamp = live::timeline::Stamp{part.packet.dts(), pts, part.packet.duration()};
  auto begun = [&] {
    Pending unit;
    unit.sample.stamp = stamp;
    unit.sample.arrival = arrival;
    unit.sample.key = false;
    return unit;
  };

  if (!cut.first_slice && !holds_slice(cut)) {  // SEI on its own way
    if (!prefix_ || prefix_->packets >= most_packets) prefix_ = begun();
    append(*prefix_, std::move(part), cut);
    return;
  }
  if (!cut.first_slice) {
    if (pending_ && pending_->packets < most_packets) {
      ++merged_;
      append(*pending_, std::move(part), cut);
      if (pending_->packets >= expected(pending_->sample.key) &&
          expected(pending_->sample.key) > 0) {
        give_out(sink);
      }
      return;
    }
    if (merge_ && pts && pts == last_pts_) {
      ++late_;
      expected(last_key_) = std::min(++last_packets_, most_packets);
      return;
    }
  }
  if (pending_) {
    expected(pending_->sample.key) = pending_->packets;
    give_out(sink);
  }
  pending_ = prefix_ ? std::exchange(prefix_, {}) : begun();
  pending_->packets = 0;
  append(*pending_, std::move(part), cut);
  const auto wanted = merge_ ? expected(pending_->sample.key) : 1;
  if (wanted > 0 && pending_->packets >= wanted) give_out(sink);
}

/// Takes the pieces out of `cut`.
void AccessUnits::append(Pending& unit, Part part, live::codec::Sample& cut) {
  auto& sample = unit.sample;
  if (sample.pieces.empty()) {
    sample.pieces = std::move(cut.pieces);
  } else {
    sample.pieces.insert(sample.pieces.end(), cut.pieces.begin(), cut.pieces.end());
  }
  sample.size += cut.size;
  sample.key = sample.key || cut.key;
  sample.parts.push_back(std::move(part));
  ++unit.packets;
}

bool AccessUnits::holds_slice(const live::codec::Sample& cut) const {
  live::Buffer whole;  // a rare path: packets without the first slice of a picture
  for (const auto piece : cut.pieces)
    whole.insert(whole.end(), piece.begin(), piece.end());
  const auto nals = live::codec::split_length_prefixed(whole, 4);
  return std::ranges::any_of(nals,
                             [this](Bytes nal) { return live::codec::is_slice(codec_, nal); });
}

void AccessUnits::give_out(const Sink& sink) {
  auto unit = std::move(*pending_);
  pending_.reset();
  last_pts_ = unit.sample.stamp.pts;
  last_packets_ = unit.packets;
  last_key_ = unit.sample.key;
  sink(std::move(unit.sample));
}

void AccessUnits::flush(const Sink& sink) {
  prefix_.reset();
  if (pending_) give_out(sink);
}

}  // namespace rtsp2fmp4
