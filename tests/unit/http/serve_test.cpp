#include "common/http/serve.hpp"

#include "common/base/fd.hpp"
#include "common/base/log.hpp"

#include <array>
#include <future>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace live::http {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto patience_ms = 20'000;  // of a test, on a slow machine

/// A blocking client.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&in), sizeof in), 0);
  }
  void send(std::string_view text) const {
    EXPECT_EQ(::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL), std::ssize(text));
  }
  /// What comes until `stop` has come, or the connection ends.
  std::string read_until(std::string_view stop) {
    while (seen_.find(stop) == std::string::npos && read_some()) {
    }
    const auto end = std::min(seen_.find(stop), seen_.size() - std::min(seen_.size(), stop.size()));
    auto taken = seen_.substr(0, end + stop.size());
    seen_.erase(0, taken.size());
    return taken;
  }
  std::string read_to_end() {
    while (read_some()) {
    }
    return std::exchange(seen_, {});
  }
  std::string get(std::string_view target) {
    send("GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    return read_to_end();
  }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  bool read_some() {
    pollfd wait{fd_.get(), POLLIN, 0};
    if (::poll(&wait, 1, patience_ms) != 1) {
      ADD_FAILURE() << "nothing came";
      return false;
    }
    std::array<char, 4096> part{};
    const auto n = ::recv(fd_.get(), part.data(), part.size(), 0);
    if (n > 0) seen_.append(part.data(), static_cast<std::size_t>(n));
    return n > 0;
  }
  Fd fd_;
  std::string seen_;
};

class Serve : public ::testing::Test {
 protected:
  static Limits quick() {
    Limits limits;
    limits.head = 300ms;
    limits.idle = 300ms;
    limits.send = 2s;  // a client that reads may be kept from it for a moment
    return limits;
  }
  void start(const Limits& limits) {
    log::set_sink([](std::string_view) {});
    server.emplace(
        io, [this](const Request& r, const Peer& p) { return answer(r, p); }, limits);
    server->on_refusal([](std::string_view origin, Headers& headers) {
      if (origin == "here") headers.emplace_back("X-Refused", origin);
    });
    net::Listener listener{io, Address{"127.0.0.1", 0, {}}};
    port = listener.address().port;
    server->listen(std::move(listener));
    loop = std::thread{[this] { io.run(); }};
  }
  void TearDown() override {
    io.stop();
    if (loop.joinable()) loop.join();
    server.reset();
    log::set_sink({});
  }
  Answer answer(const Request& request, const Peer& peer) {
    if (request.path == "/throw") throw std::runtime_error("on purpose");
    if (request.path == "/peer") return Response{200, {}, peer.local ? "local" : "remote"};
    if (request.path == "/big")
      return Response{200, {}, std::make_shared<const Buffer>(32U << 20U)};
    if (request.path == "/take")
      return TakeOver{[this](Connection connection) { taken.set_value(std::move(connection)); }};
    if (request.path == "/file") return Response{200, {}, Body::of_file(file, 1, (8U << 20U) - 1)};
    if (request.path == "/later") return later();
    return Response{200, {{"X-Test", "1"}}, "you asked for " + request.path};
  }
  /// What is answered when release() is called.
  Later later() {
    blocked.set_value();
    auto give_up = std::shared_ptr<void>{nullptr, [this](void*) {
                                           if (!released) given_up.set_value();
                                         }};
    return {[this, give_up](const Request& request) -> std::optional<Response> {
              if (!released) return std::nullopt;
              if (later_is_file) return Response{200, {}, Body::of_file(file, 1, (8U << 20U) - 1)};
              return Response{200, {}, "at last for " + request.path};
            },
            waiters, std::chrono::steady_clock::now() + patience};
  }
  void release() {
    on_loop([this] {
      waiters.wake();  // for nothing
      released = true;
      waiters.wake();
    });
  }
  /// Runs `work` on the loop and waits for it.
  void on_loop(const std::function<void()>& action) {
    std::promise<void> done;
    asio::post(io, [&] {
      action();
      done.set_value();
    });
    done.get_future().wait();
  }
  std::size_t connections() {
    std::size_t count = 0;
    on_loop([&] { count = server->counts().connections; });
    return count;
  }

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  std::promise<Connection> taken;
  std::promise<void> blocked, given_up;
  bool released = false, later_is_file = false;
  Waiters waiters;
  std::chrono::milliseconds patience{60'000};
  std::shared_ptr<const Fd> file;
  std::optional<Server> server;
  std::uint16_t port = 0;
  std::thread loop;
};

TEST_F(Serve, AnswersAndKeepsTheConnection) {
  start({});
  Client client{port};
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto first = client.read_until("for /1");
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(first, HasSubstr("\r\nX-Test: 1\r\n"));
  EXPECT_THAT(first, HasSubstr("\r\nContent-Length: 16\r\n"));
  client.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_until("for /2"), HasSubstr("200 OK"));
}

