#include "tools/social-relay/version.hpp"

#include "tools/social-relay/copy_maker.hpp"

#include <utility>

namespace social_relay {

std::unique_ptr<Maker> make_maker(const Version& version, Maker::Sink sink) {
  return std::make_unique<CopyMaker>(version.aac, std::move(sink));
}

}  // namespace social_relay
