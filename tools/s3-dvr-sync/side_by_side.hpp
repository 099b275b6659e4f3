// Several coroutines at once, until the last has ended.
#pragma once

#include "common/net/asio.hpp"

#include <cstddef>
#include <functional>

namespace s3_dvr_sync {

/// Awaits what `work` gives when called `count` times, all at once.  Throws what the first to throw has thrown, once all have
/// ended.  Cancelled or not, what `work` refers to must outlive them: they end by themselves or with the loop.
live::awaitable<void> side_by_side(std::size_t count, std::function<live::awaitable<void>()> work);

}  // namespace s3_dvr_sync
