#include "tools/fmp4-httpd/tree_watch.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/net/spawn.hpp"
#include "common/tree/names.hpp"

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
    read_events();
  }
}

void TreeWatch::read_events() {
  alignas(inotify_event) std::array<char, 16'384> buffer;
  const auto n = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
  for (std::size_t at = 0; n > 0 && at < static_cast<std::size_t>(n);) {
    inotify_event head{};
    std::memcpy(&head, buffer.data() + at, sizeof head);
    const char* const name = buffer.data() + at + sizeof head;
    at += sizeof head + head.len;
    event(head.wd, head.mask, head.len > 0 ? name : "");
  }
}

void TreeWatch::event(int watch, std::uint32_t mask, std::string_view name) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    for (const auto& [folder, watched] : watched_)
      load(*watched);
    return;
  }
  const auto found = by_watch_.find(watch);
  if (found == by_watch_.end()) return;
  const auto watched = found->second;
  if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) return drop(watched->folder());
  if (name == live::tree::media_playlist_name) return load(*watched);
  if (!name.starts_with('.')) watched->for_files.wake();  // a part that somebody may wait for
}

void TreeWatch::load(WatchedPlaylist& watched) {
  const auto path = watched.folder_ + "/" + std::string{live::tree::media_playlist_name};
  const auto file = root_.open(path);
  auto text = file ? live::http::text_of(*file, most_playlist_bytes) : std::nullopt;
  if (text && text == watched.text_) return;
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
  wake(watched);
}

void TreeWatch::wake(WatchedPlaylist& watched) {
  watched.for_playlist.wake();
  watched.for_files.wake();
}

std::shared_ptr<WatchedPlaylist> TreeWatch::find(const std::string& folder) {
  if (const auto known = watched_.find(folder); known != watched_.end()) {
    known->second->asked_ = now();
    return known->second->playlist() != nullptr ? known->second : nullptr;
  }
  if (stopped_ || watched_.size() >= most_watched || !root_.has_folder(folder)) return nullptr;
  auto watched = std::make_shared<WatchedPlaylist>(folder);
  watched->asked_ = now();
  // Watched before it is read, so that no change falls between.
  const auto path = root_.folder() / folder;
  watched->watch_ = ::inotify_add_watch(inotify_.native_handle(), path.c_str(),
                                        events | IN_ONLYDIR | IN_DONT_FOLLOW);
  if (watched->watch_ < 0) {
    live::log::warn("watch {}: {}", path.string(), std::strerror(errno));
  }
  load(*watched);
  if (watched->playlist() == nullptr) {
    if (watched->watch_ >= 0) ::inotify_rm_watch(inotify_.native_handle(), watched->watch_);
    return nullptr;
  }
  if (watched->watch_ >= 0) by_watch_[watched->watch_] = watched;
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
  const auto watched = found->second;
  if (watched->watch_ >= 0) {
    by_watch_.erase(watched->watch_);
    ::inotify_rm_watch(inotify_.native_handle(), watched->watch_);
  }
  watched_.erase(found);
  watched->playlist_.reset();
  watched->text_.clear();
  const auto stream = stream_of(folder);
  changed_[stream] = ++changes_;
  const auto left = watched_.lower_bound(stream + "/");
  if (left == watched_.end() || !left->first.starts_with(stream + "/")) changed_.erase(stream);
  wake(*watched);
}

void TreeWatch::tick(Monotonic at) {
  std::vector<std::string> idle;
  for (const auto& [folder, watched] : watched_) {
    if (at - watched->asked_ > forgotten_after && waiting_for(*watched) == 0) {
      idle.push_back(folder);
    } else {
      load(*watched);
    }
  }
  for (const auto& folder : idle)
    drop(folder);
}

void TreeWatch::stop() {
  stopped_ = true;
  for (const auto& [folder, watched] : watched_)
    wake(*watched);
}

std::size_t TreeWatch::waiting() const {
  std::size_t sum = 0;
  for (const auto& [folder, watched] : watched_)
    sum += waiting_for(*watched);
  return sum;
}

}  // namespace fmp4_httpd
