#include "common/http/ws_handshake.hpp"

#include <array>

#include <openssl/evp.h>

namespace live::http {
namespace {

/// base64 of 16 bytes (§4.1): 22 characters and "==".
bool is_key(std::string_view key) {
  constexpr std::string_view base64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") && key.find_first_not_of(base64) == key.size() - 2;
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  const auto text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  ::EVP_Digest(text.data(), text.size(), digest.data(), &length, ::EVP_sha1(), nullptr);
  std::array<unsigned char, 64> base64{};
  const int size = ::EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(length));
  return {base64.begin(), base64.begin() + size};
}

bool asks_for_websocket(const Request& request) {
  return request.header_has("upgrade", "websocket");
}

Response answer_websocket(const Request& request) {
  if (request.method != "GET") return method_not_allowed("GET");
  if (request.http_1_0 || !asks_for_websocket(request) ||
      !request.header_has("connection", "upgrade"))
    return error_response(426, "here is a WebSocket", {{"Upgrade", "websocket"}});
  if (request.header("sec-websocket-version") != "13")
    return error_response(426, "only version 13 of WebSocket is spoken here",
                          {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}});
  const auto key = request.header("sec-websocket-key");
  if (!is_key(key)) return error_response(400, "Sec-WebSocket-Key is no key");
  return {101,
          {{"Upgrade", "websocket"},
           {"Connection", "Upgrade"},
           {"Sec-WebSocket-Accept", websocket_accept(key)}},
          {}};
}

}  // namespace live::http
