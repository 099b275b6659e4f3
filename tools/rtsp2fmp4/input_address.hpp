// What the INPUT argument means, without looking at anything but its text.
#pragma once

#include <string>
#include <string_view>

namespace rtsp2fmp4 {

struct InputAddress {
  enum class Kind {
    rtsp,      ///< rtsp:// rtsps:// and their relatives
    network,   ///< any other scheme with "://"
    path,      ///< a file or FIFO
    standard,  ///< "-"
    test,      ///< "test:" and its settings
  };
  Kind kind = Kind::path;
  /// For libavformat: user and password percent-encoded, whatever they hold.  Of test: the settings.
  std::string open;
  std::string shown;  ///< for people: without user and password
};

/// A password may hold '@', '/' and '%' as people type them: the user information ends at the last '@' that a
/// plausible host follows; one with a dot, a port or brackets is more plausible than a bare word.  %XX is taken
/// as encoded already.  A path keeps its double slashes.
InputAddress parse_input(std::string_view text);

}  // namespace rtsp2fmp4
