// One rendition as its media playlist and the sizes of its segments tell it.  Pure: the clock comes with each call.
#pragma once

#include "common/base/units.hpp"
#include "common/facts/media_facts.hpp"
#include "common/hls/media_playlist.hpp"
#include "common/hls/rates.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hls_abr_playlist {

using live::facts::MediaFacts;

/// What `list` has that has not been looked at yet.
struct Wanted {
  std::vector<std::string> sizes;  ///< URIs of segments
  /// Media to be looked into: the newest segment of each kind that is listed and not known yet, and its init segment if it
  /// has one.
  struct Media {
    std::string kind, segment;
    std::optional<std::string> init;
    bool newest = false;  ///< of all
  };
  std::vector<Media> media;  ///< the newest first
};

/// What was found.
struct Found {
  std::map<std::string, std::uint64_t>
      sizes;  ///< bytes by URI; a file that is not there is missing here, too
  std::map<std::string, MediaFacts> facts;  ///< by Wanted::Media::kind
  live::Ms age{
      0};  ///< of the newest segment, by its file; counts when the rendition is seen for the first time
};

class Rendition {
 public:
  [[nodiscard]] Wanted wanted(const live::hls::MediaPlaylist& list) const;
  /// The playlist as it is now, and what wanted() asked for.
  void update(live::hls::MediaPlaylist list, const Found& found, live::Monotonic now);
  /// A peak of this broadcast that was measured before we began to; counts for an hour.
  void remember(std::uint64_t peak, live::Monotonic now);
  /// Another broadcast begins: what was measured is no measure of it.
  void forget();

  /// There is something to play, and we know what it is.
  [[nodiscard]] bool is_playable() const;
  [[nodiscard]] bool is_ended() const { return list_ && list_->ended; }
  /// For 3 target durations no new segment that is not a gap.
  [[nodiscard]] bool is_stale(live::Monotonic now) const;
  /// When the newest segment that is not a gap came.
  [[nodiscard]] live::Monotonic newest() const { return newest_; }
  /// Not stale, or not staler by a target duration than the one whose newest segment came at `newest`: where all stand still,
  /// one of them is the first.
  [[nodiscard]] bool keeps_up_with(live::Monotonic newest, live::Monotonic now) const;
  [[nodiscard]] bool is_independent() const { return list_ && list_->independent_segments; }
  /// Nothing is deleted from it: an EVENT or VOD list.
  [[nodiscard]] bool is_kept() const;
  /// What is_stale() waits for: 3 target durations.
  [[nodiscard]] live::Us silence() const;
  /// Of the newest segment, with the codecs of all that are listed.  REQUIRES: is_playable()
  [[nodiscard]] const MediaFacts& facts() const { return *facts_; }

  /// Bits per second.  `declared`: what the encoder promises not to exceed, 0 where it promises nothing.
  [[nodiscard]] std::uint64_t bandwidth(std::uint64_t declared) const;
  /// Over the last hour; while we have not measured a whole hour, the rest of it counts with the bandwidth / 1.1: the least
  /// that holds, whatever comes, where averages must stay below 110 % of what is said.  Of a list that has ended and is whole,
  /// what it is.
  [[nodiscard]] std::uint64_t average_bandwidth(std::uint64_t declared) const;

 private:
  [[nodiscard]] std::uint64_t first_unknown(const live::hls::MediaPlaylist& list) const;
  void learn(const live::hls::MediaPlaylist& list, const Found& found);
  void measure(const live::hls::Segment& segment, const Found& found);

  std::optional<live::hls::MediaPlaylist> list_;
  std::optional<live::hls::Rates> rates_;
  std::optional<MediaFacts> facts_;
  /// Of each kind that is listed, but for the newest while it cannot be read; nothing: it cannot.
  std::map<std::string, std::optional<MediaFacts>> known_;
  std::uint64_t first_ = 0;  ///< media sequence number of the first segment that was looked at
  std::uint64_t next_ = 0;   ///< media sequence number behind the last segment that was looked at
  std::uint64_t peak_ = 0, average_ = 0;  ///< of rates_
  std::uint64_t earlier_peak_ = 0;        ///< of before rates_
  live::Monotonic earlier_until_;
  live::Us measured_{0};
  live::Monotonic newest_;  ///< when a segment that is no gap was seen first
  bool seen_ = false, has_segment_ = false;
};

}  // namespace hls_abr_playlist
