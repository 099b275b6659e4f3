// ROOT/.hold and .uploaded as this program makes and keeps them (man 5 hls-tree; read by common/tree/hold).
#pragma once

#include "common/tree/hold.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace s3_dvr_sync {

/// Patterns of ROOT/.hold: "best", "*", a name, "<stream>/<name>".
using HoldLines = std::set<std::string>;

/// Sees to it that ROOT/.hold asks for `patterns`.  What others ask for stays.  One that cannot be understood asks for
/// everything already, and stays.  True when they stand there now, also after a power cut; false on a full disk.  `former`:
/// what we have asked for before, which goes.  Throws Failure.
bool keep_hold(const std::filesystem::path& root, const HoldLines& patterns,
               const HoldLines& former = {});

/// Does ROOT/.hold ask for `rendition` by its name, or for everything?  True for what cannot be read.
bool is_held_by_name(const std::filesystem::path& root, std::string_view rendition);

/// The `.uploaded` of one rendition, written.
class UploadedFile {
 public:
  /// Reads what stands there already.
  explicit UploadedFile(std::filesystem::path rendition_folder);

  [[nodiscard]] bool has(const std::string& name) const { return known_.is_uploaded(name); }
  /// Stands on the disk after the next flush() that had space for it.
  void add(const std::string& name);
  [[nodiscard]] bool has_news() const { return !pending_.empty(); }
  /// Appends what is new.  What could not be written stays for the next time.
  void flush();

 private:
  void forget();

  std::filesystem::path folder_;
  live::tree::Uploaded known_;
  std::vector<std::string> pending_;
  std::set<std::string> pending_names_;
  bool complained_ = false;
};

}  // namespace s3_dvr_sync
