#include "common/net/send.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace live::net {

Sent send_some(int fd, std::span<const iovec> pieces) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg(2) reads it only
  message.msg_iovlen = pieces.size();
  for (;;) {
    const auto n = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) return {Sent::Outcome::some, static_cast<std::size_t>(n)};
    if (errno == EINTR) continue;
    // ENOBUFS: a moment of memory pressure in the kernel, not the end of the connection.
    const bool full = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
    return {full ? Sent::Outcome::full : Sent::Outcome::gone, 0};
  }
}

}  // namespace live::net
