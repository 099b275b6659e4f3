// A stream as its renditions tell it, and what is to be done about it: a state machine without files, clock or registry.
//
//   nothing   no rendition has a playable segment yet
//   live      live.m3u8 lists the renditions that go on; the name is in the registry
//   over      ENDLIST everywhere, or every rendition is stale (or there is none that can be played, of a writer of ours) and
//             no writer holds the lock: the name goes, the folder may go
#pragma once

#include "common/base/units.hpp"
#include "common/hls/multivariant_playlist.hpp"
#include "common/tree/stream_record.hpp"
#include "tools/hls-abr-playlist/rendition.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hls_abr_playlist {

class Stream {
 public:
  /// `start`: players begin with the best variant of at most so many bits per second.
  explicit Stream(std::uint64_t start) : start_(start) {}

  /// The rendition of this name; made where there is none.
  Rendition& rendition(const std::string& name) { return renditions_[name]; }
  void forget(const std::string& name) { renditions_.erase(name); }
  [[nodiscard]] const std::map<std::string, Rendition>& renditions() const { return renditions_; }

  /// .stream.json as it is now.  True when it tells of another broadcast than before: the lists are to be read anew.
  bool record(std::optional<live::tree::StreamRecord> record);
  [[nodiscard]] const std::optional<live::tree::StreamRecord>& record() const { return record_; }

  /// What live.m3u8 says already when we begin; `of_this_broadcast`: what was measured for it counts still.
  void adopt(live::hls::MultivariantPlaylist list, bool of_this_broadcast, live::Monotonic now);
  /// live.m3u8 is not there any more, or could not be written.
  void not_published() { published_.reset(); }

  enum class State { nothing, live, over };
  struct Verdict {
    State state = State::nothing;
    bool waits = false;  ///< live by its writer's lock alone: every rendition is stale
    /// Write this: the set of variants or a fact has changed, or a rate has moved by 10 %.
    std::optional<live::hls::MultivariantPlaylist> publish;
  };
  /// `is_locked` is asked only where it matters.
  Verdict judge(live::Monotonic now, const std::function<bool()>& is_locked);

  /// All that can be played, whatever its age; nothing when there is nothing.
  [[nodiscard]] std::optional<live::hls::MultivariantPlaylist> everything() const;

 private:
  using Names = std::vector<std::string>;
  [[nodiscard]] Names playable() const;
  [[nodiscard]] Names going_on(const Names& playable, live::Monotonic now) const;
  [[nodiscard]] Names published(const Names& playable) const;
  [[nodiscard]] std::uint64_t declared_peak(const std::string& rendition) const;
  [[nodiscard]] live::hls::Variant variant(const std::string& name) const;
  void tell_video_range(const Names& names, live::hls::MultivariantPlaylist& list) const;
  [[nodiscard]] live::hls::MultivariantPlaylist compose(const Names& names) const;

  std::uint64_t start_;
  std::map<std::string, Rendition> renditions_;
  std::optional<live::tree::StreamRecord> record_;
  std::optional<live::hls::MultivariantPlaylist> published_;
};

/// Where a rendition's playlist is, seen from live.m3u8.
std::string playlist_uri(const std::string& rendition);

/// Is `now` so different from `before` that it must be written?
bool differs(const live::hls::MultivariantPlaylist& before,
             const live::hls::MultivariantPlaylist& now);

}  // namespace hls_abr_playlist
