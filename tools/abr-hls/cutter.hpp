// Where segments and parts begin: the same places for all renditions.  Pure.
//
// Without a copied rendition: key frames by time (the first picture at or behind n * key interval), segments at the first key
// frame at or behind n * segment.  With one: at the source's key frames, as the rules of --rendition source say.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace abr_hls {

struct CutRules {
  std::chrono::milliseconds segment{4'000}, key_interval{2'000}, part{500};  ///< part 0: none
  std::chrono::milliseconds longest_gop{10'000};
  bool follow_source = false;  ///< a rendition copies the source: key frames are where it has them
};

/// Stamps are 1/90000 s.
struct Cut {
  std::int64_t at = 0;      ///< presentation time of the first picture behind the cut
  bool segment = false;     ///< a segment begins; else a part
  bool independent = true;  ///< at a key frame
};

class Cutter {
 public:
  explicit Cutter(CutRules rules) : rules_(rules) {}

  struct Answer {
    bool key = false;        ///< this picture is to be a key frame in all renditions
    std::optional<Cut> cut;  ///< before this picture
  };
  /// The next picture in order of presentation (encoded ladder), or the next access unit in order of decoding by its decode
  /// time plus the reordering delay (follow_source); `source_key`: it is a key frame of the source.  Without video: audio frames.
  Answer picture(std::int64_t at, std::int64_t duration, bool source_key);

  /// EXT-X-TARGETDURATION, constant; with follow_source it stands only after the first two GOPs (or longest_gop).
  [[nodiscard]] std::optional<std::chrono::seconds> target_duration() const;
  /// A new time line: the next picture begins a segment.
  void restart();

 private:
  CutRules rules_;
};

}  // namespace abr_hls
