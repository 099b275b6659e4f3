#include "common/net/spawn.hpp"

#include "common/base/log.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>

namespace live::net {
namespace {

struct Report {
  std::string name;
  void operator()(const std::exception_ptr& escaped) const {
    if (!escaped) return;
    try {
      std::rethrow_exception(escaped);
    } catch (const std::exception& e) {
      log::error("{}: {}", name, e.what());
    }
  }
};

}  // namespace

void spawn(const asio::any_io_executor& executor, std::string name, awaitable<void> work) {
  asio::co_spawn(executor, std::move(work), Report{std::move(name)});
}

}  // namespace live::net
