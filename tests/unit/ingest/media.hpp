// Text as media, for the tests of pipelines.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/gather.hpp"

#include <memory>
#include <string_view>

namespace live::test {

inline std::shared_ptr<const Buffer> buffer(std::string_view text) {
  return std::make_shared<const Buffer>(text.begin(), text.end());
}

inline Gather gather(std::string_view text) {
  Gather media;
  media.add(buffer(text));
  return media;
}

}  // namespace live::test
