#include "tools/social-relay/destination_query.hpp"

#include "common/base/ascii.hpp"
#include "common/base/percent.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace social_relay {
namespace {

/// "x" would be too easily somebody else's parameter.
constexpr std::array<std::string_view, 3> in_queries{"twitch", "youtube", "facebook"};

struct Parameter {
  std::string name, value;
};

/// Application/x-www-form-urlencoded, where a plus is a space.
std::string decoded(std::string_view text) {
  std::string spaced{text};
  std::ranges::replace(spaced, '+', ' ');
  return live::percent_decoded(spaced);
}

/// RFC 3986 §2.3: all but unreserved characters.
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = live::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

/// Nothing when there are too many.
std::optional<std::vector<Parameter>> split(std::string_view query) {
  std::vector<Parameter> out;
  if (query.size() > max_query_bytes) return {};
  while (!query.empty()) {
    const auto part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (part.empty()) continue;
    const auto equals = part.find('=');
    out.push_back({decoded(part.substr(0, equals)), equals == std::string_view::npos
                                                        ? std::string{}
                                                        : decoded(part.substr(equals + 1))});
    if (out.size() > max_query_parameters) return {};
  }
  return out;
}

/// What `parameters` say for one service: its key, and the query that goes with it.
struct Said {
  std::optional<std::string> key;
  std::string query;
  bool repeated = false;
};

Said said_for(const Service& service, const std::vector<Parameter>& parameters) {
  Said out;
  std::vector<std::string_view> names;
  const auto prefix = service.name + "_";
  for (const auto& [name, value] : parameters) {
    if (name != service.name && !name.starts_with(prefix)) continue;
    out.repeated = out.repeated || std::ranges::find(names, name) != names.end();
    names.push_back(name);
    if (name == service.name) {
      out.key = value;
    } else if (name.size() > prefix.size()) {
      out.query +=
          fmt::format("{}{}={}", out.query.empty() ? "" : "&",
                      encoded(std::string_view{name}.substr(prefix.size())), encoded(value));
    }
  }
  return out;
}

}  // namespace

FromQuery read_query(std::string_view query) {
  FromQuery out;
  const auto parameters = split(query);
  if (!parameters) {
    out.refused.push_back(fmt::format("a query of more than {} bytes or {} parameters is not read",
                                      max_query_bytes, max_query_parameters));
    return out;
  }
  for (const auto& service : services()) {
    if (std::ranges::find(in_queries, service.name) == in_queries.end()) continue;
    auto said = said_for(service, *parameters);
    if (!said.key) continue;
    if (said.repeated) {
      out.refused.push_back(fmt::format("{}: a parameter stands twice in the query", service.name));
      continue;
    }
    const bool has_query = said.key->find('?') != std::string::npos;
    auto name = *said.key;
    if (!said.query.empty()) name += (has_query ? "&" : "?") + said.query;
    auto made = said.key->empty() ? OrWhy<Destination>{"the key is empty"}
                                  : at_service(service, {}, std::move(name));
    if (auto* why = std::get_if<std::string>(&made)) {
      out.refused.push_back(fmt::format("{}: {}", service.name, *why));
    } else {
      out.destinations.push_back(std::get<Destination>(std::move(made)));
    }
  }
  return out;
}

}  // namespace social_relay
