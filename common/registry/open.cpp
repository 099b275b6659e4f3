#include "common/registry/open.hpp"

#include "common/base/failure.hpp"
#include "common/base/redact.hpp"
#include "common/registry/file.hpp"
#include "common/registry/redis.hpp"

#include <chrono>
#include <variant>

namespace live::registry {

std::unique_ptr<Registry> open(asio::io_context& io, const Choice& choice) {
  if (!choice.redis.empty() && !choice.file.empty())
    fail(Exit::usage, "there is one registry: leave out --redis or --registry");
  if (!choice.file.empty())
    return std::make_unique<File>(choice.file, [] { return std::chrono::system_clock::now(); });
  if (choice.redis.empty()) return nullptr;
  auto url = parse_redis_url(resolve_secret(choice.redis));
  if (const auto* why = std::get_if<std::string>(&url)) fail(Exit::usage, "--redis: {}", *why);
  return std::make_unique<Redis>(io, std::get<RedisUrl>(std::move(url)), choice.prefix);
}

}  // namespace live::registry
