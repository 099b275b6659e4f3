// One non-blocking send of several pieces: the hot path of a server with thousands of viewers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
/// blocking and without SIGPIPE.  `more`: what follows at once may share a segment (MSG_MORE).
Sent send_some(int fd, std::span<const iovec> pieces, bool more = false);

/// At most `length` bytes of `file` from `first` on, by sendfile(2).  The socket is non-blocking.  A file that has become
/// shorter: gone.
Sent send_file(int fd, int file, std::uint64_t first, std::size_t length);

/// Options for a socket on which live media leaves: segments at once; little in the kernel that it has not sent yet, so
/// that what waits does so where it can still be left out; a peer that has vanished is noticed.  A unix socket has none
/// of them, so failures mean nothing.
void tune_for_live(int fd);

/// Bytes that the peer has not acknowledged; nothing when the kernel does not know.
std::optional<std::size_t> unacknowledged(int fd);

}  // namespace live::net
