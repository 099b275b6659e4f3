// The key file as it is now: read again when it has changed.
//
// It is looked at (stat(2)) each time that it is asked for, rather than watched: whoever adds a key may publish with it at
// once, and files that are replaced, bind-mounted or on a network need no other way.  A change within the two seconds
// before a reading may be followed by one that leaves no trace in its times, so that it is read again until they have passed
// (every 250 ms at most).
#pragma once

#include "common/base/units.hpp"
#include "common/ingest/keys.hpp"

#include <filesystem>
#include <memory>

#include <sys/stat.h>

namespace live::ingest {

class KeyFile {
 public:
  /// Throws Failure(config, no_input, bad_data).
  explicit KeyFile(std::filesystem::path path);

  /// The keys.  When the file has become wrong or has gone they are those of before, and the log says so once.
  std::shared_ptr<const Keys> current();
  /// Reads the file whether it has changed or not.
  void reload();

 private:
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t modified_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::filesystem::path& path);
  void read();

  std::filesystem::path path_;
  std::shared_ptr<const Keys> keys_;
  Stamp stamp_;           ///< before the latest reading
  bool settled_ = false;  ///< any later change shows in the stamp
  Monotonic read_at_{};
  std::string complaint_;  ///< what the log was told
  bool warned_ = false;    ///< of the file's mode
  bool said_crowded_ = false;
};

}  // namespace live::ingest
