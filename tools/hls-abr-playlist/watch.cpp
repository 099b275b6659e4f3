#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/net/deadline.hpp"
#include "common/net/notifier.hpp"
#include "common/net/spawn.hpp"
#include "common/registry/leases.hpp"
#include "common/tree/names.hpp"
#include "tools/hls-abr-playlist/cleaner.hpp"
#include "tools/hls-abr-playlist/folder.hpp"
#include "tools/hls-abr-playlist/publish.hpp"

#include <chrono>
#include <map>
#include <memory>

#include <fmt/format.h>

namespace hls_abr_playlist {
namespace {

using namespace std::chrono_literals;
using live::Exit;
using live::fail;

constexpr auto judge_interval = 500ms;  // of what only time changes: staleness, clean-up
constexpr unsigned judgements_a_scan =
    4;  // every 2 s everything is looked at: no event is ever missed
constexpr auto settle_limit = 2s;
constexpr auto kept_interval = 10s;  // between looks whether a folder that had to stay may go now
constexpr std::size_t most_streams = 10'000;

struct Totals {
  live::Counter written, failed, removed;
};

/// A stream folder and what was said of it last.
struct Watched {
  Watched(std::filesystem::path path, std::uint64_t start) : folder(std::move(path), start) {}
  Folder folder;
  Stream::State state = Stream::State::nothing;
  bool waits = false;           ///< that it does has been said
  std::string trouble;          ///< why live.m3u8 cannot be written
  std::string kept;             ///< why the folder stays
  live::Monotonic clean_again;  ///< until then nothing is to be gained by asking
  std::size_t listed = 0;
};

std::string words(const live::hls::MultivariantPlaylist& list) {
  std::string text;
  for (const auto& variant : list.variants)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", variant.name,
                        live::format_bit_rate(variant.bandwidth / 1'000 * 1'000));
  return text;
}

/// Is it news, or one of the many segments?
bool matters(const live::net::Notifier::Change& change) {
  return change.is_folder || change.name == live::tree::media_playlist_name ||
         change.name == live::tree::record_name;
}

class Watch {
 public:
  Watch(const Options& options, live::cli::Runtime& runtime)
      : options_(options),
        runtime_(runtime),
        registry_(live::registry::open(runtime.io(), options.registry)),
        cleaner_(options.root, options.no_cleanup ? std::nullopt : std::optional{options.cleanup}),
        notifier_(runtime.io(), matters, [this](const std::string& stream) { changed(stream); }) {
    if (registry_)
      leases_.emplace(runtime.io(), *registry_, live::format_address(*options.advertise));
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void run();

 private:
  void tell();
  void changed(const std::string& stream);
  void scan_root();
  void scan(const std::string& name);
  void judge(const std::string& name, Watched& watched);
  void write(const std::string& name, Watched& watched,
             const live::hls::MultivariantPlaylist& list);
  void enter(const std::string& name, Watched& watched, Stream::State state);
  bool clean(const std::string& name, Watched& watched);
  void drop(const std::string& name);
  [[nodiscard]] std::vector<std::string> stream_names();
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] std::size_t count(Stream::State state) const;
  live::awaitable<void> tick();
  live::awaitable<void> leave();

