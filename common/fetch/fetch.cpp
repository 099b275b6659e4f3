#include "common/fetch/fetch.hpp"

#include "common/fetch/multi.hpp"
#include "common/fetch/pace.hpp"
#include "common/fetch/transfer.hpp"

#include <algorithm>
#include <deque>
#include <map>

namespace live::fetch {

using Clock = std::chrono::steady_clock;

struct Client::State : std::enable_shared_from_this<Client::State> {
  State(asio::io_context& loop, const Limits& allowed, std::filesystem::path certificates)
      : io(loop),
        limits(allowed),
        ca_file(std::move(certificates)),
        pace(limits.bytes_per_second),
        refill(io),
        multi(io, static_cast<long>(limits.concurrency),
              [this](CURL* easy, CURLcode result) { done(easy, result); }) {}

  /// False when there are too many, or we stop.
  bool enter(const std::shared_ptr<Transfer>& transfer) {
    if (stopped || (running.size() >= limits.concurrency && waiting.size() >= limits.waiting))
      return false;
    waiting.push_back(transfer);
    start();
    return true;
  }

  void start() {
    while (running.size() < limits.concurrency && !waiting.empty()) {
      const auto transfer = waiting.front();
      waiting.pop_front();
      const auto ration = [this](Transfer& self, std::size_t wanted) { return give(self, wanted); };
      if (transfer->prepare(handle(), ca_file, ration) && multi.add(transfer->handle())) {
        running.emplace(transfer->handle(), transfer);
      } else {
        transfer->finish(Reply::failed("libcurl takes no more requests"));
      }
    }
  }

  Transfer::Handle handle() {
    if (spare.empty()) return Transfer::Handle{::curl_easy_init()};
    auto out = std::move(spare.back());
    spare.pop_back();
    return out;
  }

  void done(CURL* easy, CURLcode result) {
    const auto found = running.find(easy);
    if (found == running.end()) return;
    const auto transfer = found->second;
    running.erase(found);
    transfer->take_reply(result);
    if (result == CURLE_OK) {
      spare.push_back(transfer->release());
      ::curl_easy_reset(easy);
    }
    start();
  }

  /// Of a file, to the network.
  std::size_t give(Transfer& transfer, std::size_t wanted) {
    const auto now = Clock::now();
    const auto given = pace.take(wanted, now);
    sent += given;
    if (given > 0) return given;
    if (paused.empty()) {
      refill.expires_at(pace.next(now));
      refill.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        if (const auto self = weak.lock(); self && !error) self->go_on();
      });
    }
    paused.push_back(transfer.handle());
    return 0;
  }

  void go_on() {
    for (CURL* easy : std::exchange(paused, {})) {
      const auto found = running.find(easy);
      if (found != running.end()) found->second->resume();
    }
  }

  /// Whoever waited for it does not any more.
  void leave(const Transfer& transfer) {
    std::erase_if(waiting, [&](const auto& other) { return other.get() == &transfer; });
    const auto found = running.find(transfer.handle());
    if (found == running.end()) return;
    multi.remove(found->first);
    running.erase(found);
    start();
  }

  void stop() {
    stopped = true;
    refill.cancel();
    for (const auto& transfer : std::exchange(waiting, {}))
      transfer->finish(Reply::failed("the program stops"));
    for (const auto& [easy, transfer] : std::exchange(running, {})) {
      multi.remove(easy);
      transfer->finish(Reply::failed("the program stops"));
    }
  }

  asio::io_context& io;
  Limits limits;
  std::filesystem::path ca_file;
  Pace pace;
  asio::steady_timer refill;
  std::uint64_t sent = 0;
  bool stopped = false;
  std::deque<std::shared_ptr<Transfer>> waiting;
  std::map<CURL*, std::shared_ptr<Transfer>> running;
  std::vector<Transfer::Handle> spare;  ///< at most as many as ran at once
  std::vector<CURL*> paused;            ///< of `running`, until the pace lets them go on
  Multi multi;                          // goes first
};

Client::Client(asio::io_context& io, std::size_t concurrency, std::size_t waiting)
    : Client(io, Limits{concurrency, waiting, 0}, {}) {}

Client::Client(asio::io_context& io, const Limits& limits, std::filesystem::path ca_file)
    : state_(std::make_shared<State>(io, limits, std::move(ca_file))) {}

Client::~Client() { state_->stop(); }

std::uint64_t Client::sent() const { return state_->sent; }

awaitable<Reply> Client::send(Request request) { return exchange(state_, std::move(request)); }

awaitable<Reply> Client::exchange(std::shared_ptr<State> state, Request request) {
  struct Place {
    State& state;
    Transfer& transfer;
    Place(State& s, Transfer& t) : state(s), transfer(t) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { state.leave(transfer); }
  };
  const auto transfer = std::make_shared<Transfer>(state->io, std::move(request));
  const Place place{*state, *transfer};
  if (!state->enter(transfer)) co_return Reply::failed("too many requests at once");
  auto why = co_await transfer->wait();
  if (transfer->is_finished()) co_return transfer->reply();
  co_return Reply::failed(std::move(why));
}

}  // namespace live::fetch
