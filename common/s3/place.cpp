#include "common/s3/place.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace live::s3 {
namespace {

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == ':' || c == '[' || c == ']' || c == '_';
}

/// "." and ".." mean another place to everything that resolves paths.
bool has_dot_folder(std::string_view prefix) {
  while (!prefix.empty()) {
    const auto name = prefix.substr(0, prefix.find('/'));
    if (name == "." || name == "..") return true;
    prefix.remove_prefix(std::min(name.size() + 1, prefix.size()));
  }
  return false;
}

}  // namespace

bool is_bucket_name(std::string_view name) {
  constexpr std::size_t shortest = 3, longest = 63;
  return name.size() >= shortest && name.size() <= longest && name.find("..") == name.npos &&
         name.front() != '.' && name.front() != '-' && std::ranges::all_of(name, [](char c) {
           return is_host_char(c) && c != ':' && c != '[' && c != ']';
         });
}

std::optional<Endpoint> parse_endpoint(std::string_view url) {
  Endpoint out;
  if (url.starts_with("http://")) {
    out.tls = false;
    url.remove_prefix(7);
  } else if (url.starts_with("https://")) {
    url.remove_prefix(8);
  } else {
    return {};
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  if (url.empty() || !std::ranges::all_of(url, is_host_char)) return {};
  out.host = url;
  return out;
}

std::variant<Place, std::string> Place::parse(std::string_view url) {
  if (!url.starts_with("s3://")) return "it does not begin with s3://";
  url.remove_prefix(5);
  Place out;
  const auto slash = url.find('/');
  out.bucket = url.substr(0, slash);
  if (!is_bucket_name(out.bucket)) return "there is no bucket's name in it: s3://BUCKET/PREFIX";
  if (slash == std::string_view::npos) return out;
  auto prefix = url.substr(slash);
  while (prefix.starts_with('/'))
    prefix.remove_prefix(1);
  while (prefix.ends_with('/'))
    prefix.remove_suffix(1);
  if (has_dot_folder(prefix)) return "its prefix has a . or .. in it";
  out.prefix = prefix;
  return out;
}

bool Place::is_path_style() const {
  if (style != Style::automatic) return style == Style::path;
  // Certificates for *.s3.amazonaws.com do not hold for a bucket with dots.
  return endpoint.has_value() || bucket.find('.') != std::string::npos;
}

std::string Place::host() const {
  const auto server = endpoint ? endpoint->host : fmt::format("s3.{}.amazonaws.com", region);
  return is_path_style() ? server : fmt::format("{}.{}", bucket, server);
}

std::string Place::full_key(std::string_view key) const {
  if (prefix.empty() || key.empty()) return fmt::format("{}{}", prefix, key);
  return fmt::format("{}/{}", prefix, key);
}

std::string Place::path(std::string_view key) const {
  const auto object = key.empty() ? std::string{} : full_key(key);
  if (!is_path_style()) return "/" + object;
  return object.empty() ? "/" + bucket : fmt::format("/{}/{}", bucket, object);
}

}  // namespace live::s3
