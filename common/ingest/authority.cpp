#include "common/ingest/authority.hpp"

#include "common/base/failure.hpp"
#include "common/base/for_option.hpp"
#include "common/base/log.hpp"
#include "common/ingest/key_file.hpp"
#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"

#include <map>
#include <optional>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace live::ingest {

using Verdict = std::variant<Grant, Denial>;

namespace {

/// One comparison on the other thread, and who waits for it.
struct Comparison {
  Comparison(asio::io_context& io, std::chrono::milliseconds limit) : done(io, limit) {}
  asio::steady_timer done;  ///< cancelled: `verdict` is there
  std::optional<Verdict> verdict;
};

Denial refused() { return {Denial::Why::unauthorized, "the key is not accepted"}; }

void check_url(const std::string& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    fail(Exit::usage, "--auth-url: not a URL of http:// or https://");
}

Verdict by_path(const Claim& claim, const Presented& presented) {
  if (is_stream_name(presented.path)) return Grant{presented.path, public_query(claim.query), {}};
  return Denial{Denial::Why::bad_name, "the stream has no name that can be used"};
}

}  // namespace

struct Authority::State : std::enable_shared_from_this<State> {
  State(asio::io_context& loop, AuthorityOptions asked)
      : io(loop),
        options(std::move(asked)),
        gate(options.penalties),
        client(io, options.concurrency, options.waiting),
        told(io, asio::steady_timer::time_point::max()) {
    if (!options.keys_file.empty())
      for_option("--keys", [this] { keys.emplace(options.keys_file); });
  }

  awaitable<Verdict> by_keys(const Claim& claim, Wish wish);
  awaitable<Verdict> by_url(const Claim& claim, const Presented& presented, Wish wish);
  awaitable<Verdict> judge(const Claim& claim, Wish wish);
  void note(bool answers, const std::string& complaint);

  static awaitable<Verdict> decide(std::shared_ptr<State> self, const Claim& claim, Wish wish);
  static awaitable<void> tell(std::shared_ptr<State> self, fetch::Request request);
  static awaitable<void> settle(std::shared_ptr<State> self);

  asio::io_context& io;
  AuthorityOptions options;
  Gate gate;
  std::optional<KeyFile> keys;
  fetch::Client client;
  std::uint64_t failures = 0;  ///< of the URL, since it last answered
  std::size_t telling = 0;
  asio::steady_timer told;  ///< cancelled: nothing is being told any more
  std::size_t hashing = 0;
  std::map<std::string, std::size_t> hashing_of;  ///< by address
  std::unique_ptr<asio::thread_pool> hasher;      ///< one thread, once it is needed
};

awaitable<Verdict> Authority::State::by_keys(const Claim& claim, Wish wish) {
  const auto current = keys->current();
  if (!current->is_costly(claim, wish)) co_return current->check(claim, wish);
  const auto address = Gate::address_of(claim.client);
  const auto of_address = hashing_of.find(address);
  if (hashing >= options.hashing ||
      (of_address != hashing_of.end() && of_address->second >= options.hashing_per_address))
    co_return Denial{Denial::Why::unavailable, "try again later"};
  if (!hasher) hasher = std::make_unique<asio::thread_pool>(1);
  ++hashing;
  ++hashing_of[address];
  const auto comparison = std::make_shared<Comparison>(io, options.hashing_wait);
  // What is the loop's goes back to it: the thread lets go of `waits` before the loop can have it.
  auto work = [current, claim, wish, address, waits = comparison,
               self = shared_from_this()]() mutable {
    auto& loop = self->io;
    Verdict verdict = refused();
    if (waits.use_count() > 1) verdict = current->check(claim, wish);  // else nobody waits any more
    asio::post(loop, [waits = std::move(waits), self = std::move(self), address,
                      verdict = std::move(verdict)]() mutable {
      --self->hashing;
      if (--self->hashing_of[address] == 0) self->hashing_of.erase(address);
      waits->verdict = std::move(verdict);
      waits->done.cancel();
    });
  };
  asio::post(*hasher, std::move(work));
  static_cast<void>(co_await comparison->done.async_wait(as_result));
  if (!comparison->verdict) co_return Denial{Denial::Why::unavailable, "try again later"};
  co_return std::move(*comparison->verdict);
}

