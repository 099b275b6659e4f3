#include "common/fetch/fetch.hpp"

#include "common/base/fd.hpp"
#include "common/base/file.hpp"
#include "common/fetch/pace.hpp"
#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"
#include "tests/support/http_server.hpp"

#include <array>
#include <atomic>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::fetch {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto patience = 20s;  // of a test, on a slow machine

class Fetch : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY"})
      ::unsetenv(name);
  }
  static awaitable<void> ask(Client& client, Request request, Reply& reply, int& left) {
    reply = co_await client.send(std::move(request));
    --left;
  }
  void start(Client& client, Request request, Reply& reply) {
    ++left_;
    net::spawn(io_, "test", ask(client, std::move(request), reply, left_));
  }
  void run() {
    const auto end = std::chrono::steady_clock::now() + patience;
    io_.restart();
    while (left_ > 0 && std::chrono::steady_clock::now() < end)
      io_.run_one_for(100ms);
    ASSERT_EQ(left_, 0);
  }
  Reply send(Request request) {
    Client client{io_, 2, 2};
    Reply reply;
    start(client, std::move(request), reply);
    run();
    return reply;
  }
  static Request get(const std::string& url) {
    Request request;
    request.url = url;
    return request;
  }

  asio::io_context io_;
  int left_ = 0;
};

TEST_F(Fetch, GetsAnAnswer) {
  const test::HttpServer server{[](const std::string& request) {
    return test::http_answer("200 OK", request.substr(0, request.find('\r')),
                             "Content-Type: text/x\r\n");
  }};
  const auto reply = send(get(server.url("/a?b")));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "GET /a?b HTTP/1.1");
  EXPECT_EQ(reply.content_type, "text/x");
  EXPECT_EQ(reply.error, "");
}

TEST_F(Fetch, PostsABody) {
  std::string seen;
  const test::HttpServer server{[&](const std::string& request) {
    seen = request;
    return test::http_answer("403 Forbidden", "no");
  }};
  auto request = get(server.url());
  request.method = "POST";
  request.body = std::string{"a=\0b", 4};
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  const auto reply = send(request);
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.body, "no");
  EXPECT_THAT(seen,
              AllOf(StartsWith("POST / HTTP/1.1\r\n"), EndsWith(std::string{"\r\n\r\na=\0b", 8}),
                    HasSubstr("\r\nContent-Type: application/x-www-form-urlencoded\r\n"),
                    HasSubstr("\r\nUser-Agent: liveutils/"), Not(HasSubstr("Expect"))));
}

TEST_F(Fetch, FollowsNoRedirect) {
  const test::HttpServer server{[](const std::string&) {
    return test::http_answer("302 Found", "", "Location: http://127.0.0.1:1/\r\n");
  }};
  EXPECT_EQ(send(get(server.url())).status, 302);
}

