// The command line of abr-hls(1).
#pragma once

#include "tools/abr-hls/ladder.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace abr_hls {

enum class SegmentType { fmp4, ts };
enum class Overload { drop_rung, drop_frames, wait };

struct Options {
  std::filesystem::path folder;  ///< -o: ROOT/<stream>
  std::string input;             ///< empty or "-": stdin
  std::string input_format;      ///< libavformat's name of the demuxer; empty: find out
  std::vector<Wish> ladder;      ///< default_ladder() when no rendition with video was named
  std::string encoder;           ///< empty: the first right one for each rendition's codec
  std::string preset, profile;
  unsigned threads = 1;  ///< of each video encoder
  SegmentType segment_type = SegmentType::fmp4;
  std::chrono::milliseconds segment{4'000}, part{500}, key_interval{2'000}, longest_gop{10'000};
  unsigned window = 10;  ///< segments listed
  bool record = false;   ///< EVENT, nothing deleted
  std::chrono::milliseconds resume{60'000};
  Overload overload = Overload::drop_rung;
  std::chrono::milliseconds disk_timeout{60'000};
  std::uint64_t min_free = 0;  ///< bytes; 0: the smaller of 2G and 10 % of the file system
};

void declare(CLI::App& app, Options& options);
/// What only the whole command line tells.  Throws Failure(usage).
void check(Options& options);

}  // namespace abr_hls
