#include "tests/bench/load/connection.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace load {
namespace {

constexpr std::size_t head_at_once = 512;  // little, so that few bytes of a body come with the head
constexpr std::size_t body_at_once = 1U << 20U;

}  // namespace

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    live::fail(live::Exit::usage, "'{}' is not an IPv4 address", host);
  return address;
}

Connection::Connection(const sockaddr_in& address)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto* const to = reinterpret_cast<const sockaddr*>(&address);
  if (!socket_ || ::connect(socket_.get(), to, sizeof address) != 0)
    live::fail(live::Exit::unavailable, "connect: {}", live::errno_text());
  ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
}

void Connection::ask(std::string request) {
  asked_ = Clock::now();
  busy_ = true;
  in_body_ = false;
  head_.clear();
  const auto sent = ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent != std::ssize(request)) broken();
}

bool Connection::broken() {
  status_ = 0;
  busy_ = false;
  socket_.reset();
  return true;
}

bool Connection::advance() {
  while (busy_) {
    std::array<char, head_at_once> some;
    // MSG_TRUNC on TCP: taken out of the queue without a copy (tcp(7)).
    const auto got = in_body_ ? ::recv(socket_.get(), nullptr,
                                       std::min<std::size_t>(left_, body_at_once), MSG_TRUNC)
                              : ::recv(socket_.get(), some.data(), some.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (got <= 0) return broken();
    if (in_body_) {
      left_ -= static_cast<std::uint64_t>(got);
      received_ += static_cast<std::uint64_t>(got);
    } else {
      head_.append(some.data(), static_cast<std::size_t>(got));
      if (!take_head()) continue;
    }
    if (left_ == 0) {
      busy_ = false;
      return true;
    }
  }
  return false;
}

/// What has come may hold the beginning of the body, too.
bool Connection::take_head() {
  constexpr std::string_view length = "ontent-Length: ";
  const auto end = head_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  status_ = std::atoi(head_.c_str() + head_.find(' '));
  const auto at = head_.find(length);
  const auto body = head_.size() - end - 4;
  left_ = at < end ? std::strtoull(head_.c_str() + at + length.size(), nullptr, 10) - body : 0;
  received_ += body;
  in_body_ = true;
  return true;
}

Crowd::Crowd(const sockaddr_in& address, std::size_t count)
    : poll_(::epoll_create1(EPOLL_CLOEXEC)) {
  for (std::size_t i = 0; i < count; ++i) {
    connections.push_back(std::make_unique<Connection>(address));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, connections.back()->socket(), &event);
  }
}

void Crowd::serve(Clock::time_point until, const std::function<void(std::size_t)>& answered,
                  const std::function<bool()>& enough) {
  std::array<epoll_event, 256> events;
  while (!enough || !enough()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return;
    const auto count = ::epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()),
                                    static_cast<int>(left));
    for (int i = 0; i < count; ++i) {
      const auto index = events[static_cast<std::size_t>(i)].data.u64;
      if (connections[index]->advance()) answered(index);
    }
  }
}

double seconds(Clock::duration d) { return std::chrono::duration<double>(d).count(); }

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace load
