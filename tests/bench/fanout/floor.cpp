// fanout_floor http|ws RATE FILE: the least that a server can do.  One loop; per viewer and fragment one send() of
// bytes that were framed (HTTP chunk or WebSocket message) before anybody came.  Nothing is parsed, measured or timed
// per viewer; a viewer whose socket is full gets the rest at the next beat.  Prints "ready PORT"; ends with the file.
#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "tests/bench/fanout/recording.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace {

using live::Buffer;
using Clock = fanout::Pace::Clock;

constexpr std::string_view http_head =
    "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nTransfer-Encoding: chunked\r\n\r\n";
// The load generator does not check Sec-WebSocket-Accept.
constexpr std::string_view ws_head =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

Buffer as_chunk(live::Bytes payload) {
  Buffer framed;
  live::Writer out{framed};
  out.text(fmt::format("{:x}\r\n", payload.size()));
  out.bytes(payload);
  out.text("\r\n");
  return framed;
}

Buffer as_message(live::Bytes payload) {
  Buffer framed;
  live::Writer out{framed};
  out.u8(0x82);  // FIN, binary
  if (payload.size() < 126) {
    out.u8(payload.size());
  } else if (payload.size() < 65536) {
    out.u8(126);
    out.u16(payload.size());
  } else {
    out.u8(127);
    out.u64(payload.size());
  }
  out.bytes(payload);
  return framed;
}

struct Viewer {
  live::Fd socket;
  std::size_t next = 0;  // fragment
  std::size_t sent = 0;  // bytes of it
};

class Server {
 public:
  Server(fanout::Recording recording, bool web_socket) {
    const auto framed = web_socket ? as_message : as_chunk;
    live::Writer out{start_};
    out.text(web_socket ? ws_head : http_head);
    out.bytes(framed(recording.init));
    for (const auto& fragment : recording.fragments)
      fragments_.push_back(framed(fragment));
  }

  void listen() {
    listener_ = live::Fd{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 4096) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0)
      live::fail(live::Exit::unavailable, "listen: {}", live::errno_text());
    std::printf("ready %d\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  void run(double per_second) {
    fanout::Pace pace{per_second};
    for (std::size_t newest = 0; newest < fragments_.size(); ++newest) {
      accept_until(pace.next(), newest);
      pace.advance();
      for (auto& viewer : viewers_)
        deliver(viewer, newest);
      std::erase_if(viewers_, [](const Viewer& viewer) { return !viewer.socket; });
    }
  }

 private:
  void accept_until(Clock::time_point until, std::size_t newest) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
      if (left.count() <= 0) return;
      pollfd waiting{listener_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, static_cast<int>(left.count())) > 0) welcome(newest);
    }
  }

  // Any request is answered at once, unread but for what has come.
  void welcome(std::size_t newest) {
    live::Fd socket{::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!socket) return;
    constexpr int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::send(socket.get(), start_.data(), start_.size(), MSG_NOSIGNAL) != std::ssize(start_))
      return;
    viewers_.push_back({std::move(socket), newest, 0});
  }

  void deliver(Viewer& viewer, std::size_t newest) {
    while (viewer.next <= newest) {
      const auto& bytes = fragments_[viewer.next];
      const auto sent = ::send(viewer.socket.get(), bytes.data() + viewer.sent,
                               bytes.size() - viewer.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0) {
        if (errno != EAGAIN) viewer.socket.reset();
        return;
      }
      viewer.sent += static_cast<std::size_t>(sent);
      if (viewer.sent < bytes.size()) return;
      viewer.sent = 0;
      ++viewer.next;
    }
  }

  Buffer start_;
  std::vector<Buffer> fragments_;
  std::vector<Viewer> viewers_;
  live::Fd listener_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view kind = argc == 4 ? argv[1] : "";
  if (kind != "http" && kind != "ws") {
    std::fputs("usage: fanout_floor http|ws RATE FILE\n", stderr);
    return static_cast<int>(live::Exit::usage);
  }
  try {
    Server server{fanout::read_recording(argv[3]), kind == "ws"};
    server.listen();
    server.run(std::atof(argv[2]));
  } catch (const live::Failure& failure) {
    std::fprintf(stderr, "fanout_floor: %s\n", failure.what());
    return static_cast<int>(failure.exit());
  }
}
