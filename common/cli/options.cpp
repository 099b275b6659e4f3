#include "common/cli/options.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include <CLI/CLI.hpp>

namespace live::cli {
namespace {

/// How one kind of value is read, written and named in --help.
template <class T>
struct Kind {
  std::optional<T> (*parse)(std::string_view);
  std::string (*format)(const T&);
  const char* type_name;
  const char* complaint;
};

using Ms = std::chrono::milliseconds;

const Kind<Ms> duration_kind{parse_duration, [](const Ms& ms) { return format_duration(ms); },
                             "DURATION", "is no duration like 500ms, 4s or 2m"};
const Kind<std::uint64_t> size_kind{parse_size,
                                    [](const std::uint64_t& n) { return format_size(n); }, "SIZE",
                                    "is no size like 64k, 4M or 2G"};
const Kind<std::uint64_t> bit_rate_kind{parse_bit_rate,
                                        [](const std::uint64_t& n) { return format_bit_rate(n); },
                                        "RATE", "is no bit rate like 64000, 2800k or 2.5M"};
const Kind<Address> address_kind{parse_address, format_address, "ADDRESS",
                                 "is no address like host:port, :port or unix:PATH"};

/// `Target` is T or std::optional<T>.
template <class T, class Target>
CLI::Option* declare(CLI::App& app, const std::string& names, Target& target,
                     const std::string& help, const Kind<T>& kind) {
  auto* option = app.add_option_function<std::string>(
      names, [&target, &kind](const std::string& text) { target = *kind.parse(text); }, help);
  option->check([&kind](const std::string& text) {
    return kind.parse(text) ? std::string{} : printable(text) + " " + kind.complaint;
  });
  option->type_name(kind.type_name);
  if constexpr (std::is_same_v<T, Target>) option->default_str(kind.format(target));
  return option;
}

}  // namespace

CLI::Option* add_duration(CLI::App& app, const std::string& names, Ms& value,
                          const std::string& help) {
  return declare(app, names, value, help, duration_kind);
}
CLI::Option* add_duration(CLI::App& app, const std::string& names, std::optional<Ms>& value,
                          const std::string& help) {
  return declare(app, names, value, help, duration_kind);
}
CLI::Option* add_size(CLI::App& app, const std::string& names, std::uint64_t& bytes,
                      const std::string& help) {
  return declare(app, names, bytes, help, size_kind);
}
CLI::Option* add_bit_rate(CLI::App& app, const std::string& names, std::uint64_t& bits_per_second,
                          const std::string& help) {
  return declare(app, names, bits_per_second, help, bit_rate_kind);
}
CLI::Option* add_bit_rate(CLI::App& app, const std::string& names,
                          std::optional<std::uint64_t>& bits_per_second, const std::string& help) {
  return declare(app, names, bits_per_second, help, bit_rate_kind);
}
CLI::Option* add_address(CLI::App& app, const std::string& names, Address& value,
                         const std::string& help) {
  return declare(app, names, value, help, address_kind);
}
CLI::Option* add_address(CLI::App& app, const std::string& names, std::optional<Address>& value,
                         const std::string& help) {
  return declare(app, names, value, help, address_kind);
}

CLI::Option* add_choice(CLI::App& app, const std::string& names, std::vector<std::string> words,
                        std::function<void(std::size_t)> choose, const std::string& standard,
                        const std::string& help) {
  std::string all;
  for (const auto& word : words)
    all += all.empty() ? word : "|" + word;
  const auto on_word = [words = std::move(words), choose = std::move(choose), all,
                        names](const std::string& word) {
    const auto found = std::ranges::find(words, word);
    if (found == words.end())
      throw CLI::ValidationError{names, printable(word) + " is none of " + all};
    choose(static_cast<std::size_t>(found - words.begin()));
  };
  auto* option = app.add_option_function<std::string>(names, on_word, help)->type_name(all);
  return standard.empty() ? option : option->default_str(standard);
}

}  // namespace live::cli
