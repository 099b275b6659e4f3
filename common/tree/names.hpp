// How the files of an HLS tree are called (man 5 hls-tree).  Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace live::tree {

constexpr std::string_view multivariant_name = "live.m3u8";
constexpr std::string_view media_playlist_name = "index.m3u8";
constexpr std::string_view journal_name = "journal.m3u8";
constexpr std::string_view record_name = ".stream.json";
constexpr std::string_view lock_name = ".lock";
constexpr std::string_view hold_name = ".hold";          ///< in ROOT
constexpr std::string_view uploaded_name = ".uploaded";  ///< in a rendition
constexpr std::string_view trash_prefix = ".trash-";     ///< in ROOT

enum class Container { fmp4, ts };

/// What a file's name says that it is.
struct FileName {
  enum class Kind { init, segment, part };
  Kind kind = Kind::segment;
  std::uint64_t number = 0;
  std::uint32_t part = 0;  ///< Kind::part
  Container container = Container::fmp4;
  bool operator==(const FileName&) const = default;
};

/// `init-1700000000000.mp4`, `1700000000000.m4s`, `1700000000000.3.m4s`, or with .ts.
std::string to_text(const FileName& name);
/// Nothing for every other name.
std::optional<FileName> parse_file_name(std::string_view name);

/// A URI that is the name of a file beside its playlist: nothing else is ours to look at or to upload.
bool is_plain_name(std::string_view uri);

/// [A-Za-z0-9][A-Za-z0-9._-]{0,63} without "..", as streams are: what a rendition may be called.
bool is_rendition_name(std::string_view name);

}  // namespace live::tree
