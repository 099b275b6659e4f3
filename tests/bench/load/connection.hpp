// A client's connection that asks one thing after the other and reads the answers as they come, and a set of them.
#pragma once

#include "common/base/fd.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <netinet/in.h>

namespace load {

using Clock = std::chrono::steady_clock;

/// Throws Failure(usage) when `host` is no IPv4 address.
sockaddr_in address_of(const std::string& host, std::uint16_t port);

class Connection {
 public:
  /// Connects.  Throws Failure(unavailable).
  explicit Connection(const sockaddr_in& address);

  /// REQUIRES: what was asked before is answered.
  void ask(std::string request);
  /// Reads what has come; true when the answer has come to its end with it.  Bodies are thrown away in the kernel.
  bool advance();

  [[nodiscard]] int socket() const { return socket_.get(); }
  [[nodiscard]] bool busy() const { return busy_; }
  [[nodiscard]] int status() const {
    return status_;
  }  ///< of the last answer; 0: the connection broke
  [[nodiscard]] std::uint64_t bytes() const { return received_; }  ///< of all bodies so far
  [[nodiscard]] Clock::time_point asked() const { return asked_; }

 private:
  bool take_head();
  bool broken();

  live::Fd socket_;
  std::string head_;
  std::uint64_t left_ = 0;  ///< of the body
  std::uint64_t received_ = 0;
  int status_ = 0;
  bool busy_ = false;
  bool in_body_ = false;
  Clock::time_point asked_;
};

/// Many of them in one thread.
class Crowd {
 public:
  Crowd(const sockaddr_in& address, std::size_t count);

  std::vector<std::unique_ptr<Connection>> connections;
  /// Until `until`, or until `enough`.  `answered` gets the index of a connection at the end of its answer.
  void serve(Clock::time_point until, const std::function<void(std::size_t)>& answered,
             const std::function<bool()>& enough = {});

 private:
  live::Fd poll_;
};

double seconds(Clock::duration d);
/// The value below which `share` of the values lie; 0 of nothing.
double quantile(std::vector<double>& values, double share);

}  // namespace load
