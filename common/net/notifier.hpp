// inotify(7) as events of the loop: in which folders something has changed.
#pragma once

#include "common/net/asio.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace live::net {

/// Tells of entries that come, change or go.  Events can be lost (the kernel's queue has an end, and so has the number of
/// watches): whoever uses it looks again from time to time, too.
class Notifier {
 public:
  struct Change {
    const std::filesystem::path& folder;  ///< that was given to watch()
    std::string_view name;                ///< in it; empty: the folder itself
    bool is_folder = false;
    bool moved_in = false;  ///< it was renamed to this name
  };
  /// Is it news?  Asked for every event.
  using Matters = std::function<bool(const Change&)>;

  /// `on_change` gets the names that watch() was given, each once for a burst of events that matter.
  Notifier(asio::io_context& io, Matters matters,
           std::function<void(const std::string&)> on_change);
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

}  // namespace live::net
