// An HTTP server for tests, as simple as can be.
#pragma once

#include "common/base/fd.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace live::test {

/// A response.
inline std::string http_answer(const std::string& status, const std::string& body,
                               const std::string& headers = {}) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers,
                     body);
}

/// A server on loopback, a thread for each connection: gives each whole request to a function and sends what that says; ""
/// closes the connection, "-" keeps silent.
class HttpServer {
 public:
  using Handler = std::function<std::string(const std::string& request)>;
  explicit HttpServer(Handler handler)
      : handler_(std::move(handler)), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listening_.get(), reinterpret_cast<sockaddr*>(&in), sizeof in), 0);
    EXPECT_EQ(::listen(listening_.get(), 100), 0);
    socklen_t size = sizeof in;
    EXPECT_EQ(::getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&in), &size), 0);
    port_ = ntohs(in.sin_port);
    acceptor_ = std::thread{[this] { accept(); }};
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() {
    stop_ = true;
    acceptor_.join();
    for (auto& thread : connections_)
      thread.join();
  }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  [[nodiscard]] int connections() const { return accepted_; }

 private:
  /// False when the test is over.
  bool wait(int fd) const {
    while (!stop_) {
      pollfd poll{fd, POLLIN, 0};
      if (::poll(&poll, 1, 10) == 1) return true;
    }
    return false;
  }
  void accept() {
    while (wait(listening_.get())) {
      const int fd = ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++accepted_;
      connections_.emplace_back([this, fd] { serve(Fd{fd}); });
    }
  }
  void serve(const Fd& connection) {
    std::string seen;
    while (wait(connection.get())) {
      std::array<char, 4096> part{};
      const auto n = ::recv(connection.get(), part.data(), part.size(), 0);
      if (n <= 0) return;
      seen.append(part.data(), static_cast<std::size_t>(n));
      const auto head = seen.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const auto length = seen.find("Content-Length: ");
      const std::size_t body = length < head ? std::stoul(seen.substr(length + 16)) : 0;
      if (seen.size() < head + 4 + body) continue;
      const auto said = handler_(std::exchange(seen, {}));
      if (said.empty()) return;
      if (said != "-") ::send(connection.get(), said.data(), said.size(), MSG_NOSIGNAL);
    }
  }

  Handler handler_;
  Fd listening_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<int> accepted_{0};
  std::thread acceptor_;
  std::vector<std::thread> connections_;  ///< of the acceptor, until it has ended
};

}  // namespace live::test
