// The opening handshake of WebSocket, server side (RFC 6455 §4.2).
#pragma once

#include "common/http/request.hpp"
#include "common/http/response.hpp"

#include <string>
#include <string_view>

namespace live::http {

/// Sec-WebSocket-Accept for `key`: base64(SHA-1(key + the GUID of §1.3)).
std::string websocket_accept(std::string_view key);

/// Does the request ask for a WebSocket at all?
bool asks_for_websocket(const Request& request);

/// 101 with the headers of the handshake, or the refusal: 400, 405, or 426 for another version. The
/// caller checks Origin and Host, and writes the head with format_head().
Response answer_websocket(const Request& request);

}  // namespace live::http
