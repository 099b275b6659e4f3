#include "tests/bench/fanout/viewer.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <utility>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace fanout {
namespace {

using namespace std::chrono_literals;

constexpr auto stall = 1s;
constexpr std::size_t head_limit = 16 * 1024;
constexpr std::uint8_t op_close = 8;
constexpr std::uint8_t op_ping = 9;

std::size_t frame_header_size(const live::Buffer& begun) {
  if (begun.size() < 2) return 2;
  const auto length = begun[1] & 0x7F;
  if (length == 126) return 4;
  return length == 127 ? 10 : 2;
}

}  // namespace

Target make_target(const std::string& host, std::uint16_t port, const std::string& path,
                   bool web_socket) {
  Target target;
  target.address.sin_family = AF_INET;
  target.address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &target.address.sin_addr) != 1)
    live::fail(live::Exit::usage, "'{}' is not an IPv4 address", host);
  target.web_socket = web_socket;
  target.request = fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\n", path, host, port);
  if (web_socket) {
    target.request += fmt::format(
        "Origin: http://{}:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        host, port);
  }
  target.request += "\r\n";
  return target;
}

Viewer::Viewer(const Target& target)
    : target_(target),
      socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      asked_(Clock::now()),
      last_(asked_) {
  if (!socket_) live::fail(live::Exit::unavailable, "make a socket: {}", live::errno_text());
  const auto* const address = reinterpret_cast<const sockaddr*>(&target.address);
  if (::connect(socket_.get(), address, sizeof target.address) != 0 && errno != EINPROGRESS)
    lose("connect: " + live::errno_text());
}

void Viewer::advance(std::span<std::uint8_t> scratch, Clock::time_point now) {
  if (!asked_for_) return send_request();
  const auto got = ::recv(socket_.get(), scratch.data(), scratch.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) return lose(live::errno_text());
  if (got == 0) return lose("the server closed the connection");
  take(scratch.first(static_cast<std::size_t>(got)), now);
}

void Viewer::send_request() {
  const auto& text = target_.request;
  const auto sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno == EAGAIN) return;
  if (sent != std::ssize(text)) return lose("send: " + live::errno_text());
  asked_for_ = true;
}

void Viewer::take(live::Bytes in, Clock::time_point now) {
  if (!answered_) in = take_head(in);
  if (in.empty()) return;
  if (!first_) first_ = now;
  note_gap(now);
  last_ = now;
  if (counting_) bytes_ += in.size();
  if (target_.web_socket) take_frames(in);
}

// What follows the response's head, once that is whole.
live::Bytes Viewer::take_head(live::Bytes in) {
  const auto before = head_.size();
  head_ += live::as_text(in);
  const auto end = head_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (head_.size() > head_limit) lose("an endless head");
    return {};
  }
  const auto* const wanted = target_.web_socket ? "HTTP/1.1 101" : "HTTP/1.1 200";
  if (!head_.starts_with(wanted)) {
    lose(head_.substr(0, head_.find('\r')));
    return {};
  }
  answered_ = true;
  head_.clear();
  return in.subspan(end + 4 - before);
}

void Viewer::take_frames(live::Bytes in) {
  while (!in.empty()) {
    if (frames_.left == 0) {
      frames_.header.push_back(in.front());
      in = in.subspan(1);
      if (frames_.header.size() == frame_header_size(frames_.header)) begin_frame();
      continue;
    }
    const auto part =
        in.first(static_cast<std::size_t>(std::min<std::uint64_t>(in.size(), frames_.left)));
    if (frames_.opcode == op_ping)
      frames_.ping.insert(frames_.ping.end(), part.begin(), part.end());
    in = in.subspan(part.size());
    frames_.left -= part.size();
    if (frames_.left == 0 && frames_.opcode == op_ping) answer_ping();
  }
}

void Viewer::begin_frame() {
  const live::Bytes header{frames_.header};
  frames_.opcode = header[0] & 0x0F;
  frames_.left =
      header.size() == 2 ? header[1] & 0x7FU : live::load_be(header.subspan(2), header.size() - 2);
  frames_.header.clear();
  if (frames_.opcode == op_close) return lose("the server closed the WebSocket");
  if (frames_.opcode == op_ping && frames_.left == 0) answer_ping();
}

void Viewer::answer_ping() {
  live::Buffer pong;
  live::Writer out{pong};
  out.u8(0x8A);
  out.u8(0x80U | frames_.ping.size());
  out.zeros(4);  // masked with zeros
  out.bytes(frames_.ping);
  frames_.ping.clear();
  ::send(socket_.get(), pong.data(), pong.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Viewer::note_gap(Clock::time_point now) {
  if (!counting_) return;
  const auto gap = now - last_;
  longest_gap_ = std::max(longest_gap_, gap);
  if (gap > stall) ++stalls_;
}

void Viewer::begin_window(Clock::time_point now) {
  counting_ = true;
  last_ = now;
}

void Viewer::end_window(Clock::time_point now) {
  if (!lost()) note_gap(now);
  counting_ = false;
}

void Viewer::lose(std::string why) {
  why_ = std::move(why);
  socket_.reset();
}

}  // namespace fanout
