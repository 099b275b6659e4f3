#include "common/rtmp/payload.hpp"

#include <algorithm>
#include <cassert>

namespace live::rtmp {

Payload::Payload(Buffer whole) : size_(whole.size()) {
  const auto kept = std::make_shared<const Buffer>(std::move(whole));
  at_ = {kept, kept->data()};
}

bool operator==(const Payload& a, Bytes b) { return std::ranges::equal(a, b); }
bool operator==(const Payload& a, const Payload& b) { return a == Bytes{b}; }

std::shared_ptr<std::uint8_t[]> Blocks::open(std::size_t size) {
  assert(!open_ && size <= most_bytes);
  if (!block_ || block_bytes - used_ < size) {
    block_ = std::make_shared_for_overwrite<std::uint8_t[]>(block_bytes);
    used_ = 0;
  }
  open_ = true;
  return {block_, block_.get() + used_};
}

void Blocks::part() {
  if (!open_ && used_ > block_bytes / 2) block_.reset();
}

void Blocks::close(std::size_t used) {
  assert(open_ && used <= block_bytes - used_);
  used_ += used;
  open_ = false;
}

}  // namespace live::rtmp
