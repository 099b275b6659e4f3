// What must not be deleted before it is uploaded: ROOT/.hold and each rendition's .uploaded (man 5 hls-tree).
#pragma once

#include "common/tree/names.hpp"
#include "common/tree/stream_record.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace live::tree {

/// `.hold` of a root: whose files are asked for, a pattern a line.
class Hold {
 public:
  explicit Hold(std::filesystem::path root) : path_(std::move(root) / hold_name) {}

  /// Reads it (again).  When it is there and cannot be read or understood, everything is held.
  void refresh();

  /// `ladder`: what .stream.json says of `stream`, to which the rendition belongs.  Where no pattern means one of it, but one
  /// names a rendition, all are held: nobody knows which was meant.
  [[nodiscard]] bool is_held(std::string_view stream, std::string_view rendition,
                             std::span<const RenditionRecord> ladder) const;
  /// Is there any pattern at all?
  [[nodiscard]] bool holds_anything() const { return !patterns_.empty(); }

 private:
  std::filesystem::path path_;
  std::vector<std::string> patterns_;
};

/// A `.hold` as text.  Nothing when a line is no pattern.
std::optional<std::vector<std::string>> parse_hold(std::string_view text);

/// The rendition that `best` means: the one with video and the highest peak, where a peak of 0 (copied) is above all;
/// the first of equals; without any video the first.  Empty for an empty ladder.
std::string_view best_rendition(std::span<const RenditionRecord> ladder);

/// `.uploaded` of a rendition: names of files that are safe elsewhere.  8 bytes for a segment, so that a recording of
/// months costs megabytes.
class Uploaded {
 public:
  explicit Uploaded(const std::filesystem::path& rendition_folder)
      : path_(rendition_folder / uploaded_name) {}

  /// Reads the whole lines that were appended since the last time; all of it where the file is another one now.
  /// Unreadable counts as not there.
  void refresh();
  [[nodiscard]] bool is_uploaded(std::string_view name) const;

 private:
  void add(std::string_view name);
  void forget();

  std::filesystem::path path_;
  std::uint64_t inode_ = 0, read_ = 0;   ///< of the file; how much of it has been taken
  std::vector<std::uint64_t> segments_;  ///< numbers of `<number>.m4s`, sorted
  std::set<std::string, std::less<>> others_;
};

}  // namespace live::tree
