#include "tools/fmp4-httpd/tree_watch.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/net/spawn.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace fmp4_httpd {
namespace {

using live::Monotonic;

constexpr std::uint32_t events =
    IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;

constexpr unsigned reads_in_turn = 16;  // of inotify, then others have their turn

Monotonic now() { return std::chrono::steady_clock::now(); }

std::size_t waiting_for(const WatchedPlaylist& watched) {
  return watched.for_playlist.size() + watched.for_files.size();
}

std::string stream_of(std::string_view folder) {
  return std::string{folder.substr(0, folder.rfind('/'))};
}

}  // namespace

TreeWatch::TreeWatch(live::asio::io_context& io, const live::http::Root& root)
    : root_(root), inotify_(io) {
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0)
    live::fail(live::Exit::unavailable, "watch {}: {}", root.folder().string(),
               std::strerror(errno));
  inotify_.assign(fd);
  live::net::spawn(io, "tree", listen());
}

live::awaitable<void> TreeWatch::listen() {
  for (;;) {
    const auto [error] = co_await inotify_.async_wait(live::asio::posix::descriptor_base::wait_read,
                                                      live::as_result);
    if (error) co_return;
    // What comes while people are being told is for others: they are told before anybody's next request is read.
    for (unsigned times = 0; times < reads_in_turn && read_events(); ++times) {
    }
  }
}

void TreeWatch::News::tell() const {
  for (const auto& watched : lists)
    watched->for_playlist.wake();
  for (const auto& watched : files)
    watched->for_files.wake();
}

/// False when there was nothing more.
bool TreeWatch::read_events() {
  alignas(inotify_event) std::array<char, 16'384> buffer;
  const auto n = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
  News news;
  for (std::size_t at = 0; n > 0 && at < static_cast<std::size_t>(n);) {
    inotify_event head{};
    std::memcpy(&head, buffer.data() + at, sizeof head);
    const char* const name = buffer.data() + at + sizeof head;
    at += sizeof head + head.len;
    event(head.wd, head.mask, head.len > 0 ? name : "", news);
  }
  news.tell();
  return n > 0;
}

void TreeWatch::event(int watch, std::uint32_t mask, std::string_view name, News& news) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    for (const auto& [folder, watched] : watched_) {
      if (load(*watched)) news.lists.push_back(watched);
      news.files.push_back(watched);
    }
    return;
  }
  const auto found = by_watch_.find(watch);
  if (found == by_watch_.end()) return;
  const auto watched = found->second;
  const bool is_gone = (mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0;
  if (is_gone) {
    leave(*watched);
    keep(watched);  // another may have its name already
  }
  if (is_gone || name == live::tree::media_playlist_name) {
    if (load(*watched)) news.lists.push_back(watched);
    news.files.push_back(watched);
  } else if (!name.starts_with('.') && (mask & IN_DELETE) == 0) {
    news.files.push_back(watched);  // a part that somebody may wait for
  }
}

/// Watches the folder that has the name now; nothing happens where it is watched already.
void TreeWatch::keep(const Shared& watched) {
  const auto path = root_.folder() / watched->folder_;
  const int watch = ::inotify_add_watch(inotify_.native_handle(), path.c_str(),
                                        events | IN_ONLYDIR | IN_DONT_FOLLOW);
  const bool refused = watch < 0 && errno != ENOENT;
  if (refused && !is_blind_)
    live::log::warn("watch {}: {}; it is looked at once a second", path.string(),
                    std::strerror(errno));
  is_blind_ = is_blind_ || refused;
  if (watch == watched->watch_) return;
  leave(*watched);
  watched->watch_ = watch;
  if (watch >= 0) by_watch_[watch] = watched;
}

void TreeWatch::leave(WatchedPlaylist& watched) {
  const int watch = std::exchange(watched.watch_, -1);
  if (watch < 0) return;
  by_watch_.erase(watch);
  ::inotify_rm_watch(inotify_.native_handle(), watch);
}

