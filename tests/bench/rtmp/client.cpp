#include "tests/bench/rtmp/client.hpp"

#include "common/base/failure.hpp"
#include "common/base/text.hpp"
#include "common/flv/amf0.hpp"
#include "common/rtmp/chunk_writer.hpp"

#include <bit>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rtmp_bench {
namespace {

namespace amf0 = live::flv::amf0;
using live::rtmp::MessageType;
using live::rtmp::write_message;

constexpr std::uint64_t acknowledged_bytes = 1'000'000;

/// A property of an object, before its value.
void name_property(live::Buffer& out, std::string_view name) {
  live::Writer w{out};
  w.u16(name.size());
  w.text(name);
}

live::Buffer command(std::string_view name, double transaction) {
  live::Buffer out;
  amf0::write_text(out, name);
  amf0::write_number(out, transaction);
  return out;
}

}  // namespace

Target make_target(const std::string& host, std::uint16_t port, std::uint32_t chunk_bytes) {
  Target target;
  target.address.sin_family = AF_INET;
  target.address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &target.address.sin_addr) != 1)
    live::fail(live::Exit::usage, "'{}' is not an IPv4 address", host);
  target.url = fmt::format("rtmp://{}:{}/live", host, port);
  target.chunk_bytes = chunk_bytes;
  return target;
}

Client::Client(const Target& target, Role role, std::string name)
    : target_(target),
      role_(role),
      name_(std::move(name)),
      socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      handshake_(live::rtmp::Noise{}) {
  if (!socket_) live::fail(live::Exit::unavailable, "make a socket: {}", live::errno_text());
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* const address = reinterpret_cast<const sockaddr*>(&target.address);
  if (::connect(socket_.get(), address, sizeof target.address) != 0 && errno != EINPROGRESS)
    lose("connect: " + live::errno_text());
  handshake_.start(words_);
}

void Client::advance(std::span<std::uint8_t> scratch, Clock::time_point now) {
  send_words();
  while (!lost()) {
    const auto got = ::recv(socket_.get(), scratch.data(), scratch.size(), 0);
    if (got < 0 && errno == EAGAIN) break;
    if (got < 0) return lose(live::errno_text());
    if (got == 0) return lose("the server closed the connection");
    take(scratch.first(static_cast<std::size_t>(got)), now);
    send_words();
    if (got < std::ssize(scratch)) break;
  }
  if (!lost() && begun()) send_more(now);
}

void Client::take(live::Bytes in, Clock::time_point now) {
  if (state_ == State::handshake) {
    if (const auto bad = handshake_.feed(in, words_)) return lose(bad->why);
    if (!handshake_.done()) return;
    state_ = State::connect;
    say_connect();
  }
  messages_.clear();
  if (const auto bad = reader_.feed(in, messages_)) return lose(bad->why);
  for (const auto& message : messages_)
    if (!lost()) obey(message, now);
  acknowledge();
}

void Client::obey(const live::rtmp::Message& message, Clock::time_point now) {
  const live::Bytes payload{message.payload};
  switch (message.type) {
    case MessageType::user_control:
      if (payload.size() >= 6 && live::load_be(payload, 2) == 6) {  // ping: the same with 7
        live::Buffer pong(payload.begin(), payload.end());
        pong[1] = 7;
        say(MessageType::user_control, 0, pong);
      }
      return;
    case MessageType::command:
      return answer(live::as_text(payload), message, now);
    default:
      hear(message, now);
  }
}

/// Replies come in the order of the questions, so that a look at their text is enough.
void Client::answer(std::string_view command_text, const live::rtmp::Message& message,
                    Clock::time_point now) {
  const auto says = [&](std::string_view text) {
    return command_text.find(text) != command_text.npos;
  };
  if (state_ == State::begun) return;
  if (says("_error") || says("Publish.BadName") || says("Failed") || says("StreamNotFound"))
    return lose("the server refused: " + live::printable(command_text, 200));
  if (state_ == State::connect && says("_result")) {
    live::Buffer create = command("createStream", 2);
    amf0::write_null(create);
    say(MessageType::command, 0, create);
    state_ = State::create;
  } else if (state_ == State::create && says("_result") && command_text.size() > 8) {
    const live::Bytes number = live::Bytes{message.payload}.last(8);
    say_start(std::bit_cast<double>(live::load_be(number, 8)));
  } else if (state_ == State::start && (says("Publish.Start") || says("Play.Start"))) {
    state_ = State::begun;
    begin(now);
  }
}

void Client::say(MessageType type, std::uint32_t stream, const live::Buffer& payload) {
  const std::uint32_t chunk_stream = type == MessageType::command ? 3 : 2;
  write_message(words_, {type, 0, stream, chunk_stream}, payload, target_.chunk_bytes);
}

void Client::say_connect() {
  live::Buffer size;
  live::Writer{size}.u32(target_.chunk_bytes);
  write_message(words_, {MessageType::set_chunk_size, 0, 0, 2}, size,
                live::rtmp::default_chunk_bytes);
  live::Buffer connect = command("connect", 1);
  live::Writer w{connect};
  w.u8(3);  // an object
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"app", "live"},
                                    {"type", "nonprivate"},
                                    {"flashVer", "FMLE/3.0 (compatible; bench)"},
                                    {"tcUrl", target_.url}}) {
    name_property(connect, name);
    amf0::write_text(connect, value);
  }
  w.be(3, 9);  // its end
  say(MessageType::command, 0, connect);
}

void Client::say_start(double stream) {
  if (stream != 1) return lose(fmt::format("the message stream is {}, not 1", stream));
  live::Buffer start = command(role_ == Role::publish ? "publish" : "play", 3);
  amf0::write_null(start);
  amf0::write_text(start, name_);
  if (role_ == Role::publish) amf0::write_text(start, "live");
  say(MessageType::command, 1, start);
  state_ = State::start;
}

void Client::acknowledge() {
  if (lost() || reader_.bytes() < acknowledged_ + acknowledged_bytes) return;
  acknowledged_ = reader_.bytes();
  live::Buffer count;
  live::Writer{count}.u32(acknowledged_);
  say(MessageType::acknowledgement, 0, count);
}

void Client::send_words() {
  if (words_.empty() || lost()) return;
  const auto sent = send_some(words_);
  words_.erase(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(sent));
}

std::size_t Client::send_some(live::Bytes bytes) {
  if (lost()) return 0;
  const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno != EAGAIN && errno != ENOTCONN) lose("send: " + live::errno_text());
  return 0;
}

void Client::lose(std::string why) {
  why_ = std::move(why);
  socket_ = {};
}

}  // namespace rtmp_bench
