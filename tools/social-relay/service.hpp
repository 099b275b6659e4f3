// The services that are known by name: where they take streams, and what they take.  Data; what changes in the world
// changes here, and a destinations file can say otherwise.
#pragma once

#include "tools/social-relay/limits.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace social_relay {

/// A version of the stream that is made for a service: --transcode NAME.
struct Preset {
  std::string name;
  std::uint32_t width = 0, height = 0;  ///< the picture is fitted within, bars added; even
  std::uint32_t frame_rate = 0;         ///< at most
  std::uint64_t video_bit_rate = 0, max_rate = 0, buffer_bits = 0;  ///< bits per second, and VBV
  std::uint64_t audio_bit_rate = 0;
  std::chrono::milliseconds key_interval{};
  bool operator==(const Preset&) const = default;
};

struct Service {
  std::string name;   ///< as --to and destination files say it
  std::string title;  ///< "YouTube"
  std::string url;    ///< without a key
  std::string backup_url;
  std::string
      server_url;  ///< "{server}" stands for a server that the operator chooses; empty: there is no choice
  std::vector<std::string> domains;  ///< hosts in them are of the service, whichever it is
  Limits limits;
  bool enhanced = false;  ///< takes codecs by FourCC (Enhanced RTMP)
};

std::span<const Service> services();
/// nullptr: none of that name.
const Service* find_service(std::string_view name);

std::span<const Preset> presets();
const Preset* find_preset(std::string_view name);

/// "youtube, facebook, twitch, x": for errors.
std::string service_names();
std::string preset_names();

}  // namespace social_relay