  const Options& options_;
  live::cli::Runtime& runtime_;
  std::unique_ptr<live::registry::Registry> registry_;
  std::optional<live::registry::Leases> leases_;
  Cleaner cleaner_;
  std::map<std::string, std::unique_ptr<Watched>> streams_;
  Totals totals_;
  std::string root_trouble_;
  bool too_many_ = false, leaving_ = false;
  live::net::Notifier notifier_;  // last: what it calls is there
};

void Watch::run() {
  tell();
  cleaner_.empty_trash();
  runtime_.on_stop([this] {
    leaving_ = true;
    live::net::spawn(runtime_.io(), "end", leave());
  });
  scan_root();
  live::net::spawn(runtime_.io(), "tick", tick());
  runtime_.ready("watching");
  runtime_.run();
}

void Watch::tell() {
  runtime_.on_health([this] {
    const auto why = trouble();
    return why.empty() ? std::string{"ok"} : "degraded: " + why;
  });
  runtime_.status_line([this] {
    return fmt::format("{} streams live, {} over", count(Stream::State::live),
                       count(Stream::State::over));
  });
  runtime_.on_metrics([this](live::MetricsText& out) {
    const auto streams = [&](const char* state, Stream::State which) {
      out.gauge("hls_abr_playlist_streams", "folders below ROOT by what they are",
                double(count(which)), live::label("state", state));
    };
    streams("live", Stream::State::live);
    streams("over", Stream::State::over);
    streams("empty", Stream::State::nothing);
    out.counter("hls_abr_playlist_written_total", "versions of live.m3u8",
                double(totals_.written.value()));
    out.counter("hls_abr_playlist_failed_total", "of them that could not be written",
                double(totals_.failed.value()));
    out.counter("hls_abr_playlist_removed_total", "folders", double(totals_.removed.value()));
    if (!leases_) return;
    const auto counts = leases_->counts();
    out.gauge("hls_abr_playlist_registry_up", "0: it cannot be asked",
              registry_->trouble().empty() ? 1 : 0);
    out.gauge("hls_abr_playlist_names_ours", "in the registry", double(counts.ours));
    out.gauge("hls_abr_playlist_names_of_others", "wanted, and held by another host",
              double(counts.others));
  });
}

std::size_t Watch::count(Stream::State state) const {
  std::size_t n = 0;
  for (const auto& [name, watched] : streams_)
    n += watched->state == state ? 1 : 0;
  return n;
}

std::string Watch::trouble() const {
  if (!root_trouble_.empty()) return root_trouble_;
  if (leases_)
    if (auto why = leases_->trouble(); !why.empty()) return "registry: " + why;
  for (const auto& [name, watched] : streams_)
    if (!watched->trouble.empty()) return watched->trouble;
  return {};
}

/// An event: of ROOT itself, or of a stream.
void Watch::changed(const std::string& stream) {
  if (leaving_) return;
  if (stream.empty()) return scan_root();
  if (streams_.contains(stream)) scan(stream);
}

std::vector<std::string> Watch::stream_names() {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it{options_.root, error}, end; !error && it != end;
       it.increment(error)) {
    auto name = it->path().filename().string();
    std::error_code ignored;
    if (live::is_stream_name(name) && fs::is_directory(it->symlink_status(ignored)))
      names.push_back(std::move(name));
  }
  const auto why = error ? fmt::format("read {}: {}", options_.root.string(), error.message()) : "";
  if (!why.empty() && why != root_trouble_) live::log::error("{}", why);
  root_trouble_ = why;
  return names;
}

void Watch::scan_root() {
  notifier_.watch(options_.root, {});
  for (const auto& name : stream_names()) {
    if (!streams_.contains(name)) {
      if (streams_.size() >= most_streams) {
        if (!std::exchange(too_many_, true))
          live::log::error("{}: more than {} streams; the rest is left out", options_.root.string(),
                           most_streams);
        continue;
      }
      streams_[name] = std::make_unique<Watched>(options_.root / name, options_.start);
    }
    scan(name);
  }
  std::vector<std::string> gone;
  for (const auto& [name, watched] : streams_)
    if (root_trouble_.empty() && !watched->folder.exists()) gone.push_back(name);
  for (const auto& name : gone)
    drop(name);
}

void Watch::scan(const std::string& name) {
  auto& watched = *streams_.at(name);
  // First the watches, then the look: what changes in between is an event.
  notifier_.watch(watched.folder.path(), name);
  for (const auto& folder : watched.folder.subfolders())
    notifier_.watch(folder, name);
  watched.folder.scan(std::chrono::steady_clock::now());
  judge(name, watched);
}

