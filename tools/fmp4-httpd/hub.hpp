// The viewers of one stream.  Every fragment is offered to each of them once, at once; who cannot take it
// waits for its own socket, and nobody waits for anybody.
#pragma once

#include "tools/fmp4-httpd/viewer.hpp"

#include <array>
#include <functional>
#include <memory>
#include <vector>

namespace fmp4_httpd {

/// REQUIRES: outlives the run of `io`; all calls on its thread.
class Hub {
 public:
  Hub(live::asio::io_context& io, live::Stream& stream, live::Patience patience,
      ViewerTimes times = {});
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// A viewer came.  REQUIRES: the stream has an epoch.
  void join(live::http::Connection connection, Transport transport, live::Bytes greeting);
  /// The ring has new fragments.
  void fan_out();
  /// Call about once a second.
  void tick();
  /// No more is to come: every viewer gets what waits for it and then the end.
  void finish(live::http::CloseCode code);

  [[nodiscard]] std::size_t viewers() const { return active_; }
  [[nodiscard]] std::size_t blocked() const;
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }

 private:
  Delivery delivery();
  void wait_read(Viewer& viewer);
  void wait_write(Viewer& viewer);
  void readable(Viewer& viewer);
  void attend(Viewer& viewer);
  void sweep();

  live::asio::io_context& io_;
  live::Stream& stream_;
  const live::Patience patience_;
  const ViewerTimes times_;
  Batch batch_;
  Traffic traffic_;
  std::vector<std::unique_ptr<Viewer>> viewers_;  ///< with those that are gone and not yet swept
  std::size_t active_ = 0;
  bool sweep_due_ = false;
};

}  // namespace fmp4_httpd