TEST_F(Fetch, KeepsTheConnectionForTheNextRequest) {
  const test::HttpServer server{
      [](const std::string&) { return test::http_answer("200 OK", "x"); }};
  Client client{io_, 2, 2};
  for (int i = 0; i < 3; ++i) {
    Reply reply;
    start(client, get(server.url()), reply);
    run();
    EXPECT_EQ(reply.status, 200);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(Fetch, SurvivesASocketNumberThatIsUsedAgain) {
  const test::HttpServer server{
      [](const std::string&) { return test::http_answer("200 OK", "x", "Connection: close\r\n"); }};
  Client client{io_, 1, 100};
  std::array<Reply, 30> replies;
  for (auto& reply : replies)
    start(client, get(server.url()), reply);
  run();
  for (const auto& reply : replies)
    EXPECT_EQ(reply.status, 200) << reply.error;
}

TEST_F(Fetch, SaysWhyThereIsNoAnswerWithoutTheUrl) {
  std::string url;
  {
    const test::HttpServer gone{[](const std::string&) { return ""; }};
    url = gone.url("/secret?key=secret");
    EXPECT_EQ(send(get(url)).error, "server returned nothing (no headers, no data)");
  }
  const auto reply = send(get(url));
  EXPECT_EQ(reply.status, 0);
  EXPECT_THAT(reply.error, StartsWith("couldn't connect to server: Connection refused"));
  EXPECT_EQ(send(get("file:///etc/passwd")).error, "unsupported protocol");
  EXPECT_EQ(send(get("http://user:secret@ x")).status, 0);
  EXPECT_EQ(send(get("")).status, 0);
}

TEST_F(Fetch, AnAnswerThatIsNoHttpIsNone) {
  const test::HttpServer server{[](const std::string&) { return "SSH-2.0-OpenSSH_9.2\r\n"; }};
  EXPECT_EQ(send(get(server.url())).status, 0);
}

TEST_F(Fetch, BoundsTheBody) {
  const test::HttpServer server{
      [](const std::string&) { return test::http_answer("200 OK", std::string(1000, 'x')); }};
  auto request = get(server.url());
  request.max_body = 1000;
  EXPECT_EQ(send(request).body.size(), 1000U);
  request.max_body = 999;
  const auto reply = send(request);
  EXPECT_EQ(reply.status, 0);
  EXPECT_EQ(reply.error, "the answer is larger than 999 bytes");
  EXPECT_EQ(reply.body, "");
}

TEST_F(Fetch, WaitsNoLongerThanItMay) {
  const test::HttpServer server{[](const std::string&) { return "-"; }};
  auto request = get(server.url());
  request.timeout = 50ms;
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(send(request).error, "no answer within 50ms");
  EXPECT_LT(std::chrono::steady_clock::now() - before, patience);
}

TEST_F(Fetch, TheWaitForOthersCounts) {
  const test::HttpServer server{[](const std::string&) { return "-"; }};
  Client client{io_, 1, 10};
  std::array<Reply, 4> replies;
  auto request = get(server.url());
  request.timeout = 100ms;
  for (auto& reply : replies)
    start(client, request, reply);
  run();
  for (const auto& reply : replies)
    EXPECT_EQ(reply.error, "no answer within 100ms");
  EXPECT_LE(server.connections(), 4);
}

TEST_F(Fetch, RefusesWhatIsTooMuchAtOnce) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  const test::HttpServer server{[&](const std::string&) {
    most = std::max(most.load(), ++now);
    std::this_thread::yield();
    --now;
    return test::http_answer("200 OK", "");
  }};
  Client client{io_, 2, 3};
  std::array<Reply, 7> replies;
  for (auto& reply : replies)
    start(client, get(server.url()), reply);
  run();
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(replies[i].status, 200) << replies[i].error;
  for (std::size_t i = 5; i < 7; ++i)
    EXPECT_EQ(replies[i].error, "too many requests at once");
  EXPECT_LE(most, 2);
}

TEST_F(Fetch, GoesOnAfterAnExchangeWasGivenUp) {
  std::atomic<bool> silent{true};
  const test::HttpServer server{
      [&](const std::string&) { return silent ? "-" : test::http_answer("200 OK", ""); }};
  Client client{io_, 1, 1};
  const auto give_up = [](Client& asked, Request request, int& left) -> awaitable<void> {
    EXPECT_FALSE(co_await net::within(50ms, asked.send(std::move(request))));
    --left;
  };
  ++left_;
  net::spawn(io_, "test", give_up(client, get(server.url()), left_));
  run();
  silent = false;
  Reply reply;
  start(client, get(server.url()), reply);
  run();
  EXPECT_EQ(reply.status, 200) << reply.error;
}

/// A file of `text` that has no name any more.
Fd file_of(const std::string& text) {
  std::string name = "/tmp/live-fetch-XXXXXX";
  Fd file{::mkstemp(name.data())};
  ::unlink(name.c_str());
  write_all(file.get(), as_bytes(text));
  return file;
}

TEST_F(Fetch, SendsAPartOfAFile) {
  std::string seen;
  const test::HttpServer server{[&](const std::string& request) {
    seen = request;
    return test::http_answer("200 OK", "", "ETag: \"a b\"\r\nX-Two:  2 \r\n");
  }};
  const auto file = file_of("0123456789");
  auto request = get(server.url("/a/../b%20c"));
  request.method = "PUT";
  request.file = std::make_shared<MappedFile>(file.get(), 2, 5);
  request.headers = {{"Content-Type", "video/mp4"}};
  request.exact = request.keep_headers = true;
  const auto reply = send(request);
  EXPECT_EQ(reply.status, 200) << reply.error;
  EXPECT_EQ(reply.header("etag"), "\"a b\"");
  EXPECT_EQ(reply.header("x-two"), "2");
  EXPECT_EQ(reply.header("x-three"), "");
  EXPECT_THAT(seen, AllOf(StartsWith("PUT /a/../b%20c HTTP/1.1\r\n"), EndsWith("\r\n\r\n23456"),
                          HasSubstr("\r\nContent-Length: 5\r\n"), Not(HasSubstr("Expect"))));
}

TEST_F(Fetch, AFileThatHasBecomeShorterIsAFailure) {
  const test::HttpServer server{[](const std::string&) { return "-"; }};
  const auto file = file_of(std::string(100'000, 'x'));
  auto request = get(server.url());
  request.method = "PUT";
  request.file = std::make_shared<MappedFile>(file.get(), 0, 100'000);
  ASSERT_EQ(::ftruncate(file.get(), 10), 0);
  EXPECT_EQ(send(request).error, "the file has become shorter while it was sent");
}

TEST_F(Fetch, StallsNoLongerThanItMay) {
  const test::HttpServer server{[](const std::string&) { return "-"; }};
  auto request = get(server.url());
  request.timeout = 0ms;
  request.stall = 50ms;
  EXPECT_EQ(send(request).error, "nothing moved for 50ms");
}

TEST_F(Fetch, KeepsToTheRateWithWhatAllSend) {
  const test::HttpServer server{[](const std::string&) { return test::http_answer("200 OK", ""); }};
  const auto file = file_of(std::string(150'000, 'x'));
  Client client{io_, Limits{2, 2, 500'000}, {}};
  std::array<Reply, 2> replies;
  auto request = get(server.url());
  request.method = "PUT";
  request.file = std::make_shared<MappedFile>(file.get(), 0, 150'000);
  request.timeout = patience;
  const auto before = std::chrono::steady_clock::now();
  for (auto& reply : replies)
    start(client, request, reply);
  run();
  for (const auto& reply : replies)
    EXPECT_EQ(reply.status, 200) << reply.error;
  EXPECT_EQ(client.sent(), 300'000U);
  EXPECT_GT(std::chrono::steady_clock::now() - before, 450ms);
}

TEST(Pace, WithoutARateEverythingGoes) {
  Pace pace{0};
  EXPECT_EQ(pace.take(1U << 30U, {}), 1U << 30U);
}

TEST(Pace, GivesInPortionsAndSaysWhenThereIsTheNext) {
  Pace pace{100'000};
  auto now = Monotonic{1h};
  EXPECT_EQ(pace.take(1'000'000, now), Pace::least);
  EXPECT_EQ(pace.take(1'000'000, now), 0U);
  const auto next = pace.next(now);
  EXPECT_NEAR(std::chrono::duration<double>(next - now).count(), 0.16384, 0.001);
  EXPECT_EQ(pace.take(100, next), 100U);
}

TEST_F(Fetch, EndsWithItsClient) {
  const test::HttpServer server{[](const std::string&) { return "-"; }};
  std::optional<Client> client;
  client.emplace(io_, 1, 1);
  std::array<Reply, 2> replies;
  for (auto& reply : replies)
    start(*client, get(server.url()), reply);
  io_.run_for(50ms);
  client.reset();
  run();
  for (const auto& reply : replies)
    EXPECT_EQ(reply.error, "the program stops");
}

TEST_F(Fetch, MayBeLeftWithTheLoop) {
  const test::HttpServer server{[](const std::string&) { return "-"; }};
  asio::io_context io;
  Client client{io, 1, 1};
  std::array<Reply, 2> replies;
  int left = 2;
  for (auto& reply : replies)
    net::spawn(io, "test", ask(client, get(server.url()), reply, left));
  io.run_for(50ms);
  EXPECT_EQ(left, 2);
}

}  // namespace
}  // namespace live::fetch
