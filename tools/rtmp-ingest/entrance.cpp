#include "tools/rtmp-ingest/entrance.hpp"

#include "common/base/log.hpp"
#include "common/net/deadline.hpp"
#include "common/net/listen.hpp"
#include "common/net/proxy_protocol.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <sys/socket.h>

namespace rtmp_ingest {
namespace {

using live::net::ProxyHeader;

/// A place at the gate.
class Place {
 public:
  Place(live::ingest::Gate& gate, std::string peer) : gate_(gate), peer_(std::move(peer)) {
    refused_ = gate_.enter(peer_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (!refused_) gate_.leave(peer_);
  }
  [[nodiscard]] const std::optional<std::string>& refused() const { return refused_; }

 private:
  live::ingest::Gate& gate_;
  std::string peer_;
  std::optional<std::string> refused_;
};

/// What is wrong with a header, or what it says.
using Told = std::variant<ProxyHeader, std::string>;

/// Takes not one byte of what comes behind the header.  Does not throw.
live::awaitable<Told> read_proxy_header(live::Socket& socket, int version) {
  live::Buffer in;
  for (;;) {
    const auto step = live::net::parse_proxy_header(in, version);
    if (const auto* taken = std::get_if<live::Taken<ProxyHeader>>(&step)) co_return taken->value;
    if (const auto* bad = std::get_if<live::Malformed>(&step)) co_return std::string{bad->why};
    const auto have = in.size();
    const auto wanted = std::max<std::size_t>(std::get<live::NeedMore>(step).bytes, 1);
    if (have + wanted > live::net::max_proxy_header_bytes) co_return "it is too long";
    in.resize(have + wanted);
    const auto n = ::recv(socket.native_handle(), in.data() + have, wanted, MSG_DONTWAIT);
    in.resize(have + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n > 0) continue;
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) co_return "the connection ended before it";
    const auto [error] = co_await socket.async_wait(live::Socket::wait_read, live::as_result);
    if (error) co_return "it did not come in time";
  }
}

/// Nothing when the connection is not to be served.
live::awaitable<std::optional<std::string>> peer_of(Shared& shared, live::Socket& socket) {
  auto peer = live::net::peer_name(socket);
  if (!shared.options.proxy_protocol) co_return peer;
  auto read = read_proxy_header(socket, *shared.options.proxy_protocol);
  auto told = co_await live::net::within(shared.times.connect, std::move(read));
  if (!told) told = "it did not come in time";
  if (const auto* bad = std::get_if<std::string>(&*told)) {
    ++shared.counts.turned_away;
    live::log::debug("{}: PROXY header: {}", peer, *bad);
    co_return std::nullopt;
  }
  auto& header = std::get<ProxyHeader>(*told);
  co_return header.peer.empty() ? std::move(peer) : std::move(header.peer);
}

}  // namespace

live::awaitable<void> serve(std::shared_ptr<Shared> shared, live::Socket socket,
                            const live::net::TlsContext* tls) {
  ++shared->counts.accepted;
  auto peer = co_await peer_of(*shared, socket);
  if (!peer) co_return;
  const Place place{shared->gate, *peer};
  if (const auto& refused = place.refused()) {
    ++shared->counts.turned_away;
    live::log::debug("{}: turned away: {}", *peer, *refused);
    co_return;
  }
  auto link = tls != nullptr ? live::net::Link{std::move(socket), *tls}
                             : live::net::Link{std::move(socket)};
  Arrival arrival{std::move(*peer), tls != nullptr};
  const auto connection = std::make_shared<Connection>(shared, std::move(link), std::move(arrival));
  co_await connection->run();
}

}  // namespace rtmp_ingest