/// Is it another now?
bool TreeWatch::load(WatchedPlaylist& watched) {
  const auto path = watched.folder_ + "/" + std::string{live::tree::media_playlist_name};
  const auto file = root_.open(path);
  auto text = file ? live::http::text_of(*file, most_playlist_bytes) : std::nullopt;
  watched.mark_ = file ? file->etag : "";
  if (text && text == watched.text_) return false;
  const bool was_nothing = watched.text_.empty() && watched.playlist() == nullptr;
  if (!text && was_nothing) return false;
  watched.playlist_.reset();
  watched.text_ = text.value_or("");
  changed_[stream_of(watched.folder_)] = ++changes_;
  if (text) {
    auto parsed = live::hls::parse_media_playlist(*text);
    if (auto* playlist = std::get_if<live::hls::MediaPlaylist>(&parsed)) {
      watched.playlist_ = std::move(*playlist);
    } else {
      const auto& bad = std::get<live::Malformed>(parsed);
      live::log::warn("{}:{}: {}", path, bad.at, bad.why);
    }
  }
  return true;
}

std::shared_ptr<WatchedPlaylist> TreeWatch::find(const std::string& folder) {
  if (const auto known = watched_.find(folder); known != watched_.end()) {
    const auto& watched = known->second;
    watched->asked_ = now();
    if (watched->playlist() == nullptr) {  // gone, and perhaps made anew
      keep(watched);
      load(*watched);
    }
    return watched->playlist() != nullptr ? watched : nullptr;
  }
  if (stopped_ || watched_.size() >= most_watched || !root_.has_folder(folder)) return nullptr;
  auto watched = std::make_shared<WatchedPlaylist>(folder);
  watched->asked_ = now();
  keep(watched);  // before it is read, so that no change falls between
  load(*watched);
  if (watched->playlist() == nullptr) {
    leave(*watched);
    return nullptr;
  }
  watched_[folder] = watched;
  return watched;
}

std::map<std::string, std::shared_ptr<WatchedPlaylist>> TreeWatch::sisters(
    const WatchedPlaylist& of) {
  std::map<std::string, std::shared_ptr<WatchedPlaylist>> all;
  const auto stream = stream_of(of.folder());
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{root_.folder() / stream, ignored}) {
    const auto name = entry.path().filename().string();
    if (all.size() >= most_sisters) break;
    if (!live::tree::is_rendition_name(name)) continue;
    const auto folder = fmt::format("{}/{}", stream, name);
    if (folder == of.folder()) continue;
    if (auto watched = find(folder)) all.emplace(name, std::move(watched));
  }
  return all;
}

std::uint64_t TreeWatch::stream_version(const WatchedPlaylist& of) const {
  const auto found = changed_.find(stream_of(of.folder()));
  return found == changed_.end() ? 0 : found->second;
}

void TreeWatch::drop(const std::string& folder) {
  const auto found = watched_.find(folder);
  if (found == watched_.end()) return;
  leave(*found->second);
  watched_.erase(found);
  const auto stream = stream_of(folder);
  changed_[stream] = ++changes_;
  const auto left = watched_.lower_bound(stream + "/");
  if (left == watched_.end() || !left->first.starts_with(stream + "/")) changed_.erase(stream);
}

/// Has its folder been replaced, or has something happened that we were not told?
void TreeWatch::look(const Shared& watched, News& news) {
  keep(watched);
  const auto file =
      root_.open(watched->folder_ + "/" + std::string{live::tree::media_playlist_name});
  if (file && file->etag == watched->mark_) return;
  if (load(*watched)) news.lists.push_back(watched);
  news.files.push_back(watched);
}

void TreeWatch::tick(Monotonic at) {
  std::vector<std::string> idle;
  News news;
  for (const auto& [folder, watched] : watched_) {
    const bool is_gone = watched->playlist() == nullptr && watched->watch_ < 0;
    const bool is_idle = is_gone || at - watched->asked_ > forgotten_after;
    if (is_idle && waiting_for(*watched) == 0) {
      idle.push_back(folder);
    } else if (watched->watch_ < 0) {
      look(watched, news);
    }
  }
  for (const auto& folder : idle)
    drop(folder);
  auto next = watched_.upper_bound(looked_at_);
  for (auto left = std::min(watched_.size(), looks_in_tick); left > 0; --left, ++next) {
    if (next == watched_.end()) next = watched_.begin();
    looked_at_ = next->first;
    if (next->second->watch_ >= 0) look(next->second, news);
  }
  news.tell();
}

void TreeWatch::stop() {
  stopped_ = true;
  News all;
  for (const auto& [folder, watched] : watched_) {
    all.lists.push_back(watched);
    all.files.push_back(watched);
  }
  all.tell();
}

std::size_t TreeWatch::waiting() const {
  std::size_t sum = 0;
  for (const auto& [folder, watched] : watched_)
    sum += waiting_for(*watched);
  return sum;
}

}  // namespace fmp4_httpd
