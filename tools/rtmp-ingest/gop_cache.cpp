#include "tools/rtmp-ingest/gop_cache.hpp"

#include <utility>

namespace rtmp_ingest {

void GopCache::clear() {
  messages_.clear();
  bytes_ = 0;
}

void GopCache::push(Passed passed) {
  if (passed.start) {
    clear();
  } else if (messages_.empty()) {
    return;
  }
  bytes_ += passed.message.payload.size();
  messages_.push_back(std::move(passed));
  // Many small messages weigh more than their bytes.
  if (bytes_ + messages_.size() * sizeof(Passed) > limit_) clear();
}

void GopCache::take(const std::function<void(Passed)>& each) {
  for (auto& passed : std::exchange(messages_, {}))
    each(std::move(passed));
  clear();
}

}  // namespace rtmp_ingest
