#include "common/registry/redis_url.hpp"

#include "common/base/user_info.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace live::registry {
namespace {

constexpr std::string_view tcp_scheme = "redis://", unix_scheme = "unix:";
constexpr unsigned most_databases = 1'000'000;

std::optional<unsigned> parse_database(std::string_view text) {
  unsigned number = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || at != end || number > most_databases) return {};
  return number;
}

/// Takes "[[USER]:PASSWORD@]" off the front of `rest`, whose authority ends at `end`.
void take_credentials(std::string_view& rest, std::size_t end, RedisUrl& url) {
  auto authority = rest.substr(0, end);
  const auto whole = authority.size();
  auto who = take_user_info(authority);
  url.user = std::move(who.user);
  url.password = std::move(who.password);
  rest.remove_prefix(whole - authority.size());
}

std::variant<RedisUrl, std::string> parse_tcp(std::string_view rest) {
  RedisUrl url;
  // A password may hold '/', unescaped: the last '@' ends it.
  const auto last_at = rest.rfind('@');
  const auto slash = rest.find('/', last_at == std::string_view::npos ? 0 : last_at);
  take_credentials(rest, slash, url);
  const auto path = rest.find('/');
  const auto host = rest.substr(0, path);
  if (path != std::string_view::npos && path + 1 < rest.size()) {
    const auto database = parse_database(rest.substr(path + 1));
    if (!database) return "what follows the host is the number of a database, as in redis://host/2";
    url.database = *database;
  }
  const bool has_port =
      host.find(':', host.find(']') == std::string_view::npos ? 0 : host.find(']')) !=
      std::string_view::npos;
  const auto address =
      parse_address(has_port ? std::string{host} : fmt::format("{}:{}", host, url.address.port));
  if (!address || address->host.empty() || address->port == 0)
    return "it has no host, as in redis://host:6379";
  url.address = *address;
  return url;
}

std::variant<RedisUrl, std::string> parse_unix(std::string_view rest) {
  constexpr std::string_view database_parameter = "?db=";
  RedisUrl url;
  if (const auto question = rest.rfind('?'); question != std::string_view::npos) {
    const auto parameter = rest.substr(question);
    const auto database = parameter.starts_with(database_parameter)
                              ? parse_database(parameter.substr(database_parameter.size()))
                              : std::nullopt;
    if (!database) return "what follows the path is ?db= and the number of a database";
    url.database = *database;
    rest = rest.substr(0, question);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    take_credentials(rest, std::string_view::npos, url);
  }
  const auto address = parse_address(fmt::format("{}{}", unix_scheme, rest));
  if (!address) return "it has no path, as in unix:/run/redis/redis.sock";
  url.address = *address;
  return url;
}

}  // namespace

std::string RedisUrl::shown() const {
  const bool is_unix = !address.unix_path.empty();
  const auto where = format_address(address);
  if (database == 0) return is_unix ? where : fmt::format("{}{}", tcp_scheme, where);
  return is_unix ? fmt::format("{}?db={}", where, database)
                 : fmt::format("{}{}/{}", tcp_scheme, where, database);
}

std::variant<RedisUrl, std::string> parse_redis_url(std::string_view text) {
  if (text.starts_with("rediss://"))
    return "TLS to Redis is not spoken here: give redis:// or unix: to a tunnel, such as stunnel's";
  if (text.starts_with(tcp_scheme)) return parse_tcp(text.substr(tcp_scheme.size()));
  if (text.starts_with(unix_scheme)) return parse_unix(text.substr(unix_scheme.size()));
  return "it is no URL like redis://host:6379 or unix:/run/redis/redis.sock";
}

}  // namespace live::registry
