// One place that the stream is sent to.
#pragma once

#include "common/rtmp/url.hpp"
#include "tools/social-relay/limits.hpp"
#include "tools/social-relay/service.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace social_relay {

constexpr std::size_t most_destinations = 64;
constexpr std::size_t max_key_bytes = 512;

struct Destination {
  std::string label;    ///< "youtube#1", or its name in the file: all of it that is ever shown
  bool named = false;   ///< the label is of the operator's choice
  std::string service;  ///< of the table; empty: a server of the operator's own
  std::string title;    ///< "YouTube", or the host
  live::rtmp::Url url;  ///< holds the key
  std::optional<live::rtmp::Url> backup;
  Limits limits;
  bool enhanced = true;             ///< codecs that only Enhanced RTMP carries may be sent
  std::optional<Preset> transcode;  ///< nothing: as the input is
  bool on = true;
  bool operator==(const Destination&) const = default;
};

/// A value, or one clause that says what is wrong and repeats no secret.
template <class T>
using OrWhy = std::variant<T, std::string>;

/// Is this fit to be a stream key, or a stream key with a query?  Printable ASCII without space, quotes, '#', and '/'.
bool is_key(std::string_view key);

/// `key` at a service; `server`: the operator's choice, or empty.
OrWhy<Destination> at_service(const Service& service, std::string_view server, std::string key);
/// At a server of the operator's own.  A URL of a known service's host is that service.
OrWhy<Destination> at_url(std::string_view url);
/// Likewise, with the key apart: the URL is of server and application, as services tell it.
OrWhy<Destination> at_url(std::string_view url, std::string key);
/// What is sent to it is to be as that service wants it.
void become(Destination& destination, const Service& service);

/// --to: "youtube:env:NAME", "twitch@jfk50:file:PATH", "rtmps://host/app/name".  Reads the environment or the file: throws
/// Failure(usage, no_input) where they hold no key.
OrWhy<Destination> parse_to(const std::string& text);

/// --transcode, of the destinations named: "all", "twitch" those of a service or of that label, "twitch=youtube" another
/// preset.  Empty, or what is wrong.
std::string apply_transcode(std::string_view wish, std::vector<Destination>& destinations);

/// Where a publisher to `here` is to go that was asked to `tc_url` (ReconnectRequest): with the same name and credentials.
/// Nothing when it is no such URL, is empty (which means `here`), or gives up TLS.
std::optional<live::rtmp::Url> moved(const live::rtmp::Url& here, std::string_view tc_url);

/// Numbers labels that are not of the operator's choice: "youtube#1", "youtube#2".  One that goes where one of `running` does
/// keeps the label of that.
void number_labels(std::vector<Destination>& destinations, std::vector<Destination> running = {});

/// Does a server's `text` hold name, user, password, or a value of the query of `url`?
bool tells_secret(std::string_view text, const live::rtmp::Url& url);
/// Where that is, for logs and events.
std::string shown(const live::rtmp::Url& url);

}  // namespace social_relay
