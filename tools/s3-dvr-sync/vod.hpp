// The playlists of a broadcast as they stand in the bucket: what is safe there, in order and without a hole.  Pure.
//
//   while live   EXT-X-PLAYLIST-TYPE:EVENT, growing            no-cache
//   at the end   EXT-X-PLAYLIST-TYPE:VOD, EXT-X-ENDLIST        for ever
//
// A broadcast that lasts longer than --split goes on in a further volume: vod-<id>.m3u8, vod-<id>-2.m3u8 ...
#pragma once

#include "common/base/units.hpp"
#include "common/hls/media_playlist.hpp"
#include "common/hls/multivariant_playlist.hpp"
#include "common/hls/rates.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace s3_dvr_sync {

struct VodRules {
  std::chrono::seconds target_duration{1};  ///< of the writer's list: the least
  std::chrono::milliseconds split{};        ///< 0: never
  std::string uri_prefix{};                 ///< before each URI: "720p/", or nothing
  std::string key_prefix{};                 ///< before those of keys, which nobody uploads
  bool independent_segments = false;
};

/// Where a volume begins: what must be known to go on there after a restart.
struct VodMark {
  std::size_t volume = 1;                 ///< counts from 1
  std::uint64_t segments = 0;             ///< of the broadcast, before it
  std::uint64_t discontinuities = 0;      ///< among those
  std::optional<live::WallClock> date{};  ///< of its first segment, where that says none itself
  bool operator==(const VodMark&) const = default;
};
std::string to_text(const VodMark& mark);
std::optional<VodMark> parse_vod_mark(std::string_view text);

/// One playlist of a broadcast in one rendition, and what was measured of its segments.
class Volume {
 public:
  Volume(const VodMark& begin, const VodRules& rules);

  /// `bytes`: of the segment's file; 0 for a gap.
  void add(live::hls::Segment segment, std::uint64_t bytes);
  void close();

  [[nodiscard]] const live::hls::MediaPlaylist& list() const { return list_; }
  [[nodiscard]] const VodMark& begin() const { return begin_; }
  [[nodiscard]] bool is_closed() const { return list_.ended; }
  /// Of all of it, bits per second; 0 before the first segment that is no gap.
  [[nodiscard]] std::uint64_t peak() const { return peak_; }
  [[nodiscard]] std::uint64_t average() const;

 private:
  friend class VodList;
  VodMark begin_;
  live::hls::MediaPlaylist list_;
  live::hls::Rates rates_;
  std::uint64_t peak_ = 0, bytes_ = 0;
  live::Us measured_{}, length_{};
};

/// The volumes of a broadcast in one rendition, the last one open until end().
class VodList {
 public:
  /// Goes on at `begin`: the segments before it are in volumes that are done.
  explicit VodList(VodRules rules, VodMark begin = {}) : rules_(std::move(rules)), next_(begin) {}

  /// The next one that is safe.
  void add(live::hls::Segment segment, std::uint64_t bytes);
  /// Nothing will follow.
  void end();
  /// The writer's list says so; holds for what is added from now on.
  void raise_target(std::chrono::seconds target);
  void independent(bool all) { rules_.independent_segments = all; }

  /// Those that are not done, in order; none before the first segment.
  [[nodiscard]] const std::deque<Volume>& volumes() const { return volumes_; }
  /// The first of several is written, closed and verified: it is not needed any more.
  void drop_front() { volumes_.pop_front(); }
  /// Where a further volume would begin.
  [[nodiscard]] VodMark end_mark() const {
    auto mark = next_;
    if (!volumes_.empty()) ++mark.volume;
    return mark;
  }
  /// Where to go on after a restart.
  [[nodiscard]] const VodMark& mark() const {
    return volumes_.empty() ? next_ : volumes_.front().begin();
  }

 private:
  VodRules rules_;
  VodMark next_;  ///< where the next segment stands
  std::deque<Volume> volumes_;
};

/// "vod-<id>.m3u8", "vod-<id>-2.m3u8": `volume` counts from 1.
std::string vod_name(std::string_view id, std::size_t volume);

}  // namespace s3_dvr_sync
