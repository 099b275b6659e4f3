#include "common/net/send.hpp"

#include <cerrno>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

namespace live::net {
namespace {

/// What the kernel may hold of a viewer's bytes before it has sent them: enough for a gigabit link, and little
/// enough that what waits does so in the ring, where it can still be left out.
constexpr int unsent_in_kernel = 128 * 1024;
/// A peer that acknowledges nothing for so long has vanished.
constexpr int unacknowledged_ms = 30'000;

Sent not_sent() {
  // ENOBUFS: a moment of memory pressure in the kernel, not the end of the connection.
  const bool full = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
  return {full ? Sent::Outcome::full : Sent::Outcome::gone, 0};
}

}  // namespace

Sent send_some(int fd, std::span<const iovec> pieces, bool more) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg(2) reads it only
  message.msg_iovlen = pieces.size();
  const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0);
  for (;;) {
    const auto n = ::sendmsg(fd, &message, flags);
    if (n >= 0) return {Sent::Outcome::some, static_cast<std::size_t>(n)};
    if (errno != EINTR) return not_sent();
  }
}

Sent send_file(int fd, int file, std::uint64_t first, std::size_t length) {
  auto offset = static_cast<off_t>(first);
  for (;;) {
    const auto n = ::sendfile(fd, file, &offset, length);
    if (n > 0) return {Sent::Outcome::some, static_cast<std::size_t>(n)};
    if (n == 0) return {Sent::Outcome::gone};
    if (errno != EINTR) return not_sent();
  }
}

void tune_for_live(int fd) {
  const auto set = [fd](int level, int name, int value) {
    ::setsockopt(fd, level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsent_in_kernel);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, unacknowledged_ms);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 20);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
}

std::optional<std::size_t> unacknowledged(int fd) {
  int left = 0;
  if (::ioctl(fd, SIOCOUTQ, &left) != 0 || left < 0) return std::nullopt;
  return static_cast<std::size_t>(left);
}

}  // namespace live::net
