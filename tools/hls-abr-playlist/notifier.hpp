// inotify(7) as events of the loop: which stream's folder has changed.
#pragma once

#include "common/net/asio.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace hls_abr_playlist {

/// Tells of folders, media playlists and records that come, change or go.  Events can be lost (the kernel's queue has an
/// end, and so has the number of watches): whoever uses it looks again from time to time, too.
class Notifier {
 public:
  /// `on_change` gets the names that watch() was given, each once for a burst of events.
  Notifier(live::asio::io_context& io, std::function<void(const std::string&)> on_change);
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  ~Notifier();

  /// Tells of what happens in `folder` (not below it), under the name of `subject`.  Cheap when it is watched already; never
  /// follows a link.
  void watch(const std::filesystem::path& folder, const std::string& subject);

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace hls_abr_playlist
