#include "tools/social-relay/destination_file.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/redact.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace social_relay {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 256U << 10U;
constexpr std::array<std::string_view, 15> known_keys{
    "name",       "service",          "server",      "key",         "key-file",
    "url",        "backup-url",       "video-limit", "audio-limit", "key-interval",
    "size-limit", "frame-rate-limit", "codecs",      "transcode",   "on"};

using live::codec::Codec;
using CodecName = std::pair<std::string_view, Codec>;
constexpr std::array<CodecName, 10> codec_names{{
    {"h264", Codec::avc},
    {"h265", Codec::hevc},
    {"av1", Codec::av1},
    {"vp9", Codec::vp9},
    {"aac", Codec::aac},
    {"mp3", Codec::mp3},
    {"opus", Codec::opus},
    {"flac", Codec::flac},
    {"ac3", Codec::ac3},
    {"eac3", Codec::eac3},
}};

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out == 0) return {};
  return out;
}

/// "1920x1080", the longer side first.
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_picture_size(std::string_view text) {
  const auto cross = text.find('x');
  if (cross == std::string_view::npos) return {};
  const auto width = parse_number(text.substr(0, cross));
  const auto height = parse_number(text.substr(cross + 1));
  if (!width || !height) return {};
  return std::pair{std::max(*width, *height), std::min(*width, *height)};
}

/// One [[destination]] of a file.
class Entry {
 public:
  Entry(const fs::path& file, const toml::table& table) : file_(file), table_(table) {}

  Destination read() const {
    check_keys();
    auto out = text("url").empty() ? taken(at_known_service()) : at_own_url();
    read_backup(out);
    if (const auto name = text("name"); !name.empty()) {
      if (!live::is_stream_name(name)) wrong("name: letters, digits, '.', '_' and '-' only");
      out.label = name;
      out.named = true;
    }
    out.on = table_["on"].value_or(true);
    read_limits(out.limits);
    read_transcode(out);
    return out;
  }

 private:
  [[noreturn]] void wrong(const std::string& why) const {
    live::fail(live::Exit::config, "{}:{}: {}", file_.string(), table_.source().begin.line, why);
  }

  void check_keys() const {
    for (const auto& [key, value] : table_) {
      if (std::ranges::find(known_keys, key.str()) == known_keys.end())
        wrong(fmt::format("no such setting: {}", live::printable(key.str())));
      const bool flag = key.str() == "on" || key.str() == "transcode";
      if (!value.is_string() && !(flag && value.is_boolean()))
        wrong(fmt::format("{}: a text in quotes is wanted", key.str()));
    }
  }

  [[nodiscard]] std::string text(std::string_view key) const {
    return table_[key].value_or(std::string{});
  }

  [[nodiscard]] bool has_key() const { return !text("key").empty() || !text("key-file").empty(); }

  [[nodiscard]] std::string key() const {
    const auto path = text("key-file");
    if (!path.empty() && !text("key").empty()) wrong("key and key-file: one of both");
    try {
      return live::resolve_secret(path.empty() ? text("key") : "file:" + path);
    } catch (const live::Failure& failure) {
      wrong(failure.what());
    }
  }

  [[nodiscard]] OrWhy<Destination> at_known_service() const {
    const auto* service = find_service(text("service"));
    if (service == nullptr)
      wrong(fmt::format("service: one of {}, or url = \"rtmp://host/app/name\"", service_names()));
    return at_service(*service, text("server"), key());
  }

  Destination taken(OrWhy<Destination> made) const {
    if (const auto* why = std::get_if<std::string>(&made)) wrong(*why);
    return std::get<Destination>(std::move(made));
  }

  [[nodiscard]] Destination at_own_url() const {
    if (!text("server").empty()) wrong("url and server: one of both");
    auto out = taken(has_key() ? at_url(text("url"), key()) : at_url(text("url")));
    if (text("service").empty()) return out;
    const auto* service = find_service(text("service"));
    if (service == nullptr) wrong(fmt::format("service: one of {}", service_names()));
    become(out, *service);
    return out;
  }

