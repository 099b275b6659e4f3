#include "common/ingest/publisher.hpp"

#include "common/base/ascii.hpp"
#include "common/base/failure.hpp"
#include "common/base/percent.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/random.h>

namespace live::ingest {
namespace {

bool is_unreserved(char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Calls `visit(parameter, name)` for each piece between '&'; the name is decoded.  Until it says false.
template <class Visit>
void each_parameter(std::string_view query, Visit visit) {
  for (;;) {
    const auto end = std::min(query.find('&'), query.size());
    const auto parameter = query.substr(0, end);
    if (!visit(parameter, percent_decoded(parameter.substr(0, parameter.find('='))))) return;
    if (end == query.size()) return;
    query.remove_prefix(end + 1);
  }
}

bool is_secret(std::string_view name) {
  constexpr std::array<std::string_view, 5> secrets{"key", "sign", "user", "pass", "password"};
  return std::ranges::any_of(secrets, [&](auto secret) { return is_same_word(name, secret); });
}

std::string_view without_slashes(std::string_view path) {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return path;
}

bool is_sound(std::string_view text, std::size_t most) {
  return text.size() <= most && std::ranges::none_of(text, is_control);
}

/// Of the query's names for a key the first that has a value.
std::string key_of_query(std::string_view query) {
  for (const auto* name : {"key", "pass", "password"})
    if (auto value = query_value(query, name); value && !value->empty()) return std::move(*value);
  return {};
}

}  // namespace

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  std::optional<std::string> value;
  each_parameter(query, [&](std::string_view parameter, std::string_view found) {
    const auto equals = parameter.find('=');
    if (found != name || equals == std::string_view::npos) return true;
    value = percent_decoded(parameter.substr(equals + 1));
    return false;
  });
  return value;
}

std::string public_query(std::string_view query) {
  std::string out;
  bool first = true;
  each_parameter(query, [&](std::string_view parameter, const std::string& name) {
    if (is_secret(name)) return true;
    if (!first) out += '&';
    first = false;
    out += parameter;
    return true;
  });
  return out;
}

std::optional<Presented> present(const Claim& claim) {
  const auto path = without_slashes(claim.path);
  if (!is_sound(path, most_key) || !is_sound(claim.query, most_query)) return {};
  Presented out;
  out.path = path;
  out.key = key_of_query(claim.query);
  if (out.key.empty() && !claim.answer) out.key = claim.password.value_or("");
  const bool path_is_key = out.key.empty() && !claim.answer;
  if (path_is_key) {
    out.key = path;
    if (auto decoded = percent_decoded(path); decoded != path) out.also = std::move(decoded);
  } else if (!path.empty()) {
    out.names.emplace_back(path);
  }
  for (auto user : {query_value(claim.query, "user"), claim.user})
    if (user && !user->empty()) out.names.push_back(std::move(*user));
  if (!is_sound(out.key, most_key) || !is_sound(out.also, most_key)) return {};
  if (!std::ranges::all_of(out.names, [](const auto& n) { return is_sound(n, most_key); }))
    return {};
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

std::string random_letters(std::size_t length) {
  constexpr std::string_view letters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr auto fair = 256 / letters.size() * letters.size();  // above it some would be likelier
  std::string out;
  while (out.size() < length) {
    std::array<unsigned char, 32> bytes{};
    const auto n = ::getrandom(bytes.data(), bytes.size(), 0);
    if (n < 0 && errno != EINTR) fail(Exit::bug, "get random bytes: {}", errno_text());
    for (ssize_t i = 0; i < n && out.size() < length; ++i)
      if (const auto byte = bytes[static_cast<std::size_t>(i)]; byte < fair)
        out += letters[byte % letters.size()];
  }
  return out;
}

std::string new_id() {
  constexpr std::size_t length = 16;
  return random_letters(length);
}

}  // namespace live::ingest
