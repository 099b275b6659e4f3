// Items as a packer makes them, of a size that the test says.
#pragma once

#include "tools/social-relay/item.hpp"

#include <cstddef>
#include <memory>

namespace social_relay::test {

inline std::shared_ptr<const Tracks> tracks() {
  auto out = std::make_shared<Tracks>();
  out->video.emplace().codec = live::codec::Codec::avc;
  out->audio.emplace().codec = live::codec::Codec::aac;
  return out;
}

inline SharedItem item(bool video, bool key, live::Ms at, std::size_t size = 100,
                       std::shared_ptr<const Tracks> of = {}) {
  auto out = std::make_shared<Item>();
  out->video = video;
  out->key = key;
  out->at = at;
  out->body = live::rtmp::Payload{live::Buffer(size)};
  out->tracks = std::move(of);
  return out;
}
inline SharedItem picture(live::Ms at, bool key = false, std::size_t size = 100) {
  return item(true, key, at, size);
}
inline SharedItem sound(live::Ms at) { return item(false, false, at); }
inline SharedItem disposable(live::Ms at) {
  auto out = std::make_shared<Item>(*picture(at));
  out->disposable = true;
  return out;
}

}  // namespace social_relay::test
