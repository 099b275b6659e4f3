#include "common/http/ws_handshake.hpp"

#include <gtest/gtest.h>

namespace live::http {
namespace {

Request handshake() {
  Request request;
  request.method = "GET";
  request.path = "/live.ws";
  request.headers = {{"host", "example"},
                     {"upgrade", "WebSocket"},
                     {"connection", "keep-alive, Upgrade"},
                     {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                     {"sec-websocket-version", "13"}};
  return request;
}

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

TEST(WebSocketHandshake, AcceptsTheKeyOfTheStandard) {  // RFC 6455 §1.3
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const auto response = answer_websocket(handshake());
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(header(response, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(header(response, "Upgrade"), "websocket");
  EXPECT_EQ(header(response, "Connection"), "Upgrade");
}

TEST(WebSocketHandshake, RefusesWhatIsNone) {
  const auto status_with = [](std::size_t index, std::string value) {
    auto request = handshake();
    request.headers.at(index).second = std::move(value);
    return answer_websocket(request).status;
  };
  EXPECT_EQ(status_with(1, "h2c"), 426);
  EXPECT_EQ(status_with(2, "keep-alive"), 426);
  EXPECT_EQ(status_with(3, "short"), 400);
  EXPECT_EQ(status_with(3, "dGhlIHNhbXBsZSBub25j!Q=="), 400);
  EXPECT_EQ(status_with(4, "8"), 426);
  auto request = handshake();
  request.method = "POST";
  EXPECT_EQ(answer_websocket(request).status, 405);
  request = handshake();
  request.http_1_0 = true;
  EXPECT_EQ(answer_websocket(request).status, 426);
}

TEST(WebSocketHandshake, TellsTheVersionThatItSpeaks) {
  auto request = handshake();
  request.headers[4].second = "7";
  EXPECT_EQ(header(answer_websocket(request), "Sec-WebSocket-Version"), "13");
}

}  // namespace
}  // namespace live::http