TEST_F(Serve, AnswersPipelinedRequestsInOrder) {
  start({});
  Client client{port};
  client.send(
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto all = client.read_to_end();
  const auto a = all.find("for /a");
  const auto b = all.find("for /b");
  const auto c = all.find("for /c");
  ASSERT_NE(c, std::string::npos) << all;
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
}

TEST_F(Serve, ReadsAHeadByteByByte) {
  start({});
  Client client{port};
  for (const char c : std::string{"GET /slow HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"})
    client.send({&c, 1});
  EXPECT_THAT(client.read_to_end(), EndsWith("for /slow"));
}

TEST_F(Serve, TellsTheLengthToHeadAndNoBody) {
  start({});
  Client client{port};
  client.send("HEAD /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto answer = client.read_to_end();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 16\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(Serve, ClosesAfterHttp10) {
  start({});
  Client client{port};
  client.send("GET /1 HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(Serve, AnswersASlowHeadWith408) {
  start(quick());
  Client client{port};
  client.send("GET / HTTP/1.1\r\nHos");
  const auto answer = client.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(Serve, ClosesSilentConnectionsWithoutAWord) {
  start(quick());
  EXPECT_EQ(Client{port}.read_to_end(), "");
  Client idle{port};
  idle.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(idle.read_to_end(), EndsWith("for /1"));
}

TEST_F(Serve, RefusesWhatIsNoRequestWithOneLine) {
  start({});
  const auto refusal = [&](std::string_view text) {
    Client client{port};
    client.send(text);
    return client.read_to_end();
  };
  EXPECT_THAT(refusal("\x16\x03\x01"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(refusal("GET /" + std::string(9'000, 'x')),
              StartsWith("HTTP/1.1 414 URI Too Long\r\n"));
  EXPECT_THAT(refusal("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x')),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 411 "));
  const auto body = refusal("{\"a\": 1}\r\n");
  EXPECT_THAT(body, EndsWith("\r\n\r\n400 Bad Request: this is no HTTP request\n"));
}

TEST_F(Serve, SkipsASmallBody) {
  start({});
  Client client{port};
  client.send("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234");
  client.send("56789GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto all = client.read_to_end();
  EXPECT_THAT(all, HasSubstr("for /1"));
  EXPECT_THAT(all, EndsWith("for /2"));
}

TEST_F(Serve, AnswersAnExceptionWith500) {
  start({});
  Client client{port};
  client.send("GET /throw HTTP/1.1\r\nHost: h\r\nOrigin: here\r\n\r\n");
  const auto answer = client.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-Refused: here\r\n")) << "as all refusals have";
  EXPECT_THAT(answer, Not(HasSubstr("on purpose")));
}

TEST_F(Serve, HandsTheConnectionOverWithWhatCameAhead) {
  start({});
  Client client{port};
  client.send("GET /take HTTP/1.1\r\nHost: h\r\n\r\nahead");
  auto future = taken.get_future();
  ASSERT_EQ(future.wait_for(20s), std::future_status::ready);
  auto connection = future.get();
  EXPECT_EQ(connection.ahead, "ahead");
  EXPECT_THAT(connection.peer, StartsWith("127.0.0.1:"));
  EXPECT_EQ(connections(), 0U) << "a viewer is not a connection of the server any more";
  ASSERT_EQ(::send(connection.socket.native_handle(), "streamed", 8, 0), 8);
  EXPECT_EQ(client.read_until("streamed"), "streamed");
  on_loop([&] { connection.socket.close(); });
}

TEST_F(Serve, RefusesConnectionsAboveTheLimit) {
  Limits limits;
  limits.connections = 1;
  start(limits);
  Client first{port};
  first.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  first.read_until("for /1");
  const auto answer = Client{port}.get("/2");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: "));
  first.send("GET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(first.read_until("for /3"), HasSubstr("200 OK"));
}

TEST_F(Serve, SendsBigBodiesAndDropsWhoDoesNotRead) {
  start(quick());
  EXPECT_GT(Client{port}.get("/big").size(), 32U << 20U);
  Client lazy{port};
  lazy.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  lazy.read_until("\r\n\r\n");
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (connections() > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(10ms);
  EXPECT_EQ(connections(), 0U);
}

TEST_F(Serve, SendsFilesFromWhereTheyAre) {
  const Fd made{::memfd_create("file", MFD_CLOEXEC)};
  ASSERT_EQ(::ftruncate(made.get(), 8U << 20U), 0);
  ASSERT_EQ(::pwrite(made.get(), "abc", 3, 0), 3);
  file = std::make_shared<const Fd>(::dup(made.get()));
  start(quick());
  const auto answer = Client{port}.get("/file");
  const auto body = answer.substr(answer.find("\r\n\r\n") + 4);
  EXPECT_EQ(body.size(), (8U << 20U) - 1);
  EXPECT_THAT(body, StartsWith("bc"));
  // A file that became shorter ends the connection: the client must not take something else for the rest.
  ASSERT_EQ(::ftruncate(made.get(), 1000), 0);
  EXPECT_LT(Client{port}.get("/file").size(), 2000U);
}

TEST_F(Serve, AnswersLaterAndInOrder) {
  start({});
  Client client{port};
  client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  blocked.get_future().wait();
  release();
  EXPECT_THAT(client.read_until("for /2"), HasSubstr("at last for /later"));
  EXPECT_EQ(waiters.size(), 0U);
}

TEST_F(Serve, WhoIsWokenHasTheAnswerAtOnce) {
  start({});
  Client client{port};
  client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  blocked.get_future().wait();
  on_loop([&] {
    released = true;
    waiters.wake();
    waiters.wake();  // he is answered once
    pollfd wait{client.fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&wait, 1, patience_ms), 1) << "it waits for the loop";
  });
  EXPECT_THAT(client.read_until("for /later"), HasSubstr("200 OK"));
  client.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_until("for /2"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(Serve, AFileIsSentLaterToo) {
  const Fd made{::memfd_create("file", MFD_CLOEXEC)};
  ASSERT_EQ(::ftruncate(made.get(), 8U << 20U), 0);
  file = std::make_shared<const Fd>(::dup(made.get()));
  later_is_file = true;
  start({});
  Client client{port};
  client.send("GET /later HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  blocked.get_future().wait();
  release();
  EXPECT_GT(client.read_to_end().size(), (8U << 20U) - 1);
}

TEST_F(Serve, WaitsNoLongerThanItMay) {
  patience = 50ms;
  start({});
  EXPECT_THAT(Client{port}.get("/later"), HasSubstr("503"));
}

TEST_F(Serve, WhoLeavesWaitsForNothing) {
  start({});
  {
    Client client{port};
    client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    blocked.get_future().wait();
  }
  EXPECT_EQ(given_up.get_future().wait_for(20s), std::future_status::ready);
}

TEST_F(Serve, KnowsThatThePeerIsLocal) {
  start({});
  EXPECT_THAT(Client{port}.get("/peer"), EndsWith("local"));
}

TEST_F(Serve, StopEndsIdleConnectionsAndAcceptsNoMore) {
  start({});
  Client idle{port};
  idle.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  idle.read_until("for /1");
  on_loop([&] { server->stop(); });
  EXPECT_EQ(idle.read_to_end(), "");
}

}  // namespace
}  // namespace live::http
