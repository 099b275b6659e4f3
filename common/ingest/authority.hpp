// Decides who may publish and play: the key file (read again on SIGHUP and when it changes), the operator's auth URL, or
// anybody.  Wrong keys cost their address time, without holding up anybody else.
#pragma once

#include "common/ingest/keys.hpp"
#include "common/ingest/publisher.hpp"
#include "common/net/asio.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace live::ingest {

struct AuthorityOptions {
  std::string keys_file;  ///< "" = none
  std::string auth_url;   ///< "" = none; env: and file: are resolved by the caller
  enum class Format { form, json };
  Format auth_format = Format::form;
  bool allow_any = false;
  static constexpr std::chrono::milliseconds timeout{3'000};
  static constexpr std::size_t concurrency = 32, waiting = 1'000;
};

class Authority {
 public:
  /// Throws Failure(config, no_input) of the key file.
  Authority(asio::io_context& io, AuthorityOptions options);
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority();

  /// May `claim` publish, and as whom?  After a denial the answer comes late: 1 s, doubling per address to 8 s, in a
  /// bounded table; the wait is this coroutine's alone.  Does not throw.
  awaitable<std::variant<Grant, Denial>> publish(const Claim& claim);
  /// --play key: does `claim` hold the key of the stream `path`, or any key of the file for it?
  awaitable<std::variant<Grant, Denial>> play(const Claim& claim);
  /// The stream of `claim` has ended: told to the auth URL, answer ignored.
  void ended(const Claim& claim, const Grant& grant);

  /// SIGHUP: reads the keys again; keeps the old ones, with an error in the log, when the file is wrong.
  void reload();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live::ingest
