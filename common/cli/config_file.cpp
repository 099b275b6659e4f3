#include "common/cli/config_file.hpp"

#include "common/base/ascii.hpp"
#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <CLI/CLI.hpp>

namespace live::cli {
namespace {

constexpr std::size_t largest_file = 1'048'576;
constexpr std::array<std::string_view, 3> not_in_files{"config", "help", "version"};

std::string_view unquote(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                      (value.front() == '"' || value.front() == '\'');
  return quoted ? value.substr(1, value.size() - 2) : value;
}

CLI::Option* find_option(CLI::App& app, const std::string& key) {
  if (std::ranges::find(not_in_files, key) != not_in_files.end()) return nullptr;
  if (auto* option = app.get_option_no_throw("--" + key)) return option;
  return app.get_option_no_throw(key);  // a positional
}

/// Of a flag, or of an option that may stand alone, "true" is what it means without a value.
std::string value_of(const CLI::Option& option, const ConfigLine& line) {
  if (option.get_expected_max() == 0) return option.get_flag_value(line.key, line.value);
  const bool alone = option.get_expected_min() == 0 && line.value == "true";
  return alone ? option.get_flag_value(line.key, {}) : line.value;
}

std::string without_name(const std::string& what, const std::string& name) {
  return what.starts_with(name + ": ") ? what.substr(name.size() + 2) : what;
}

}  // namespace

std::vector<ConfigLine> parse_config(std::string_view text, const std::string& name) {
  std::vector<ConfigLine> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[')
      fail(Exit::config, "{}:{}: there are no sections in this file", name, number);
    const auto equals = std::min(line.find('='), line.size());
    const auto key = trimmed(line.substr(0, equals));
    if (key.empty() || key.find_first_of(" \t") != std::string_view::npos)
      fail(Exit::config, "{}:{}: expected OPTION = VALUE", name, number);
    const bool has_value = equals < line.size();
    lines.push_back({number, std::string{key.starts_with("--") ? key.substr(2) : key},
                     std::string{has_value ? unquote(trimmed(line.substr(equals + 1))) : "true"}});
  }
  return lines;
}

void apply_config(CLI::App& app, const std::string& path) {
  std::string text;
  try {
    text = read_file(path, largest_file);
  } catch (const Failure& failure) {
    fail(Exit::config, "{}", failure.what());
  }
  std::map<CLI::Option*, std::size_t> last_lines;
  const auto complain = [&](std::size_t line, const std::string& key, const std::string& why) {
    fail(Exit::config, "{}:{}: {}: {}", path, line, printable(key), why);
  };
  for (const auto& line : parse_config(text, path)) {
    auto* option = find_option(app, line.key);
    if (option == nullptr) complain(line.number, line.key, "no such option");
    try {
      option->add_result(value_of(*option, line));
    } catch (const CLI::Error& error) {
      complain(line.number, line.key, error.what());
    }
    last_lines[option] = line.number;
  }
  for (const auto& [option, line] : last_lines) {
    try {
      option->run_callback();
      option->clear();  // or the command line would add to it
      option->required(false);
    } catch (const CLI::Error& error) {
      complain(line, option->get_name(), without_name(error.what(), option->get_name()));
    }
  }
}

}  // namespace live::cli
