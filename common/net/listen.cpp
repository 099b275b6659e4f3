#include "common/net/listen.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace live::net {
namespace {

using namespace std::chrono_literals;

constexpr int backlog = 1024;  // the kernel cuts it to net.core.somaxconn
constexpr auto out_of_files_pause = 100ms;

struct SocketName {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address to_address(const SocketName& name) {
  Address address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (name.storage.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &name.storage, sizeof in);
    address.host = ::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
    address.port = ntohs(in.sin_port);
  } else if (name.storage.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &name.storage, sizeof in);
    address.host = ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
    address.port = ntohs(in.sin6_port);
  } else if (name.storage.ss_family == AF_UNIX && name.length > sizeof(sa_family_t)) {
    sockaddr_un un{};
    std::memcpy(&un, &name.storage, sizeof un);
    address.unix_path.assign(un.sun_path, ::strnlen(un.sun_path, sizeof un.sun_path));
  }
  // A socket for both families gives IPv4 peers as "::ffff:203.0.113.9".
  constexpr std::string_view mapped = "::ffff:";
  if (address.host.starts_with(mapped) && address.host.find('.') != std::string::npos)
    address.host.erase(0, mapped.size());
  return address;
}

Address own_address(int fd) {
  SocketName name;
  if (::getsockname(fd, name.get(), &name.length) != 0) return {};
  return to_address(name);
}

bool is_loopback(const Address& address) {
  return (address.host.empty() && address.port == 0) || address.host.starts_with("127.") ||
         address.host == "::1";
}

[[noreturn]] void fail_to_listen(const Address& address, int error) {
  const auto exit = error == EADDRINUSE      ? Exit::try_again
                    : error == EADDRNOTAVAIL ? Exit::unavailable
                                             : Exit::cannot_create;
  fail(exit, "listen on {}: {}", format_address(address), errno_text(error));
}

