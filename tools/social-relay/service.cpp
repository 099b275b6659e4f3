#include "tools/social-relay/service.hpp"

#include <algorithm>

namespace social_relay {
namespace {

using namespace std::chrono_literals;
using live::codec::Codec;

constexpr std::uint64_t kilo = 1000;

const std::vector<Service>& table() {
  static const std::vector<Service> services{
      {.name = "youtube",
       .title = "YouTube",
       .url = "rtmps://a.rtmps.youtube.com:443/live2",
       .backup_url = "rtmps://b.rtmps.youtube.com:443/live2?backup=1",
       .server_url = {},
       .domains = {"youtube.com"},
       .limits = {51'000 * kilo,
                  160 * kilo,
                  4s,
                  3840,
                  2160,
                  60,
                  {Codec::avc, Codec::hevc, Codec::av1},
                  {Codec::aac, Codec::mp3}},
       .enhanced = true},
      {.name = "facebook",
       .title = "Facebook",
       .url = "rtmps://rtmp-api.facebook.com:443/rtmp",
       .backup_url = {},
       .server_url = {},
       .domains = {"facebook.com"},
       .limits = {9'000 * kilo, 128 * kilo, 2s, 1920, 1080, 60, {Codec::avc}, {Codec::aac}},
       .enhanced = false},
      {.name = "twitch",
       .title = "Twitch",
       .url = "rtmps://ingest.global-contribute.live-video.net:443/app",
       .backup_url = {},
       .server_url = "rtmps://{server}.contribute.live-video.net:443/app",
       .domains = {"contribute.live-video.net", "ingest.global-contribute.live-video.net",
                   "twitch.tv"},
       .limits = {6'000 * kilo, 320 * kilo, 2s, 1920, 1080, 60, {Codec::avc}, {Codec::aac}},
       .enhanced = false},
      {.name = "x",
       .title = "X",
       .url = "rtmps://va.pscp.tv:443/x",
       .backup_url = {},
       .server_url = "rtmps://{server}.pscp.tv:443/x",
       .domains = {"pscp.tv"},
       .limits = {12'000 * kilo, 128 * kilo, 3s, 1920, 1080, 60, {Codec::avc}, {Codec::aac}},
       .enhanced = false},
  };
  return services;
}

const std::vector<Preset>& preset_table() {
  static const std::vector<Preset> presets{
      {"twitch", 1280, 720, 30, 3'500 * kilo, 3'750 * kilo, 4'200 * kilo, 160 * kilo, 2s},
      {"youtube", 1920, 1080, 30, 6'800 * kilo, 7'500 * kilo, 10'000 * kilo, 128 * kilo, 2s},
      {"facebook", 1280, 720, 30, 4'000 * kilo, 4'300 * kilo, 6'000 * kilo, 128 * kilo, 2s},
      {"x", 1280, 720, 30, 4'000 * kilo, 4'300 * kilo, 6'000 * kilo, 128 * kilo, 3s},
  };
  return presets;
}

template <class Row>
const Row* find(const std::vector<Row>& rows, std::string_view name) {
  const auto found = std::ranges::find(rows, name, &Row::name);
  return found == rows.end() ? nullptr : &*found;
}

template <class Row>
std::string names(const std::vector<Row>& rows) {
  std::string out;
  for (const auto& row : rows)
    out += (out.empty() ? "" : ", ") + row.name;
  return out;
}

}  // namespace

std::span<const Service> services() { return table(); }
const Service* find_service(std::string_view name) { return find(table(), name); }
std::span<const Preset> presets() { return preset_table(); }
const Preset* find_preset(std::string_view name) { return find(preset_table(), name); }
std::string service_names() { return names(table()); }
std::string preset_names() { return names(preset_table()); }

}  // namespace social_relay