void Watch::judge(const std::string& name, Watched& watched) {
  const auto verdict = watched.folder.stream().judge(
      std::chrono::steady_clock::now(), [&watched] { return watched.folder.is_locked(); });
  if (verdict.publish) write(name, watched, *verdict.publish);
  if (verdict.waits && !watched.waits)
    live::log::info("{}: nothing new, but its writer is there: what is listed stays", name);
  watched.waits = verdict.waits;
  auto state = verdict.state;
  // What was never published does not play; an older version does.
  if (state == Stream::State::live && !watched.trouble.empty() &&
      !live::mark_of(watched.folder.path() / live::tree::multivariant_name))
    state = Stream::State::nothing;
  if (state != watched.state) enter(name, watched, state);
}

void Watch::write(const std::string& name, Watched& watched,
                  const live::hls::MultivariantPlaylist& list) {
  std::string trouble;
  try {
    if (!write_playlist(watched.folder.path(), list))
      trouble = fmt::format("write {}/live.m3u8: the disk is full", name);
  } catch (const live::Failure& failure) {
    trouble = failure.what();
  }
  if (trouble.empty()) {
    totals_.written.add();
    live::log::write(
        watched.listed == list.variants.size() ? live::log::Level::debug : live::log::Level::info,
        fmt::format("{}: {}", name, words(list)));
    watched.listed = list.variants.size();
  } else {
    totals_.failed.add();
    watched.folder.stream().not_published();  // again with the next look
    if (trouble != watched.trouble) live::log::error("{}", trouble);
  }
  watched.trouble = std::move(trouble);
}

void Watch::enter(const std::string& name, Watched& watched, Stream::State state) {
  if (state == Stream::State::over) live::log::info("{}: over", name);
  if (state == Stream::State::live && watched.state == Stream::State::over)
    live::log::info("{}: goes on", name);
  watched.state = state;
  watched.kept.clear();
  if (!leases_) return;
  if (state == Stream::State::live) {
    leases_->hold(name);
  } else {
    leases_->drop(name);
  }
}

/// True when it has gone.
bool Watch::clean(const std::string& name, Watched& watched) {
  const auto now = std::chrono::steady_clock::now();
  if (watched.state != Stream::State::over || now < watched.clean_again) return false;
  auto outcome = cleaner_.clean(watched.folder);
  if (outcome.removed) {
    totals_.removed.add();
    live::log::info("{}: removed", name);
    return true;
  }
  if (!outcome.kept.empty() && outcome.kept != watched.kept)
    live::log::info("{}: its folder stays: {}", name, outcome.kept);
  if (!outcome.kept.empty()) watched.clean_again = now + kept_interval;
  watched.kept = std::move(outcome.kept);
  return false;
}

void Watch::drop(const std::string& name) {
  if (leases_) leases_->drop(name);
  streams_.erase(name);
}

live::awaitable<void> Watch::tick() {
  for (unsigned ticks = 1; !leaving_; ++ticks) {
    co_await live::net::pause(judge_interval);
    if (leaving_) co_return;
    if (ticks % judgements_a_scan == 0) {
      scan_root();
    } else {
      for (const auto& [name, watched] : streams_)
        judge(name, *watched);
    }
    std::vector<std::string> gone;
    for (const auto& [name, watched] : streams_)
      if (clean(name, *watched)) gone.push_back(name);
    for (const auto& name : gone)
      drop(name);
  }
}

live::awaitable<void> Watch::leave() {
  if (leases_) co_await leases_->settle(settle_limit);
  runtime_.stop();
}

}  // namespace

void watch(const Options& given, live::cli::Runtime& runtime) {
  auto options = given;
  std::error_code error;
  options.root = std::filesystem::canonical(given.root, error);  // ROOT itself may be a link
  if (error || !std::filesystem::is_directory(options.root, error))
    fail(Exit::no_input, "watch {}: it is no folder", given.root.string());
  Watch watch{options, runtime};
  watch.run();
}

}  // namespace hls_abr_playlist
