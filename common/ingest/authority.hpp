// Decides who may publish and play: the key file (see key_file.hpp), the operator's auth URL (see auth_url.hpp), or anybody.
//
// With both a key file and a URL the file counts first, and the URL is asked about the keys that the file does not know: what
// the file allows needs no server to be up.  allow_any stands alone: the path is the name, and must be a valid one.
//
// A wrong key costs its address time: the answer comes after 1 s, doubling to 8 s, without holding up anybody else.  Hashes
// that are slow by design are compared on a thread of their own.
#pragma once

#include "common/ingest/auth_url.hpp"
#include "common/ingest/gate.hpp"
#include "common/ingest/publisher.hpp"
#include "common/net/asio.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <variant>

namespace live::ingest {

struct AuthorityOptions {
  std::string keys_file;  ///< "" = none
  std::string auth_url;   ///< "" = none; env: and file: are resolved by the caller
  AuthFormat auth_format = AuthFormat::form;
  bool allow_any = false;
  std::chrono::milliseconds timeout{3'000};           ///< of a call of the URL
  std::size_t concurrency = 32, waiting = 1'000;      ///< calls of the URL
  std::size_t hashing = 64, hashing_per_address = 8;  ///< claims that wait for a slow hash
  std::chrono::milliseconds hashing_wait{10'000};     ///< and how long at most
  GateLimits penalties;
};

class Authority {
 public:
  /// Throws Failure: config, no_input, bad_data of the key file; usage when the URL is not one of HTTP, or allow_any does not
  /// stand alone.
  Authority(asio::io_context& io, AuthorityOptions options);
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority();

  /// May `claim` publish, and as whom?  A denial comes late; the wait is this coroutine's alone.  Does not throw.
  awaitable<std::variant<Grant, Denial>> publish(const Claim& claim);
  /// --play key: does `claim` hold a key of the stream in its path?  The grant names the stream that may be played.
  awaitable<std::variant<Grant, Denial>> play(const Claim& claim);
  /// The stream of `claim` has ended: told to the auth URL where that had allowed it, answer ignored.
  void ended(const Claim& claim, const Grant& grant);
  /// Until the URL has been told of all that ended: the timeout at most.  Does not throw.
  awaitable<void> settle();

  /// SIGHUP: reads the keys again; keeps the old ones, with an error in the log, when the file is wrong.
  void reload();
  /// From now on the auth URL is this one; REQUIRES: there was one.  Throws Failure(usage) as the constructor does.
  void ask(std::string auth_url);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live::ingest
