// Playlists that were closed not long ago, to be looked at again: a PUT of an older version that we gave up, because its store
// was frozen, may be carried out when that thaws, over what was put and verified since.
//
//   closed() ── 1 min ──> look ── 15 min ──> look ──> forgotten
//
// The texts are in DIR/.s3-dvr-sync/closed, what is due in the journal: both outlive the program, and the trees.
#pragma once

#include "common/base/units.hpp"
#include "tools/s3-dvr-sync/journal.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace s3_dvr_sync {

class ClosedLists {
 public:
  static constexpr std::array<std::chrono::minutes, 2> looks{std::chrono::minutes{1},
                                                             std::chrono::minutes{15}};

  /// The journal must outlive it.
  ClosedLists(Journal& journal, std::filesystem::path folder);

  /// `text` is at `key`, verified.  Throws Failure(io) as Journal does; where it cannot be kept only the text is missing.
  void closed(const std::string& key, const std::string& text, live::WallClock now);
  /// One whose time has come.  Times that a clock which was set back has made far are now.
  [[nodiscard]] std::optional<std::string> due(live::WallClock now) const;
  /// As it was closed; nothing: it is not here any more.
  [[nodiscard]] std::optional<std::string> text_of(const std::string& key) const;
  /// It was as it should be, or (not `fine`) the looks begin again.
  void looked(const std::string& key, bool fine, live::WallClock now);
  /// Something else is to be there by now, or nothing.
  void forget(const std::string& key);

 private:
  struct Look {
    live::WallClock due;
    std::size_t number = 0;  ///< of those before it
  };
  void set(const std::string& key, const Look& look);
  [[nodiscard]] std::filesystem::path file_of(const std::string& key) const;

  Journal* journal_;
  std::filesystem::path folder_;
  std::map<std::string, Look> looks_;
};

}  // namespace s3_dvr_sync
