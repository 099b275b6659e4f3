// HTTP requests on the loop: libcurl's multi interface driven by Asio.
#pragma once

#include "common/net/asio.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace live::fetch {

struct Request {
  std::string method = "GET", url, body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds timeout{
      3'000};                     ///< of the whole exchange, its wait for others included
  std::size_t max_body = 65'536;  ///< of the answer; more is a failure
};
struct Reply {
  int status = 0;     ///< 0: no answer came; then `error` says why
  std::string error;  ///< one clause, without the URL's credentials
  std::string body, content_type;
};

class Client {
 public:
  /// At most `concurrency` requests run, and `waiting` wait; more fail at once ("too many requests at once").
  Client(asio::io_context& io, std::size_t concurrency, std::size_t waiting);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// Redirects are not followed; certificates are verified; http and https only.  Cancelled, the exchange ends too.  Does
  /// not throw.
  awaitable<Reply> send(Request request);

 private:
  struct State;
  static awaitable<Reply> exchange(std::shared_ptr<State> state, Request request);
  std::shared_ptr<State> state_;
};

}  // namespace live::fetch
