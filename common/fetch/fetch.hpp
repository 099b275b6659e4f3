// HTTP requests on the loop: libcurl's multi interface driven by Asio.
#pragma once

#include "common/base/mapped_file.hpp"
#include "common/net/asio.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace live::fetch {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET", url, body;
  Headers headers;  ///< an empty value: libcurl's own header of that name is not sent
  std::chrono::milliseconds timeout{
      3'000};                     ///< of the whole exchange, its wait for others included; 0: none
  std::size_t max_body = 65'536;  ///< of the answer; more is a failure

  std::shared_ptr<const MappedFile> file;  ///< instead of `body`
  std::chrono::milliseconds stall{};       ///< nothing moved for so long: a failure; 0: never
  bool keep_headers = false;               ///< the answer's are wanted
  bool exact = false;   ///< the path goes as it is ("/../" too), in HTTP/1.1: what was signed
  bool direct = false;  ///< never through a proxy
};
struct Reply {
  int status = 0;     ///< 0: no answer came; then `error` says why
  std::string error;  ///< one clause, without the URL's credentials
  std::string body, content_type;
  Headers headers;  ///< of Request::keep_headers; names in lower case

  static Reply failed(std::string why);
  /// The value of the first header `name`, in lower case; empty: there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

struct Limits {
  std::size_t concurrency = 1, waiting = 0;  ///< requests that run, and that wait
  std::uint64_t bytes_per_second = 0;        ///< of all files that are sent, together; 0: no limit
};

class Client {
 public:
  /// At most `concurrency` requests run, and `waiting` wait; more fail at once ("too many requests at once").
  Client(asio::io_context& io, std::size_t concurrency, std::size_t waiting);
  /// `ca_file`: certificates that are believed instead of the system's (PEM); empty: the system's.
  Client(asio::io_context& io, const Limits& limits, std::filesystem::path ca_file);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// Redirects are not followed; certificates are verified; http and https only.  Cancelled, the exchange ends too.  Does
  /// not throw.
  awaitable<Reply> send(Request request);

  /// Bytes of files that have been given to the network so far, in all.
  [[nodiscard]] std::uint64_t sent() const;

 private:
  struct State;
  static awaitable<Reply> exchange(std::shared_ptr<State> state, Request request);
  std::shared_ptr<State> state_;
};

}  // namespace live::fetch
