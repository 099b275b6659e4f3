#include "tools/social-relay/version.hpp"

#include "common/base/text.hpp"
#include "tools/social-relay/packer.hpp"

#include <vector>

#include <fmt/format.h>

namespace social_relay {
namespace {

using live::codec::Codec;
using live::media_in::Epoch;
using live::media_in::Track;

bool accepts(const Destination& to, const std::vector<Codec>& codecs, const Track& track) {
  return track.parameters && takes(codecs, track.parameters->codec) &&
         (to.enhanced || !is_enhanced(track.parameters->codec));
}

bool wants_four_cc(const std::optional<Track>& track) {
  return track && track->parameters && is_enhanced(track->parameters->codec);
}

}  // namespace

OrWhy<Version> choose_version(const Destination& to, const Epoch& epoch) {
  if (to.transcode) return Version{false, to.transcode};
  if (epoch.video && !accepts(to, to.limits.video, *epoch.video)) {
    const auto mend = mend_of(to);
    return fmt::format("{} does not take {} video{}{}", to.title,
                       epoch.video->parameters
                           ? live::codec::to_text(epoch.video->parameters->codec)
                           : live::printable(epoch.video->stream.name),
                       mend.empty() ? "" : ": ", mend);
  }
  return Version{epoch.audio && !accepts(to, to.limits.audio, *epoch.audio), {}};
}

bool needs_enhanced(const Version& version, const Epoch& epoch) {
  if (version.preset) return false;
  return wants_four_cc(epoch.video) || (!version.aac && wants_four_cc(epoch.audio));
}

std::string mend_of(const Destination& destination) {
  if (destination.transcode || find_preset(destination.service) == nullptr) return {};
  return "add --transcode " + destination.service;
}

}  // namespace social_relay