  void read_backup(Destination& out) const {
    const auto url = text("backup-url");
    if (!url.empty()) out.backup = taken(has_key() ? at_url(url, key()) : at_url(url)).url;
  }

  void read_limits(Limits& limits) const {
    const auto bit_rate = [&](std::string_view name, std::uint64_t& into) {
      if (text(name).empty()) return;
      const auto value = live::parse_bit_rate(text(name));
      if (!value) wrong(fmt::format("{}: a bit rate such as 6000k is wanted", name));
      into = *value;
    };
    bit_rate("video-limit", limits.video_bit_rate);
    bit_rate("audio-limit", limits.audio_bit_rate);
    if (!text("key-interval").empty()) {
      const auto value = live::parse_duration(text("key-interval"));
      if (!value) wrong("key-interval: a duration such as 2s is wanted");
      limits.key_interval = *value;
    }
    if (!text("size-limit").empty()) {
      const auto size = parse_picture_size(text("size-limit"));
      if (!size) wrong("size-limit: a size such as 1920x1080 is wanted");
      std::tie(limits.width, limits.height) = *size;
    }
    if (!text("frame-rate-limit").empty()) {
      const auto rate = parse_number(text("frame-rate-limit"));
      if (!rate) wrong("frame-rate-limit: a number such as 60 is wanted");
      limits.frame_rate = *rate;
    }
    read_codecs(limits);
  }

  /// Of the kind that is not among them, all that the service takes.
  void read_codecs(Limits& limits) const {
    std::vector<Codec> video, audio;
    std::istringstream names{text("codecs")};
    for (std::string name; names >> name;) {
      const auto found = std::ranges::find(codec_names, name, &CodecName::first);
      if (found == codec_names.end())
        wrong("codecs: some of h264, h265, av1, vp9, aac, mp3, opus, flac, ac3 and eac3");
      (live::codec::is_video(found->second) ? video : audio).push_back(found->second);
    }
    if (!video.empty()) limits.video = std::move(video);
    if (!audio.empty()) limits.audio = std::move(audio);
  }

  void read_transcode(Destination& out) const {
    const auto flag = table_["transcode"].value<bool>();
    const auto name = flag ? (*flag ? out.service : "") : text("transcode");
    if (name.empty() && !flag.value_or(false)) return;
    const auto* preset = find_preset(name);
    if (preset == nullptr) wrong(fmt::format("transcode: one of {}", preset_names()));
    out.transcode = *preset;
  }

  const fs::path& file_;
  const toml::table& table_;
};

}  // namespace

std::vector<Destination> read_destinations(const fs::path& file) {
  const auto text = live::read_file(file, max_file_bytes);
  const auto parsed = toml::parse(text);
  if (!parsed) {
    // The parser's own words may repeat a line, and with it a key.
    live::fail(live::Exit::config, "{}:{}: this is not TOML", file.string(),
               parsed.error().source().begin.line);
  }
  std::vector<Destination> out;
  for (const auto& [key, value] : parsed.table()) {
    if (key.str() != "destination" || !value.is_array_of_tables())
      live::fail(live::Exit::config, "{}:{}: only [[destination]] stands here", file.string(),
                 value.source().begin.line);
    for (const auto& entry : *value.as_array())
      out.push_back(Entry{file, *entry.as_table()}.read());
  }
  if (out.size() > most_destinations)
    live::fail(live::Exit::config, "{}: more than {} destinations", file.string(),
               most_destinations);
  std::set<std::string> labels;
  for (const auto& destination : out) {
    if (destination.named && !labels.insert(destination.label).second)
      live::fail(live::Exit::config, "{}: the name {} stands twice", file.string(),
                 destination.label);
  }
  return out;
}

}  // namespace social_relay
