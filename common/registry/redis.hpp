// The registry in Redis: one key per name with an expiry.  Claims and releases are one script each, so that nothing can
// happen between looking and writing.
#pragma once

#include "common/registry/redis_url.hpp"
#include "common/registry/registry.hpp"

#include <memory>
#include <string>

namespace live::registry {

/// Keeps one connection for as long as it exists and makes it anew when it is lost, is refused, gets no answer in time, or
/// Redis says that it cannot be written (a replica, after a fail-over), after 250 ms to 2.5 s; names are resolved each
/// time.  Says so in the log when that begins and when it is over.
class Redis final : public Registry {
 public:
  /// `prefix` stands before each name.  Connects by itself.
  Redis(asio::io_context& io, RedisUrl url, std::string prefix);
  ~Redis() override;

  awaitable<std::vector<Holder>> claim(std::vector<std::string> names, Lease lease) override;
  awaitable<bool> release(std::vector<std::string> names, std::string address) override;
  awaitable<Holder> find(std::string name) override;
  [[nodiscard]] std::string trouble() const override;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace live::registry
