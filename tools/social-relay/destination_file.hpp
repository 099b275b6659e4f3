// Destinations in a file of TOML (--destinations).
//
//   [[destination]]
//   name = "main"              # how it is called everywhere; else youtube#1 and so on
//   service = "youtube"        # youtube, facebook, twitch, x; or url below, or both: a server to be treated as that service
//   server = "jfk50"           # Twitch and X: which one
//   key = "abcd-efgh"          # literally, or env:NAME, file:PATH
//   key-file = "/etc/keys/yt"
//   url = "rtmps://host/app/name"  # without the name, where there is a key
//   backup-url = "rtmps://b.host/app/name"
//   video-limit = "6000k"      # what it takes, where that is not the service's
//   audio-limit = "160k"
//   key-interval = "2s"
//   size-limit = "1920x1080"
//   frame-rate-limit = "60"
//   codecs = "h264 aac"
//   transcode = "twitch"       # or true: the service's preset
//   on = true
#pragma once

#include "tools/social-relay/destination.hpp"

#include <filesystem>
#include <vector>

namespace social_relay {

/// Labels are not numbered.  Throws Failure: no_input when the file cannot be read, config for what is wrong in it, with its line
/// ("FILE:LINE: why").  No message holds a secret.
std::vector<Destination> read_destinations(const std::filesystem::path& file);

}  // namespace social_relay
