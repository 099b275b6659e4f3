// Options of the types that CLI11 does not know.  The manual's forms: 500ms 4s 2m, 4M, 2800k,
// host:port.
#pragma once

#include "common/base/text.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
class Option;
}  // namespace CLI

namespace live::cli {

// Each declares the option `names` ("--timeout" or "-t,--timeout") on `app`, bound to `value`,
// whose content is the default that --help shows.  A text that is none of its kind is refused with
// a line that shows one that is.  In a configuration file an option is set without CLI11 counting
// it: where it matters whether it was given, use the std::optional form, not Option::count().

CLI::Option* add_duration(CLI::App& app, const std::string& names, std::chrono::milliseconds& value,
                          const std::string& help);
CLI::Option* add_duration(CLI::App& app, const std::string& names,
                          std::optional<std::chrono::milliseconds>& value, const std::string& help);
CLI::Option* add_size(CLI::App& app, const std::string& names, std::uint64_t& bytes,
                      const std::string& help);
CLI::Option* add_bit_rate(CLI::App& app, const std::string& names, std::uint64_t& bits_per_second,
                          const std::string& help);
CLI::Option* add_bit_rate(CLI::App& app, const std::string& names,
                          std::optional<std::uint64_t>& bits_per_second, const std::string& help);
CLI::Option* add_address(CLI::App& app, const std::string& names, Address& value,
                         const std::string& help);
CLI::Option* add_address(CLI::App& app, const std::string& names, std::optional<Address>& value,
                         const std::string& help);

/// One of `words`: `choose` is told which.  `standard` is the default that --help shows; may be empty.
CLI::Option* add_choice(CLI::App& app, const std::string& names, std::vector<std::string> words,
                        std::function<void(std::size_t)> choose, const std::string& standard,
                        const std::string& help);

/// One of `values` by its word, bound to `value`.
template <class T>
CLI::Option* add_choice(CLI::App& app, const std::string& names, T& value,
                        const std::map<std::string, T>& values, const std::string& help) {
  std::vector<std::string> words;
  std::vector<T> meanings;
  std::string standard;
  for (const auto& [word, meaning] : values) {
    words.push_back(word);
    meanings.push_back(meaning);
    if (meaning == value) standard = word;
  }
  const auto choose = [&value, meanings](std::size_t chosen) { value = meanings[chosen]; };
  return add_choice(app, names, words, choose, standard, help);
}

}  // namespace live::cli
