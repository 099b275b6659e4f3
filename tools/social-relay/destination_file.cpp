#include "tools/social-relay/destination_file.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/redact.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace social_relay {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 256U << 10U;
constexpr std::array<std::string_view, 11> known_keys{
    "name",        "service",     "server",       "key",       "key-file", "url",
    "video-limit", "audio-limit", "key-interval", "transcode", "on"};

/// One [[destination]] of a file.
class Entry {
 public:
  Entry(const fs::path& file, const toml::table& table) : file_(file), table_(table) {}

  Destination read() const {
    check_keys();
    auto made = text("url").empty() ? at_known_service() : at_url(text("url"));
    if (auto* why = std::get_if<std::string>(&made)) wrong(*why);
    auto out = std::get<Destination>(std::move(made));
    if (const auto name = text("name"); !name.empty()) {
      if (!live::is_stream_name(name)) wrong("name: letters, digits, '.', '_' and '-' only");
      out.label = name;
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

  void read_limits(Limits& limits) const {
    const auto bit_rate = [&](std::string_view name, std::uint64_t& into) {
      if (text(name).empty()) return;
      const auto value = live::parse_bit_rate(text(name));
      if (!value) wrong(fmt::format("{}: a bit rate such as 6000k is wanted", name));
      into = *value;
    };
    bit_rate("video-limit", limits.video_bit_rate);
    bit_rate("audio-limit", limits.audio_bit_rate);
    if (text("key-interval").empty()) return;
    const auto value = live::parse_duration(text("key-interval"));
    if (!value) wrong("key-interval: a duration such as 2s is wanted");
    limits.key_interval = *value;
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
  number_labels(out);
  std::set<std::string> labels;
  for (const auto& destination : out) {
    if (!labels.insert(destination.label).second)
      live::fail(live::Exit::config, "{}: the name {} stands twice", file.string(),
                 destination.label);
  }
  return out;
}

}  // namespace social_relay