/// One line when the URL begins to fail, one when it is well again, and one for each answer that is wrong.
void Authority::State::note(bool answers, const std::string& complaint) {
  if (answers && failures > 0) log::info("auth URL: answers again, after {} failures", failures);
  failures = answers ? 0 : failures + 1;
  if (failures <= 1 && !complaint.empty()) log::warn("auth URL: {}", complaint);
}

awaitable<Verdict> Authority::State::by_url(const Claim& claim, const Presented& presented,
                                            Wish wish) {
  const auto event = wish == Wish::publish ? AuthEvent::start : AuthEvent::play;
  auto request = auth_request(options.auth_url, options.auth_format, event, claim, presented);
  request.timeout = options.timeout;
  const auto reply = co_await client.send(std::move(request));
  std::string complaint;
  auto verdict = auth_answer(reply, claim, presented, complaint);
  const auto* denial = std::get_if<Denial>(&verdict);
  note(denial == nullptr || denial->why != Denial::Why::unavailable, complaint);
  co_return verdict;
}

awaitable<Verdict> Authority::State::judge(const Claim& claim, Wish wish) {
  const auto presented = present(claim);
  if (!presented)
    co_return Denial{Denial::Why::bad_name, "the URL is too long, or has control characters"};
  if (options.allow_any && wish == Wish::publish) co_return by_path(claim, *presented);
  Verdict verdict = refused();
  if (keys) verdict = co_await by_keys(claim, wish);
  if (std::holds_alternative<Grant>(verdict)) co_return verdict;
  if (options.auth_url.empty() || presented->key.empty()) co_return verdict;
  co_return co_await by_url(claim, *presented, wish);
}

awaitable<Verdict> Authority::State::decide(std::shared_ptr<State> self, const Claim& claim,
                                            Wish wish) {
  auto verdict = co_await self->judge(claim, wish);
  const auto* denial = std::get_if<Denial>(&verdict);
  if (denial != nullptr && denial->why == Denial::Why::unauthorized) {
    const auto wait = self->gate.penalty(claim.client, std::chrono::steady_clock::now());
    co_await net::pause(wait);
  }
  co_return verdict;
}

awaitable<void> Authority::State::tell(std::shared_ptr<State> self, fetch::Request request) {
  const auto reply = co_await self->client.send(std::move(request));
  self->note(reply.status != 0, reply.error);
  if (--self->telling == 0) self->told.cancel();
}

awaitable<void> Authority::State::settle(std::shared_ptr<State> self) {
  if (self->telling > 0) static_cast<void>(co_await self->told.async_wait(as_result));
}

Authority::Authority(asio::io_context& io, AuthorityOptions options) {
  const auto& url = options.auth_url;
  if (!url.empty()) check_url(url);
  if (options.allow_any && !(url.empty() && options.keys_file.empty()))
    fail(Exit::usage, "--allow-any lets everybody in: neither --keys nor --auth-url beside it");
  state_ = std::make_shared<State>(io, std::move(options));
}

Authority::~Authority() {
  if (!state_->hasher) return;
  state_->hasher->stop();
  state_->hasher->join();
  state_->hasher.reset();
}

awaitable<Verdict> Authority::publish(const Claim& claim) {
  return State::decide(state_, claim, Wish::publish);
}

awaitable<Verdict> Authority::play(const Claim& claim) {
  return State::decide(state_, claim, Wish::play);
}

void Authority::ended(const Claim& claim, const Grant& grant) {
  if (!grant.by_url || state_->options.auth_url.empty()) return;
  auto request = end_request(state_->options.auth_url, state_->options.auth_format, claim, grant);
  request.timeout = state_->options.timeout;
  ++state_->telling;
  net::spawn(state_->io, "auth URL", State::tell(state_, std::move(request)));
}

awaitable<void> Authority::settle() { return State::settle(state_); }

void Authority::reload() {
  if (state_->keys) state_->keys->reload();
}

void Authority::ask(std::string auth_url) {
  check_url(auth_url);
  state_->options.auth_url = std::move(auth_url);
}

}  // namespace live::ingest