Fd make_socket(int family) {
  return Fd{::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
}

/// A file that is a socket and refuses connections was left behind by a process that is gone.
bool is_stale(const sockaddr_un& un) {
  struct stat info {};
  if (::lstat(un.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const Fd probe = make_socket(AF_UNIX);
  const auto* name = reinterpret_cast<const sockaddr*>(&un);
  return ::connect(probe.get(), name, sizeof un) != 0 && errno == ECONNREFUSED;
}

Fd listen_on_path(const Address& address) {
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  address.unix_path.copy(un.sun_path, sizeof un.sun_path - 1);
  const auto* name = reinterpret_cast<const sockaddr*>(&un);
  Fd fd = make_socket(AF_UNIX);
  if (!fd) fail_to_listen(address, errno);
  int bound = ::bind(fd.get(), name, sizeof un);
  if (bound != 0 && errno == EADDRINUSE) {
    if (!is_stale(un)) fail_to_listen(address, EADDRINUSE);
    ::unlink(un.sun_path);
    bound = ::bind(fd.get(), name, sizeof un);
  }
  if (bound != 0 || ::listen(fd.get(), backlog) != 0) fail_to_listen(address, errno);
  return fd;
}

using Resolved = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// Only at the start of a program, so it may block.
Resolved resolve(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const auto port = std::to_string(address.port);
  const char* host = address.host.empty() ? "::" : address.host.c_str();
  int error = ::getaddrinfo(host, port.c_str(), &hints, &found);
  if (error != 0)
    fail(Exit::unavailable, "listen on {}: {}", format_address(address), ::gai_strerror(error));
  return {found, &::freeaddrinfo};
}

Fd listen_on(const addrinfo& one, bool every_interface) {
  Fd fd = make_socket(one.ai_family);
  const int on = 1;
  const int off = 0;
  if (!fd) return fd;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (one.ai_family == AF_INET6 && every_interface)
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(fd.get(), one.ai_addr, one.ai_addrlen) != 0) return {};
  if (::listen(fd.get(), backlog) != 0) return {};
  return fd;
}

Fd listen_on_port(Address address) {
  const bool every_interface = address.host.empty();
  const auto found = resolve(address);
  for (const auto* one = found.get(); one != nullptr; one = one->ai_next)
    if (Fd fd = listen_on(*one, every_interface)) return fd;
  const int error = errno;
  if (!every_interface || error == EADDRINUSE) fail_to_listen(address, error);
  address.host = "0.0.0.0";  // a kernel without IPv6
  return listen_on_port(std::move(address));
}

Fd bind_and_listen(const Address& address) {
  return address.unix_path.empty() ? listen_on_port(address) : listen_on_path(address);
}

}  // namespace

struct Listener::State {
  State(asio::io_context& io, Fd listening, bool owns_path)
      : address(own_address(listening.get())),
        unlink_at_end(owns_path ? address.unix_path : std::string{}),
        descriptor(io, listening.release()) {
    descriptor.non_blocking(true);
  }
  Address address;
  std::string unlink_at_end;
  asio::posix::stream_descriptor descriptor;
};

namespace {

enum class Accepted { one, later, out_of_files, closed };

Accepted accept_one(Listener::State& state, const std::function<void(Socket)>& on_socket) {
  Fd fd{
      ::accept4(state.descriptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (!fd) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      return Accepted::out_of_files;
    if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) return Accepted::closed;
    // The rest is the end of one connection before we took it (accept(2) lists them), or EAGAIN.
    return errno == EAGAIN ? Accepted::later : Accepted::one;
  }
  const bool tcp = state.address.unix_path.empty();
  const int on = 1;
  if (tcp) ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SocketName name;
  ::getsockname(fd.get(), name.get(), &name.length);
  const asio::generic::stream_protocol protocol{name.storage.ss_family, tcp ? IPPROTO_TCP : 0};
  Socket socket{state.descriptor.get_executor()};
  socket.assign(protocol, fd.get());
  static_cast<void>(fd.release());
  on_socket(std::move(socket));
  return Accepted::one;
}

awaitable<void> accept_all(std::shared_ptr<Listener::State> state,
                           std::function<void(Socket)> on_socket) {
  bool reported = false;
  while (state->descriptor.is_open()) {
    const auto accepted = accept_one(*state, on_socket);
    if (accepted == Accepted::closed) break;
    if (accepted == Accepted::out_of_files) {
      if (!std::exchange(reported, true))
        log::warn("{}: cannot accept: {}", format_address(state->address), errno_text());
      co_await pause(out_of_files_pause);
    } else if (accepted == Accepted::later) {
      reported = false;
      const auto [error] =
          co_await state->descriptor.async_wait(asio::posix::descriptor_base::wait_read, as_result);
      if (error) break;
    }
  }
}

}  // namespace

Listener::Listener(asio::io_context& io, const Address& address)
    : state_(std::make_shared<State>(io, bind_and_listen(address), true)) {}

Listener::Listener(asio::io_context& io, Fd listening)
    : state_(std::make_shared<State>(io, std::move(listening), false)) {}

Listener::Listener(Listener&&) noexcept = default;

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Listener::~Listener() {
  if (!state_) return;
  boost::system::error_code ignored;
  state_->descriptor.close(ignored);
  if (!state_->unlink_at_end.empty()) ::unlink(state_->unlink_at_end.c_str());
}

const Address& Listener::address() const { return state_->address; }

bool Listener::on_loopback() const { return is_loopback(state_->address); }

void Listener::accept(std::function<void(Socket)> on_socket) {
  spawn(state_->descriptor.get_executor(), "listen on " + format_address(state_->address),
        accept_all(state_, std::move(on_socket)));
}

std::string peer_name(const Socket& socket) {
  SocketName name;
  const auto fd = const_cast<Socket&>(socket).native_handle();
  if (::getpeername(fd, name.get(), &name.length) != 0) return "gone";
  return name.storage.ss_family == AF_UNIX ? "unix" : format_address(to_address(name));
}

bool is_local(const Socket& socket) {
  return is_loopback(own_address(const_cast<Socket&>(socket).native_handle()));
}

void raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace live::net
