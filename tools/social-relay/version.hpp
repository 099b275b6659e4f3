// A version of the stream, as one or several destinations want it: the input as it is, with another audio, or made anew.
#pragma once

#include "common/media_in/source.hpp"
#include "tools/social-relay/destination.hpp"
#include "tools/social-relay/service.hpp"

#include <memory>
#include <optional>
#include <string>

namespace social_relay {

struct Version {
  bool aac = false;              ///< the audio becomes AAC
  std::optional<Preset> preset;  ///< pictures and sound are made anew
  bool operator==(const Version&) const = default;
};

/// What `to` gets of an input with these tracks; or why nothing.
OrWhy<Version> choose_version(const Destination& to, const live::media_in::Epoch& epoch);
/// Are its codecs to be announced by FourCC?
bool needs_enhanced(const Version& version, const live::media_in::Epoch& epoch);
/// How an operator makes pictures fit for the destination ("add --transcode twitch"); empty when nothing does.
std::string mend_of(const Destination& destination);

using SharedUnit = std::shared_ptr<live::media_in::Unit>;

}  // namespace social_relay
