// What lies below ROOT: streams, their renditions, and who writes them.
//
//   ROOT/<stream>/<rendition>/journal.m3u8    of ours (man 5 hls-tree)
//   ROOT/<stream>/<rendition>/*.m3u8          of ffmpeg or nginx, a folder for each rendition
//   ROOT/<stream>/<rendition>.m3u8            of ffmpeg or nginx, all in one folder
//   ROOT/<stream>.m3u8                        of nginx as it is set up at first, all streams in one folder
#pragma once

#include "common/tree/stream_record.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace s3_dvr_sync {

struct FoundRendition {
  std::string name;
  std::filesystem::path folder;  ///< of its segments
  std::filesystem::path list;    ///< its rolling list; may not be there in a tree of ours
  bool has_journal = false;
  std::string
      to_list{};  ///< from the stream's folder, as the bucket has it: "<name>/", nothing or "../"
};

struct FoundStream {
  std::string name;
  std::filesystem::path folder;
  std::vector<FoundRendition> renditions;  ///< by name
  std::optional<live::tree::StreamRecord> record;
  bool has_lock_file = false;  ///< its writer is one of ours
};

/// Names that begin with a dot are never streams, links are never followed, and what has a name that no stream or rendition
/// can have is left out.  At most 10,000 streams of 64 renditions each.
std::vector<FoundStream> find_streams(const std::filesystem::path& root);

/// Does its begin tell that it lists segments?  False for what cannot be read.
bool lists_segments(const std::filesystem::path& playlist);
/// Names files and has no tag of HLS: somebody's list of songs.  False for what may be written just now.
bool is_plain_list(const std::filesystem::path& playlist);

/// A stream that a writer of ours has made: its `.stream.json` is there, before the first segment.
bool is_of_ours(const std::filesystem::path& stream_folder);

}  // namespace s3_dvr_sync
