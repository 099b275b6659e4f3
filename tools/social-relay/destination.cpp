#include "tools/social-relay/destination.hpp"

#include "common/base/ascii.hpp"
#include "common/base/percent.hpp"
#include "common/base/redact.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace social_relay {
namespace {

constexpr std::size_t max_server_bytes = 63;

bool is_server(std::string_view server) {
  return !server.empty() && server.size() <= max_server_bytes &&
         std::ranges::all_of(server, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

std::string with_server(const std::string& url, std::string_view server) {
  constexpr std::string_view mark = "{server}";
  auto out = url;
  return out.replace(out.find(mark), mark.size(), server);
}

/// The service to which this host belongs.
const Service* service_of(const std::string& name) {
  const auto host = live::to_lower(name);
  const auto is_its = [&](const std::string& domain) {
    return host == domain || host.ends_with("." + domain);
  };
  for (const auto& service : services())
    if (std::ranges::any_of(service.domains, is_its)) return &service;
  return nullptr;
}

Destination at(live::rtmp::Url url) {
  Destination out;
  out.url = std::move(url);
  out.label = "custom";
  out.title = out.url.host;
  if (const auto* service = service_of(out.url.host)) become(out, *service);
  return out;
}

}  // namespace

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= max_key_bytes && std::ranges::all_of(key, [](char c) {
    return c > ' ' && c < '\x7f' && c != '"' && c != '\'' && c != '#' && c != '/' && c != '\\';
  });
}

void become(Destination& destination, const Service& service) {
  destination.label = destination.service = service.name;
  destination.title = service.title;
  destination.limits = service.limits;
  destination.enhanced = service.enhanced;
}

OrWhy<Destination> at_service(const Service& service, std::string_view server, std::string key) {
  if (!is_key(key))
    return fmt::format("the key for {} is empty, or none that it gives", service.title);
  auto url = service.url;
  if (!server.empty()) {
    if (service.server_url.empty()) return fmt::format("{} has no choice of server", service.title);
    if (!is_server(server)) return fmt::format("the server of {} is none", service.title);
    url = with_server(service.server_url, server);
  }
  Destination out;
  become(out, service);
  out.url = std::get<live::rtmp::Url>(live::rtmp::parse_app_url(url));
  if (!service.backup_url.empty()) {
    out.backup = std::get<live::rtmp::Url>(live::rtmp::parse_app_url(service.backup_url));
    out.backup->name = key;
  }
  out.url.name = std::move(key);
  return out;
}

OrWhy<Destination> at_url(std::string_view text) {
  auto url = live::rtmp::parse_url(text);
  if (auto* why = std::get_if<std::string>(&url)) return std::move(*why);
  if (std::get<live::rtmp::Url>(url).name.empty())
    return "there is no stream name behind the application: rtmp://host/app/name";
  return at(std::get<live::rtmp::Url>(std::move(url)));
}

OrWhy<Destination> at_url(std::string_view text, std::string key) {
  auto url = live::rtmp::parse_app_url(text);
  if (auto* why = std::get_if<std::string>(&url)) return std::move(*why);
  if (!is_key(key)) return "the key is empty, or none that servers give";
  auto out = at(std::get<live::rtmp::Url>(std::move(url)));
  out.url.name = std::move(key);
  return out;
}

OrWhy<Destination> parse_to(const std::string& text) {
  if (text.find("://") != std::string::npos) {
    if (text.find_first_of("\"'`<>") != std::string::npos)
      return "a stream name with quotes is not hidden on a command line: use --destinations";
    return at_url(text);
  }
  const auto colon = text.find(':');
  const auto who = std::string_view{text}.substr(0, colon);
  const auto name = who.substr(0, who.find('@'));
  const auto* service = find_service(name);
  if (service == nullptr)
    return fmt::format("no such service; known are {}, others are given as rtmp://host/app/name",
                       service_names());
  const auto secret = colon == std::string::npos ? std::string{} : text.substr(colon + 1);
  if (!secret.starts_with("env:") && !secret.starts_with("file:")) {
    return fmt::format(
        "a key does not belong on a command line, where others see it: write {}:env:NAME "
        "or {}:file:PATH",
        service->name, service->name);
  }
  const auto server = name.size() < who.size() ? who.substr(name.size() + 1) : std::string_view{};
  return at_service(*service, server, live::resolve_secret(secret));
}

std::string apply_transcode(std::string_view wish, std::vector<Destination>& destinations) {
  const auto equals = wish.find('=');
  const auto name = wish.substr(0, equals);
  const bool chosen = equals != std::string_view::npos;
  const auto* preset = chosen ? find_preset(wish.substr(equals + 1)) : nullptr;
  if (chosen && preset == nullptr)
    return fmt::format("no such preset; known are {}", preset_names());
  bool any = false;
  for (auto& destination : destinations) {
    if (name != "all" && name != destination.service && name != destination.label) continue;
    const auto* own = preset != nullptr ? preset : find_preset(destination.service);
    if (own == nullptr) {
      if (name == "all") continue;
      return fmt::format("{} has no preset of its own: write --transcode {}=NAME with one of {}",
                         destination.label, destination.label, preset_names());
    }
    destination.transcode = *own;
    any = true;
  }
  if (any) return {};
  return name == "all" ? "no destination has a preset of its own: name one, and a preset"
                       : "no destination is called that";
}

std::optional<live::rtmp::Url> moved(const live::rtmp::Url& here, std::string_view tc_url) {
  auto parsed = live::rtmp::parse_app_url(tc_url);
  auto* there = std::get_if<live::rtmp::Url>(&parsed);
  if (there == nullptr || (here.tls && !there->tls)) return {};
  there->name = here.name;
  there->user = here.user;
  there->password = here.password;
  return std::move(*there);
}

void number_labels(std::vector<Destination>& destinations, std::vector<Destination> running) {
  std::set<std::string> taken;
  std::vector<Destination*> fresh;
  for (auto& destination : destinations) {
    if (destination.named) continue;
    const auto same = std::ranges::find_if(running, [&](const Destination& it) {
      return !it.named && it.service == destination.service && it.url == destination.url;
    });
    if (same == running.end()) {
      fresh.push_back(&destination);
      continue;
    }
    destination.label = same->label;
    taken.insert(same->label);
    running.erase(same);
  }
  for (auto* destination : fresh) {
    unsigned n = 1;
    while (taken.contains(fmt::format("{}#{}", destination->label, n)))
      ++n;
    destination->label = fmt::format("{}#{}", destination->label, n);
    taken.insert(destination->label);
  }
}

bool tells_secret(std::string_view text, const live::rtmp::Url& url) {
  constexpr std::size_t least = 4;  // shorter values are everywhere
  const auto holds = [&](std::string_view secret) {
    return !secret.empty() && text.find(secret) != std::string_view::npos;
  };
  std::string_view query{url.name};
  const auto name = query.substr(0, query.find('?'));
  if (holds(name) || holds(url.user) || holds(url.password)) return true;
  query.remove_prefix(std::min(query.size(), name.size() + 1));
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto value = pair.substr(std::min(pair.size(), pair.find('=') + 1));
    if (value.size() >= least && (holds(value) || holds(live::percent_decoded(value)))) return true;
  }
  return false;
}

/// A server that asks for another connection may have put tokens into its address, or our name.
std::string shown(const live::rtmp::Url& url) {
  auto out = url.tc_url();
  out.erase(std::min(out.find('?'), out.size()));
  if (tells_secret(url.app, url)) out.erase(out.find('/', out.find("://") + 3));
  return out;
}

}  // namespace social_relay
