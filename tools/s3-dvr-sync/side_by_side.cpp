#include "tools/s3-dvr-sync/side_by_side.hpp"

#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

namespace s3_dvr_sync {

namespace asio = live::asio;

namespace {

struct Group {
  Group(const asio::any_io_executor& executor, std::size_t count) : left(count), ended(executor) {
    ended.expires_at(asio::steady_timer::time_point::max());
  }
  std::size_t left;
  std::exception_ptr first;
  asio::steady_timer ended;  ///< cancelled: the last one has ended
};

}  // namespace

live::awaitable<void> side_by_side(std::size_t count, std::function<live::awaitable<void>()> work) {
  const auto executor = co_await asio::this_coro::executor;
  const auto group = std::make_shared<Group>(executor, count);
  for (std::size_t i = 0; i < count; ++i) {
    asio::co_spawn(executor, work(), [group](const std::exception_ptr& thrown) {
      if (thrown && !group->first) group->first = thrown;
      if (--group->left == 0) group->ended.cancel();
    });
  }
  while (group->left > 0)
    co_await group->ended.async_wait(live::as_result);
  if (group->first) std::rethrow_exception(group->first);
}

}  // namespace s3_dvr_sync
