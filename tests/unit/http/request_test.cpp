#include "common/http/request.hpp"

#include <string>

#include <gtest/gtest.h>

namespace live::http {
namespace {

Request read(std::string_view text) {
  auto step = parse_request(text);
  if (auto* taken = std::get_if<Taken<Request>>(&step)) {
    EXPECT_EQ(taken->used, text.size());
    return std::move(taken->value);
  }
  ADD_FAILURE() << text;
  return {};
}

int refusal(std::string_view text) {
  const auto step = parse_request(text);
  const auto* rejected = std::get_if<Rejected>(&step);
  return rejected == nullptr ? 0 : rejected->status;
}

std::string get(std::string_view target) {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

TEST(ParseRequest, ReadsLineAndHeaders) {
  const auto request = read(
      "GET /cam%201.mp4?token=a%20b&x HTTP/1.1\r\nHost: example:8080\r\nAccept: a, B ,c\r\n"
      "Accept: d\r\n\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/cam 1.mp4");
  EXPECT_EQ(request.query, "token=a%20b&x");
  EXPECT_FALSE(request.http_1_0);
  EXPECT_TRUE(request.keep_alive);
  EXPECT_EQ(request.header("host"), "example:8080");
  EXPECT_EQ(request.header("nothing"), "");
  EXPECT_TRUE(request.header_has("accept", "b"));
  EXPECT_TRUE(request.header_has("accept", "d"));
  EXPECT_FALSE(request.header_has("accept", "e"));
}

TEST(ParseRequest, KnowsWhenAConnectionGoesOn) {
  EXPECT_FALSE(read("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(ParseRequest, TakesEveryFormOfTarget) {
  EXPECT_EQ(read(get("http://example:80/a?b")).path, "/a");
  EXPECT_EQ(read(get("http://example:80/a?b")).query, "b");
  EXPECT_EQ(read(get("HTTP://example")).path, "/");
  EXPECT_EQ(read("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").path, "*");
  EXPECT_EQ(read("\r\n\r\nGET / HTTP/1.0\r\n\r\n").path, "/") << "empty lines in front";
}

TEST(ParseRequest, TellsTheBody) {
  EXPECT_EQ(read("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n").content_length, 12U);
  EXPECT_TRUE(read("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n").chunked);
  EXPECT_EQ(
      read("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n").content_length,
      99'999'999'999U);
}

TEST(ParseRequest, LeavesWhatFollowsTheHead) {
  const auto text = get("/1") + get("/2");
  const auto step = parse_request(text);
  EXPECT_EQ(std::get<Taken<Request>>(step).used, get("/1").size());
}

TEST(ParseRequest, EveryPrefixNeedsMore) {
  const std::string text = get("/cam.mp4?x=1");
  for (std::size_t n = 0; n < text.size(); ++n)
    EXPECT_TRUE(std::holds_alternative<NeedMore>(parse_request(text.substr(0, n)))) << n;
}

TEST(ParseRequest, AnyChangedByteIsReadOrRefused) {
  const std::string good = get("/a%20b?c");
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      auto bad = good;
      bad[at] = static_cast<char>(value);
      const auto step = parse_request(bad);
      if (const auto* taken = std::get_if<Taken<Request>>(&step)) {
        EXPECT_EQ(taken->value.path.find('\0'), std::string::npos);
      }
    }
  }
}

TEST(ParseRequest, RefusesWhatIsNoRequest) {
  EXPECT_EQ(refusal("\x16\x03\x01\x02\x00\x01"), 400) << "TLS, refused at its first byte";
  EXPECT_EQ(refusal("GET / HTTP/1.1\nHost: h\n\n"), 400) << "bare line feeds";
  EXPECT_EQ(refusal("THISISAVERYLONGMETHOD"), 400);
  EXPECT_EQ(refusal("{\"json\": 1}"), 400);
  EXPECT_EQ(refusal("GET /\r\n\r\n"), 400) << "HTTP/0.9";
  EXPECT_EQ(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400) << "HTTP/2 with prior knowledge";
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400) << "two Hosts";
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nNo colon\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
            400);
  EXPECT_EQ(refusal(get("/%zz")), 400);
  EXPECT_EQ(refusal(get("/%")), 400);
  EXPECT_EQ(refusal(get("/%00")), 400);
  EXPECT_EQ(refusal(get("/%0d%0aSet-Cookie:x")), 400);
  EXPECT_EQ(refusal(get("live")), 400) << "no slash";
  EXPECT_EQ(refusal(get("*")), 400) << "* is for OPTIONS";
}

TEST(ParseRequest, HasLimits) {
  EXPECT_EQ(refusal("GET /" + std::string(9'000, 'x')), 414) << "before the line has ended";
  EXPECT_EQ(refusal(get("/" + std::string(9'000, 'x'))), 414);
  EXPECT_EQ(read(get("/" + std::string(8'000, 'x'))).path.size(), 8'001U);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(17'000, 'x')), 431);
  std::string head = "GET / HTTP/1.1\r\nHost: h\r\n";
  while (head.size() < 16'000)
    head += "X-Some: header\r\n";
  EXPECT_EQ(read(head + "\r\n").path, "/");
  while (head.size() < 17'000)
    head += "X-Some: header\r\n";
  EXPECT_EQ(refusal(head + "\r\n"), 431);
}

}  // namespace
}  // namespace live::http
