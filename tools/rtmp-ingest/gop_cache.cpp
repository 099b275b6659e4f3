#include "tools/rtmp-ingest/gop_cache.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

namespace rtmp_ingest {

void GopCache::clear() {
  blocks_.clear();
  prefaces_.clear();
  used_ = block_bytes;
  bytes_ = 0;
}

void GopCache::append(const void* bytes, std::size_t size) {
  const auto* from = static_cast<const std::uint8_t*>(bytes);
  while (size > 0) {
    if (used_ == block_bytes) {
      blocks_.push_back(std::make_unique_for_overwrite<Block>());
      used_ = 0;
    }
    const auto some = std::min(size, block_bytes - used_);
    std::memcpy(blocks_.back()->data() + used_, from, some);
    used_ += some;
    from += some;
    size -= some;
  }
}

void GopCache::push(const Passed& passed) {
  static_assert(std::is_trivially_copyable_v<Record>);
  const auto& payload = *passed.message.payload;
  if (passed.start) {
    clear();
  } else if (blocks_.empty()) {
    return;
  } else if (bytes_ + payload.size() > limit_) {
    return clear();
  }
  if (prefaces_.empty() || prefaces_.back() != passed.preface) prefaces_.push_back(passed.preface);
  const Record record{passed.message, passed.arrived, static_cast<std::uint32_t>(payload.size()),
                      static_cast<std::uint32_t>(prefaces_.size() - 1), passed.start};
  append(&record, sizeof record);
  append(payload.data(), payload.size());
  bytes_ += payload.size();
}

void GopCache::take(const std::function<void(Passed)>& each) {
  const auto blocks = std::exchange(blocks_, {});
  const auto prefaces = std::exchange(prefaces_, {});
  const auto end = blocks.empty() ? 0 : (blocks.size() - 1) * block_bytes + used_;
  clear();
  std::size_t at = 0;
  const auto read = [&](void* into, std::size_t size) {
    for (auto* to = static_cast<std::uint8_t*>(into); size > 0;) {
      const auto some = std::min(size, block_bytes - at % block_bytes);
      std::memcpy(to, blocks[at / block_bytes]->data() + at % block_bytes, some);
      at += some;
      to += some;
      size -= some;
    }
  };
  while (at < end) {
    Record record;
    read(&record, sizeof record);
    Passed passed;
    static_cast<live::rtmp::MessageHead&>(passed.message) = record.head;
    passed.message.payload = std::make_shared<live::Buffer>(record.size);
    read(passed.message.payload->data(), record.size);
    passed.start = record.start;
    passed.preface = prefaces[record.preface];
    passed.arrived = record.arrived;
    each(std::move(passed));
  }
}

}  // namespace rtmp_ingest
