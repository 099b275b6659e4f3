// One non-blocking send of several pieces: the hot path of a server with thousands of viewers.
#pragma once

#include <cstddef>
#include <span>

#include <sys/uio.h>

namespace live::net {

struct Sent {
  enum class Outcome {
    some,  ///< `bytes` > 0 were taken; perhaps not all
    full,  ///< the socket takes nothing now: wait until it is writable
    gone,  ///< the peer has left or the connection is broken
  };
  Outcome outcome;
  std::size_t bytes = 0;
};

/// Hands `pieces` (at most IOV_MAX, not all empty) to the kernel with one sendmsg(2), without
/// blocking and without SIGPIPE.
Sent send_some(int fd, std::span<const iovec> pieces);

}  // namespace live::net
