#include "tools/fmp4-httpd/hub.hpp"

#include "common/base/log.hpp"
#include "common/net/send.hpp"

#include <algorithm>
#include <cerrno>

#include <boost/asio/post.hpp>
#include <sys/socket.h>

namespace fmp4_httpd {
namespace {

/// Of what a viewer says, at a time.
constexpr std::size_t read_bytes = 4096;

}  // namespace

Hub::Hub(live::asio::io_context& io, live::Stream& stream, live::Patience patience,
         ViewerTimes times)
    : io_(io), stream_(stream), patience_(patience), times_(times) {}

Delivery Hub::delivery() {
  return {stream_, patience_, times_, batch_, traffic_, std::chrono::steady_clock::now()};
}

void Hub::join(live::http::Connection connection, Transport transport, live::Bytes greeting) {
  auto state = delivery();
  const auto ahead = std::move(connection.ahead);
  auto& viewer =
      *viewers_.emplace_back(std::make_unique<Viewer>(std::move(connection), transport, state.now));
  ++active_;
  live::net::tune_for_live(viewer.socket().native_handle());
  live::log::debug("{}: {} begins to watch", stream_.name(), viewer.peer());
  viewer.welcome(greeting, state);
  if (!ahead.empty() && !viewer.gone()) viewer.hear(live::as_bytes(ahead), state);
  attend(viewer);
}

void Hub::fan_out() {
  auto state = delivery();
  auto& ring = stream_.ring();
  const auto overdue = ring.overdue();
  auto slowest = ring.end();
  for (const auto& viewer : viewers_) {
    if (viewer->gone()) continue;
    if (viewer->holds_before(overdue)) {
      ++traffic_.dropped;
      viewer->drop(Viewer::Ending::held_too_much);
    } else if (viewer->blocked()) {
      viewer->review(state);
    } else {
      viewer->deliver(state);
    }
    if (viewer->gone() || viewer->blocked()) attend(*viewer);
    if (!viewer->gone()) slowest = std::min(slowest, viewer->needs(ring));
  }
  ring.prune(slowest);
}

void Hub::tick() {
  auto state = delivery();
  for (const auto& viewer : viewers_) {
    viewer->tick(state);
    attend(*viewer);
  }
}

void Hub::finish(live::http::CloseCode code) {
  auto state = delivery();
  for (const auto& viewer : viewers_) {
    viewer->finish(code, state);
    attend(*viewer);
  }
}

std::size_t Hub::blocked() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(viewers_, [](const auto& viewer) { return viewer->blocked(); }));
}

/// After anything happened to a viewer: wait for what can happen next.
void Hub::attend(Viewer& viewer) {
  if (viewer.gone()) {
    sweep();
    return;
  }
  if (!viewer.waits_read) wait_read(viewer);
  if (viewer.blocked() && !viewer.waits_write) wait_write(viewer);
}

void Hub::wait_read(Viewer& viewer) {
  viewer.waits_read = true;
  viewer.socket().async_wait(live::Socket::wait_read, [this, &viewer](boost::system::error_code) {
    viewer.waits_read = false;
    if (!viewer.gone()) readable(viewer);
    attend(viewer);
  });
}

void Hub::wait_write(Viewer& viewer) {
  viewer.waits_write = true;
  viewer.socket().async_wait(live::Socket::wait_write, [this, &viewer](boost::system::error_code) {
    viewer.waits_write = false;
    auto state = delivery();
    if (viewer.blocked()) viewer.deliver(state);
    attend(viewer);
  });
}

void Hub::readable(Viewer& viewer) {
  std::array<std::uint8_t, read_bytes> in;
  const auto n = ::recv(viewer.socket().native_handle(), in.data(), in.size(), MSG_DONTWAIT);
  if (n > 0) {
    auto state = delivery();
    viewer.hear(live::Bytes{in}.first(static_cast<std::size_t>(n)), state);
  } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
    viewer.drop(Viewer::Ending::left);
  }
}

/// Frees who has gone, later and all at once: hundreds may leave together, and a walk may be under way.
void Hub::sweep() {
  if (std::exchange(sweep_due_, true)) return;
  live::asio::post(io_, [this] {
    sweep_due_ = false;
    const auto now = std::chrono::steady_clock::now();
    const auto swept = std::erase_if(viewers_, [&](const std::unique_ptr<Viewer>& viewer) {
      if (!viewer->gone() || viewer->waits_read || viewer->waits_write) return false;
      const auto watched = std::chrono::duration_cast<std::chrono::seconds>(now - viewer->began());
      live::log::debug("{}: {} {} after {} s bytes={} skips={}", stream_.name(), viewer->peer(),
                       to_text(viewer->ending()), watched.count(), viewer->bytes(),
                       viewer->skips());
      return true;
    });
    active_ -= swept;
  });
}

}  // namespace fmp4_httpd
