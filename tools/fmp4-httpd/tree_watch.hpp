// The media playlists of an HLS tree that somebody is asking for, as they are now: inotify(7) on their folders, and everybody
// who waits for the next version or the next part.  Where inotify gives no more watches they are looked at once a second.
#pragma once

#include "common/base/fd.hpp"
#include "common/base/units.hpp"
#include "common/hls/media_playlist.hpp"
#include "common/http/static_file.hpp"
#include "common/http/waiters.hpp"
#include "common/net/asio.hpp"
#include "tools/fmp4-httpd/playlist_text.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace fmp4_httpd {

/// A playlist on disk beyond this is none that a viewer is to load: the journal of a week.
constexpr std::uint64_t most_playlist_bytes = 8U << 20U;

/// One media playlist that is watched.
class WatchedPlaylist {
 public:
  explicit WatchedPlaylist(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::string& folder() const { return folder_; }  ///< "stream/360p"
  /// nullptr when it is gone, or is none.
  [[nodiscard]] const live::hls::MediaPlaylist* playlist() const {
    return playlist_ ? &*playlist_ : nullptr;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

  /// What is made of it for viewers, for the many who ask for the same.
  struct Delivered {
    std::uint64_t version = 0;  ///< TreeWatch::stream_version() that it was made of
    PlaylistText text;
  };
  Delivered delivered, delivered_delta;

  live::http::Waiters for_playlist;  ///< for its next version
  live::http::Waiters for_files;     ///< for that, or for anything else that appears in the folder

 private:
  friend class TreeWatch;
  std::string folder_;
  std::optional<live::hls::MediaPlaylist> playlist_;
  std::string text_;
  std::string mark_;  ///< ETag of the file that text_ is of
  int watch_ = -1;    ///< inotify's number
  live::Monotonic asked_;
};

class TreeWatch {
 public:
  /// REQUIRES: `root` outlives it.
  TreeWatch(live::asio::io_context& io, const live::http::Root& root);
  TreeWatch(const TreeWatch&) = delete;
  TreeWatch& operator=(const TreeWatch&) = delete;

  /// The media playlist of the rendition folder "stream/360p"; nullptr when there is no file index.m3u8 that is one.  Kept up
  /// to date for as long as somebody asks for it.
  std::shared_ptr<WatchedPlaylist> find(const std::string& folder);
  /// What does find() know of the other renditions of this one's stream?  "480p" -> playlist.
  std::map<std::string, std::shared_ptr<WatchedPlaylist>> sisters(const WatchedPlaylist& of);
  /// Grows with every version of this playlist or of a sister that is watched; never 0.
  [[nodiscard]] std::uint64_t stream_version(const WatchedPlaylist& of) const;

  /// Once a second: forgets what nobody asks for, and looks again, some hundreds in turn: whether the folder is still the same.
  void tick(live::Monotonic at);
  /// Everybody who waits is told, now and from now on.
  void stop();
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] std::size_t waiting() const;

 private:
  static constexpr std::size_t most_watched = 4'096;
  static constexpr std::size_t most_sisters = 32;
  static constexpr std::size_t looks_in_tick = 256;  ///< at what inotify tells about anyway
  static constexpr std::chrono::seconds forgotten_after{30};

  using Shared = std::shared_ptr<WatchedPlaylist>;
  /// Whom to tell once all that has happened is known: playlists first, they are what most wait for.
  struct News {
    std::vector<Shared> lists, files;
    void tell() const;
  };

  live::awaitable<void> listen();
  bool read_events();
  void event(int watch, std::uint32_t mask, std::string_view name, News& news);
  void keep(const Shared& watched);
  void leave(WatchedPlaylist& watched);
  bool load(WatchedPlaylist& watched);
  void look(const Shared& watched, News& news);
  void drop(const std::string& folder);

  const live::http::Root& root_;
  live::asio::posix::stream_descriptor inotify_;
  std::map<std::string, std::shared_ptr<WatchedPlaylist>> watched_;
  std::map<int, std::shared_ptr<WatchedPlaylist>> by_watch_;
  bool is_blind_ = false;  ///< inotify has refused a folder, and that was told
  std::string looked_at_;  ///< the last one in turn
  std::uint64_t changes_ = 0;
  std::map<std::string, std::uint64_t> changed_;  ///< stream -> which of the changes was its last
  bool stopped_ = false;
};

}  // namespace fmp4_httpd
