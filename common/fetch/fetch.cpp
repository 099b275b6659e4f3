#include "common/fetch/fetch.hpp"

#include "common/base/failure.hpp"
#include "common/base/text.hpp"
#include "common/fetch/multi.hpp"

#include <algorithm>
#include <cctype>
#include <deque>
#include <map>

namespace live::fetch {
namespace {

struct Freed {
  void operator()(CURL* easy) const noexcept { ::curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, Freed>;
using List = std::unique_ptr<curl_slist, Freed>;

/// One exchange; curl holds pointers into it while it runs.
struct Transfer {
  Transfer(asio::io_context& io, Request asked) : request(std::move(asked)), over(io) {
    over.expires_after(request.timeout);
  }
  Request request;
  Reply reply;
  asio::steady_timer over;  ///< expires: too late; is cancelled: finished
  bool finished = false, too_large = false;
  List headers;
  Easy easy;  ///< while it runs
};

std::size_t on_body(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.too_large = transfer.reply.body.size() + size > transfer.request.max_body;
  if (transfer.too_large) return 0;
  transfer.reply.body.append(bytes, size);
  return size;
}

List header_list(const Request& request) {
  List list;
  const auto add = [&](const std::string& line) {
    if (auto* longer = ::curl_slist_append(list.get(), line.c_str())) {
      static_cast<void>(list.release());
      list.reset(longer);
    }
  };
  for (const auto& [name, value] : request.headers)
    add(fmt::format("{}: {}", name, value));
  add("Expect:");  // a second round trip for a body of 200 bytes
  return list;
}

void set_method(CURL* easy, const Request& request) {
  if (request.method == "HEAD") ::curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (request.method == "GET" || request.method == "HEAD") return;
  ::curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  ::curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  ::curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

bool prepare(Transfer& transfer) {
  transfer.easy.reset(::curl_easy_init());
  CURL* easy = transfer.easy.get();
  if (easy == nullptr) return false;
  transfer.headers = header_list(transfer.request);
  ::curl_easy_setopt(easy, CURLOPT_URL, transfer.request.url.c_str());
  ::curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  ::curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a resolver that hangs must not hold us up
  ::curl_easy_setopt(easy, CURLOPT_USERAGENT, "liveutils/" LIVE_VERSION);
  ::curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
  ::curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  ::curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  set_method(easy, transfer.request);
  return true;
}

/// curl_easy_strerror() names neither host nor URL.
std::string error_of(const Transfer& transfer, CURLcode result) {
  if (transfer.too_large)
    return fmt::format("the answer is larger than {} bytes", transfer.request.max_body);
  std::string text = ::curl_easy_strerror(result);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  long error = 0;
  ::curl_easy_getinfo(transfer.easy.get(), CURLINFO_OS_ERRNO, &error);
  if (result == CURLE_COULDNT_CONNECT && error != 0)
    text += ": " + errno_text(static_cast<int>(error));
  return text;
}

void take_reply(Transfer& transfer, CURLcode result) {
  auto& reply = transfer.reply;
  if (result != CURLE_OK) {
    reply = {0, error_of(transfer, result), {}, {}};
    return;
  }
  long status = 0;
  const char* type = nullptr;
  ::curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  ::curl_easy_getinfo(transfer.easy.get(), CURLINFO_CONTENT_TYPE, &type);
  reply.status = static_cast<int>(status);
  if (status == 0) reply.error = "the answer has no status";
  if (type != nullptr) reply.content_type = type;
}

}  // namespace

struct Client::State {
  State(asio::io_context& loop, std::size_t concurrency, std::size_t line)
      : io(loop),
        most_running(concurrency),
        most_waiting(line),
        multi(io, static_cast<long>(concurrency),
              [this](CURL* easy, CURLcode result) { done(easy, result); }) {}

  /// False when there are too many, or we stop.
  bool enter(const std::shared_ptr<Transfer>& transfer) {
    if (stopped || (running.size() >= most_running && waiting.size() >= most_waiting)) return false;
    waiting.push_back(transfer);
    start();
    return true;
  }

  void start() {
    while (running.size() < most_running && !waiting.empty()) {
      const auto transfer = waiting.front();
      waiting.pop_front();
      if (prepare(*transfer) && multi.add(transfer->easy.get())) {
        running.emplace(transfer->easy.get(), transfer);
      } else {
        finish(*transfer, {0, "libcurl takes no more requests", {}, {}});
      }
    }
  }

  void done(CURL* easy, CURLcode result) {
    const auto found = running.find(easy);
    if (found == running.end()) return;
    const auto transfer = found->second;
    running.erase(found);
    take_reply(*transfer, result);
    finish(*transfer, std::move(transfer->reply));
    start();
  }

  static void finish(Transfer& transfer, Reply reply) {
    transfer.reply = std::move(reply);
    transfer.finished = true;
    transfer.over.cancel();
  }

  /// Whoever waited for it does not any more.
  void leave(const Transfer& transfer) {
    std::erase_if(waiting, [&](const auto& other) { return other.get() == &transfer; });
    const auto found = running.find(transfer.easy.get());
    if (found == running.end()) return;
    multi.remove(found->first);
    running.erase(found);
    start();
  }

  void stop() {
    stopped = true;
    for (const auto& transfer : std::exchange(waiting, {}))
      finish(*transfer, {0, "the program stops", {}, {}});
    for (const auto& [easy, transfer] : std::exchange(running, {})) {
      multi.remove(easy);
      finish(*transfer, {0, "the program stops", {}, {}});
    }
  }

  asio::io_context& io;
  std::size_t most_running, most_waiting;
  bool stopped = false;
  std::deque<std::shared_ptr<Transfer>> waiting;
  std::map<CURL*, std::shared_ptr<Transfer>> running;
  Multi multi;  // goes first
};

Client::Client(asio::io_context& io, std::size_t concurrency, std::size_t waiting)
    : state_(std::make_shared<State>(io, concurrency, waiting)) {}

Client::~Client() { state_->stop(); }

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
  if (!state->enter(transfer)) co_return Reply{0, "too many requests at once", {}, {}};
  boost::system::error_code error;
  if (!transfer->finished) error = std::get<0>(co_await transfer->over.async_wait(as_result));
  if (transfer->finished) co_return std::move(transfer->reply);
  if (error) co_return Reply{0, "given up", {}, {}};
  co_return Reply{
      0, fmt::format("no answer within {}", format_duration(transfer->request.timeout)), {}, {}};
}

}  // namespace live::fetch
