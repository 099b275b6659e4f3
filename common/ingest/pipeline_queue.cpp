#include "common/ingest/pipeline_queue.hpp"

#include <algorithm>
#include <utility>

namespace live::ingest {
namespace {

// What an item takes beside its media: frames of a few bytes must not outgrow the limit by their number.
constexpr std::size_t item_bytes = 256, piece_bytes = 48;

std::size_t size_of(const Buffer* header) { return header == nullptr ? 0 : header->size(); }

}  // namespace

std::size_t PipelineQueue::Item::cost() const {
  return media.size + item_bytes + piece_bytes * media.pieces.size();
}

const Buffer* PipelineQueue::in_front(const Item& item, const Headers* had) {
  if (!item.start() || item.headers.get() == had) return nullptr;
  const bool changes = had != nullptr && item.headers->change != nullptr;
  return changes ? item.headers->change.get() : item.headers->whole.get();
}

void PipelineQueue::header(std::shared_ptr<const Buffer> header,
                           std::shared_ptr<const Buffer> change) {
  headers_ = std::make_shared<const Headers>(Headers{std::move(header), std::move(change)});
}

void PipelineQueue::push(Gather media, bool start) {
  if (media.size == 0) return;
  if (start) {
    skipping_ = false;
    begun_ = true;
    if (!headers_) header(nullptr, nullptr);
  }
  Item item{std::move(media), start ? headers_ : nullptr};
  if (!skipping_) make_room_for(item);
  if (skipping_) {
    if (begun_) counts_.dropped_bytes += item.media.size;
    return;
  }
  held_ += item.cost();
  counts_.queued += item.media.size;
  items_.push_back(std::move(item));
}

void PipelineQueue::refuse(const Gather& media, bool start) {
  if (start) begun_ = true;
  if (!begun_) return;
  skipping_ = true;
  counts_.dropped_gops += start ? 1U : 0U;
  counts_.dropped_bytes += media.size;
}

/// Sets skipping_ where there is none.  An empty queue takes anything: what is larger than the limit would never get
/// through.
void PipelineQueue::make_room_for(const Item& item) {
  while (!items_.empty() && held_ + item.cost() > limit_) {
    const auto dropped = drop_a_group();
    if (dropped == Dropped::older || (dropped == Dropped::newest && item.start())) continue;
    skipping_ = true;
    if (dropped == Dropped::none)
      ++counts_.dropped_gops;  // the one that loses its end, or begins here
    return;
  }
}

void PipelineQueue::drop(const Item& item) {
  held_ -= item.cost();
  counts_.queued -= item.media.size;
  counts_.dropped_bytes += item.media.size;
}

PipelineQueue::Dropped PipelineQueue::drop_a_group() {
  const auto is_start = [](const Item& item) { return item.start(); };
  const auto begin = items_.begin() + (written_ == 0 ? 0 : 1);
  const auto first = std::find_if(begin, items_.end(), is_start);
  if (first == items_.end()) return Dropped::none;
  const auto last = std::find_if(std::next(first), items_.end(), is_start);
  std::for_each(first, last, [this](const Item& item) { drop(item); });
  ++counts_.dropped_gops;
  const auto dropped = last == items_.end() ? Dropped::newest : Dropped::older;
  items_.erase(first, last);
  return dropped;
}

std::size_t PipelineQueue::peek(std::span<iovec> into) const {
  std::size_t count = 0, skip = written_;
  const auto add = [&](Bytes piece) {
    const auto left_out = std::min(skip, piece.size());
    skip -= left_out;
    piece = piece.subspan(left_out);
    // writev(2) reads it only
    if (!piece.empty() && count < into.size())
      into[count++] = {const_cast<std::uint8_t*>(piece.data()), piece.size()};
  };
  const auto* had = given_.get();
  for (auto item = items_.begin(); item != items_.end() && count < into.size(); ++item) {
    if (const auto* header = in_front(*item, had)) add(*header);
    if (item->start()) had = item->headers.get();
    for (const auto piece : item->media.pieces)
      add(piece);
  }
  return count;
}

void PipelineQueue::wrote(std::size_t bytes) {
  counts_.bytes += bytes;
  written_ += bytes;
  while (!items_.empty()) {
    const auto& item = items_.front();
    const auto whole = size_of(in_front(item, given_.get())) + item.media.size;
    if (written_ < whole) return;
    written_ -= whole;
    if (item.start()) given_ = item.headers;
    held_ -= item.cost();
    counts_.queued -= item.media.size;
    items_.pop_front();
  }
}

void PipelineQueue::begin_anew() {
  given_ = nullptr;
  const bool cut = std::exchange(written_, 0) > 0 || items_.empty() || !items_.front().start();
  if (cut && !(items_.empty() && skipping_)) ++counts_.dropped_gops;
  if (!cut) return;
  if (!items_.empty()) {
    do {
      drop(items_.front());
      items_.pop_front();
    } while (!items_.empty() && !items_.front().start());
  }
  if (items_.empty()) skipping_ = true;
}

void PipelineQueue::clear() {
  if (!items_.empty()) begin_anew();
  while (drop_a_group() != Dropped::none) {
  }
  skipping_ = true;
}

}  // namespace live::ingest
