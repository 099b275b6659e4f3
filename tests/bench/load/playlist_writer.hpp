// A rendition with parts on disk, written as abr-hls does: a part, then the playlist that names it, each by a rename.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace load {

class PlaylistWriter {
 public:
  /// `folder` is made, with `whole` segments.
  PlaylistWriter(std::filesystem::path folder, std::uint64_t whole);

  /// The next part.  When its file had its name.
  std::chrono::steady_clock::time_point add_part();
  /// "_HLS_msn=..&_HLS_part=.." of the part that comes next.
  [[nodiscard]] std::string next() const;

 private:
  void publish(const std::string& name, const std::string& text) const;
  [[nodiscard]] std::string list() const;

  std::filesystem::path folder_;
  std::uint64_t whole_;
  unsigned parts_ = 0;
};

}  // namespace load
