#include "common/rtmp/url.hpp"

#include "common/base/text.hpp"
#include "common/base/user_info.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace live::rtmp {
namespace {

constexpr std::uint16_t plain_port = 1935, tls_port = 443;
constexpr std::size_t max_url_bytes = 4'096;

bool take_host(std::string_view authority, Url& out) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  const auto address =
      parse_address(has_port ? std::string{authority} : fmt::format("{}:{}", authority, out.port));
  if (!address || address->host.empty() || address->port == 0 || !address->unix_path.empty())
    return false;
  out.host = address->host;
  out.port = address->port;
  return true;
}

bool is_printable(char c) { return c > ' ' && c != '\x7f'; }

/// Scheme and authority off the front of `text`, what is left is behind their slash.  Empty, or what is wrong.
std::string take_server(std::string_view& text, Url& out) {
  if (text.size() > max_url_bytes) return "it is longer than 4096 bytes";
  if (!std::ranges::all_of(text, is_printable)) return "it holds a space or a control character";
  out.tls = text.starts_with("rtmps://");
  if (!out.tls && !text.starts_with("rtmp://")) return "it does not begin with rtmp:// or rtmps://";
  out.port = out.tls ? tls_port : plain_port;
  text.remove_prefix(text.find("://") + 3);
  auto authority = text.substr(0, text.find('/'));
  text.remove_prefix(authority.size());
  auto who = take_user_info(authority);
  out.user = std::move(who.user);
  out.password = std::move(who.password);
  if (!take_host(authority, out)) return "there is no host, or no port, in it";
  if (text.size() < 2) return "there is no application behind the host";
  text.remove_prefix(1);
  return {};
}

}  // namespace

std::string Url::tc_url() const {
  const bool usual = port == (tls ? tls_port : plain_port);
  const bool is_v6 = host.find(':') != std::string::npos;
  return fmt::format("rtmp{}://{}{}{}{}/{}", tls ? "s" : "", is_v6 ? "[" : "", host,
                     is_v6 ? "]" : "", usual ? "" : fmt::format(":{}", port), app);
}

std::variant<Url, std::string> parse_url(std::string_view text) {
  Url out;
  if (auto wrong = take_server(text, out); !wrong.empty()) return wrong;
  const auto path = text.substr(0, text.find('?'));
  const auto slash = path.rfind('/');
  out.app = path.substr(0, slash);
  if (slash != std::string_view::npos) {
    out.name = text.substr(slash + 1);
  } else if (path.size() < text.size()) {
    return "there is a query, but no stream name before it";
  }
  if (out.app.empty()) return "there is no application behind the host";
  return out;
}

std::variant<Url, std::string> parse_app_url(std::string_view text) {
  Url out;
  if (auto wrong = take_server(text, out); !wrong.empty()) return wrong;
  if (text.ends_with('/')) text.remove_suffix(1);
  out.app = text;
  if (out.app.empty()) return "there is no application behind the host";
  return out;
}

}  // namespace live::rtmp
