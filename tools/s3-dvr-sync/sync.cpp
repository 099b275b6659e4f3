#include "tools/s3-dvr-sync/sync.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"
#include "tools/s3-dvr-sync/aside_key.hpp"
#include "tools/s3-dvr-sync/side_by_side.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/statvfs.h>

namespace s3_dvr_sync {

using live::Exit;
using live::Failure;
namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto look_interval = 2s;       // at the disk, whatever inotify says
constexpr auto least_interval = 500ms;   // between two looks, however much changes
constexpr int most_of_a_core = 40;       // one part in so many for looking at the disk
constexpr auto clean_interval = 2s;      // between two looks at what may be deleted
constexpr auto tidy_interval = 1h;       // between two looks at what was left behind
constexpr auto refused_interval = 5min;  // until what is not allowed is tried again
constexpr auto disk_interval = 30s;      // until a journal that could not be written is tried again
constexpr auto rate_window = 2s;
constexpr unsigned most_unanswered = 8;  // in a row: the store is away, and a single run ends
constexpr auto until_the_next_run = 24h * 365;

BucketSettings settings_of(const Options& o) {
  BucketSettings out;
  out.place = place_of(o);
  out.storage_class = o.storage_class;
  out.sse = o.sse;
  out.metadata = metadata_of(o);
  out.stall = o.stall;
  return out;
}

fs::path folder_of(const Options& o) {
  std::error_code error;
  auto path = fs::canonical(o.folder, error);
  if (error || !fs::is_directory(path, error))
    live::fail(Exit::no_input, "read {}: it is no folder", o.folder.string());
  return path;
}

/// What is not this object's alone: nothing else would fare better.
bool concerns_all(const Failure& failure) {
  return failure.exit() == Exit::denied || failure.exit() == Exit::config ||
         failure.exit() == Exit::io || failure.exit() == Exit::cannot_create ||
         failure.exit() == Exit::bad_data;
}

bool is_there(const std::optional<Ended>& ended) {
  return ended == Ended::done || ended == Ended::already;
}

TreeRules rules_of(const Options& o) {
  auto rules = o.tree;
  rules.marks = !o.dry_run;
  return rules;
}

/// What the journal is about.  Without the port: behind another one is the same store, mostly.
std::string name_of(const live::s3::Place& place) {
  const auto host = place.endpoint ? place.endpoint->host : std::string{"AWS"};
  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  return fmt::format("s3://{}{}{} at {}", place.bucket, place.prefix.empty() ? "" : "/",
                     place.prefix, has_port ? host.substr(0, colon) : host);
}
constexpr auto destination_note = "destination";

/// The files that an object may have been made of: of a tree without a journal, or one that went aside, the broadcast's folder
/// stands in between (tree_sync.hpp); of a recording that went aside its time stands in its name.
std::vector<fs::path> files_of(const fs::path& folder, const std::string& key) {
  const fs::path path{key};
  std::vector<fs::path> out{folder / path};
  if (const auto before = key_before(key)) out.push_back(folder / *before);
  auto above = path.parent_path();
  for (int levels = 0; levels < 3 && above.has_relative_path(); ++levels) {
    above = above.parent_path();
    out.push_back(folder / above / path.filename());
  }
  return out;
}

std::uint64_t free_bytes(const fs::path& folder) {
  struct statvfs found {};
  if (::statvfs(folder.c_str(), &found) != 0) return UINT64_MAX;
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

}  // namespace

Sync::Sync(const Options& options, live::asio::io_context& io)
    : options_(options),
      io_(io),
      journal_(folder_of(options), options.dry_run),
      // Each of so many files sends so many parts at once; what does not run waits.
      client_(io,
              live::fetch::Limits{options.jobs, options.jobs * options.jobs, options.limit_rate},
              options.ca_file),
      credentials_(io, options.credentials),
      bucket_(client_, credentials_, settings_of(options)),
      uploader_(bucket_, journal_, {options.jobs, options.checksum}),
      closed_(journal_, folder_of(options) / state_folder / "closed"),
      work_(folder_of(options), rules_of(options), options.settle, journal_,
            options.watch ? WorkList::rest : std::chrono::seconds{until_the_next_run}),
      idle_(io, Clock::time_point::max()),
      changed_(io),
      measured_(begun_) {
  const auto name = name_of(place_of(options));
  const auto known = journal_.note(destination_note);
  if (known && *known != name && !options.verify)
    live::fail(Exit::config,
               "{} has been uploaded to {}: go on there, or give --verify to have everything "
               "compared with {}",
               options.folder.string(), *known, name);
  if (!known && !options.dry_run) journal_.set_note(destination_note, name);
}

void Sync::scan() {
  work_.scan(Clock::now(), std::chrono::system_clock::now());
  if (!notifier_) return;
  for (const auto& folder : work_.folders())
    notifier_->watch(folder, {});
}

/// A recording that is renamed to its name is closed; what else may be news is for the next look to tell.
bool Sync::matters(const live::net::Notifier::Change& change) {
  if (change.name.starts_with('.')) return false;
  if (change.moved_in && !change.is_folder) work_.renamed_into_place(change.folder / change.name);
  return change.moved_in || change.is_folder || change.name.empty();
}

std::string Sync::plan() {
  std::string out;
  scan();
  while (const auto item = work_.next(Clock::now()))
    out += fmt::format("{} {}\n", item->mark.size, live::printable(item->key, item->key.size()));
  return out;
}

Numbers Sync::numbers() {
  const auto now = Clock::now();
  numbers_.sent = client_.sent();
  if (now - measured_ >= rate_window) {
    const std::chrono::duration<double> time = now - measured_;
    numbers_.rate = static_cast<double>(numbers_.sent - measured_sent_) / time.count();
    measured_ = now;
    measured_sent_ = numbers_.sent;
  }
  if (measured_ == begun_ && now > begun_)  // a short run has no other
    numbers_.rate =
        static_cast<double>(numbers_.sent) / std::chrono::duration<double>(now - begun_).count();
  numbers_.requests = bucket_.requests();
  numbers_.retries = bucket_.retries();
  numbers_.backlog = work_.backlog();
  return numbers_;
}

void Sync::note(Ended ended, const std::string& key, std::uint64_t size) {
  if (ended == Ended::conflict) ++numbers_.conflicts;
  if (ended == Ended::done || ended == Ended::already) ++good_;
  if (ended != Ended::done) return;
  ++numbers_.objects;
  numbers_.bytes += size;
  live::log::debug("{}: uploaded, {} bytes", live::printable(key), size);
}

/// How `work` on an object ended; what concerns only that object is said.
live::awaitable<Sync::Attempt> Sync::attempt(std::string key, std::uint64_t size,
                                             live::awaitable<Ended> work) {
  Attempt out;
  try {
    out.ended = co_await std::move(work);
    note(*out.ended, key, size);
    unanswered_ = 0;
  } catch (const Failure& failure) {
    ++numbers_.failed;
    unanswered_ = failure.exit() == Exit::try_again ? unanswered_ + 1 : 0;
    if (concerns_all(failure)) {
      out.escaped = std::current_exception();
    } else {
      live::log::warn("{}: left for later: {}", live::printable(key), failure.what());
    }
  }
  co_return out;
}

/// `item` on its way, and what became of it told to the list.  Throws what concerns all.
live::awaitable<void> Sync::one(Item item) {
  auto work = uploader_.upload(item);
  const auto [ended, escaped] = co_await attempt(item.key, item.mark.size, std::move(work));
  std::error_code ignored;
  auto outcome = is_there(ended) ? Outcome::verified : Outcome::failed;
  if (ended == Ended::taken) outcome = Outcome::taken;
  if (ended == Ended::conflict) outcome = Outcome::conflict;
  if (ended == Ended::changed && !fs::exists(item.local, ignored)) outcome = Outcome::vanished;
  work_.settle(item, outcome, Clock::now());
  if (escaped) std::rethrow_exception(escaped);
}

live::awaitable<void> Sync::worker() {
  while (unanswered_ < most_unanswered) {
    auto item = work_.next(Clock::now());
    if (!item) break;
    co_await one(std::move(*item));
    co_await put_playlists_now_and_then();
  }
}

live::awaitable<bool> Sync::put(VodPlaylist playlist) {
  auto work = uploader_.publish(playlist.key, playlist.kind, playlist.text);
  const auto [ended, escaped] =
      co_await attempt(playlist.key, playlist.text.size(), std::move(work));
  work_.put(playlist.key, is_there(ended), Clock::now());
  if (escaped) std::rethrow_exception(escaped);
  const auto now = std::chrono::system_clock::now();
  const bool closed = playlist.kind == Kind::playlist;
  if (ended == Ended::done && closed) closed_.closed(playlist.key, playlist.text, now);
  if (!closed) closed_.forget(playlist.key);
  co_return is_there(ended);
}

/// At playlists that were closed a while ago.
live::awaitable<void> Sync::look_again() {
  while (const auto key = closed_.due(std::chrono::system_clock::now()))
    co_await look_again(*key);
}

live::awaitable<void> Sync::look_again(std::string key) {
  const auto entry = journal_.stored(key);
  if (!entry) co_return closed_.forget(key);
  const bool overtaken = co_await uploader_.is_overtaken(key, entry->stored);
  if (!overtaken) co_return closed_.looked(key, true, std::chrono::system_clock::now());
  live::log::warn("{}: an older version came late and is over the last one: put again",
                  live::printable(key));
  closed_.looked(key, false, std::chrono::system_clock::now());
  auto text = closed_.text_of(key);
  if (!text || live::s3::sha256_hex(live::as_bytes(*text)) != entry->stored.sha256) {
    journal_.forget_notes(progress_notes);  // the next run makes it anew
    co_return miss(key, entry->mark);
  }
  VodPlaylist again{key, std::move(*text), Kind::playlist};
  static_cast<void>(co_await put(std::move(again)));
}

live::awaitable<void> Sync::put_playlists(bool at_once) {
  // Those that name others follow them, and so does a volume the one before it.
  auto playlists = work_.playlists(Clock::now(), at_once);
  while (!playlists.empty()) {
    for (auto& playlist : playlists)
      static_cast<void>(co_await put(std::move(playlist)));
    playlists = work_.playlists(Clock::now(), at_once);
  }
}

live::awaitable<void> Sync::put_playlists_now_and_then() {
  const auto now = Clock::now();
  if (now - playlists_put_ < least_interval) co_return;
  playlists_put_ = now;
  journal_.sync();
  co_await put_playlists(false);
}

live::awaitable<void> Sync::clean_now_and_then() {
  const auto begun = Clock::now();
  const auto pause = std::max<Clock::duration>(clean_interval, clean_time_ * most_of_a_core);
  if (begun - cleaned_ < pause) co_return;
  cleaned_ = begun;
  co_await clean();
}

/// Is what was uploaded there still?  `unasked` tells why the store could not be asked.  What has to go in any case is rather one that
/// was there when it was uploaded than one that never was.
live::awaitable<bool> Sync::may_go(const Doomed& doomed, std::exception_ptr& unasked) {
  const auto& key = doomed.candidate.key;
  const auto entry = journal_.stored(key);
  if (!entry || entry->mark != doomed.candidate.mark) co_return false;
  bool there = false;
  try {
    if (!unasked) there = co_await uploader_.is_there(key, entry->stored);
  } catch (const Failure& failure) {
    if (failure.exit() == Exit::io) throw;
    unasked = std::current_exception();
  }
  if (unasked) co_return doomed.needed&& options_.deletion.delete_unsynced;
  if (there) co_return true;
  live::log::warn("{}: it is not in the bucket any more: uploaded again", live::printable(key));
  work_.forget(key);
  co_return false;
}

/// Only what a HEAD has just shown to be in the bucket is deleted, unless the user wants it lost.
live::awaitable<void> Sync::clean() {
  if (!options_.deletion.any()) co_return;
  const auto begun = Clock::now();
  const auto all = choose_doomed(work_.candidates(begun), options_.deletion,
                                 free_bytes(options_.folder), std::chrono::system_clock::now());
  clean_time_ = Clock::now() - begun;
  if (!all.empty()) journal_.sync();
  std::exception_ptr unasked;
  for (const auto& doomed : all) {
    const auto& [key, path, mark, uploaded] = doomed.candidate;
    if (!doomed.lost) {
      const bool may = co_await may_go(doomed, unasked);
      if (!may) continue;
    }
    if (!delete_if_same(path, mark)) continue;
    ++numbers_.deleted;
    if (doomed.lost) ++numbers_.unsynced;
    work_.deleted(key);
    if (doomed.lost) {
      live::log::error("{}: deleted before it was uploaded: lost", live::printable(key));
    } else if (unasked) {
      live::log::warn(
          "{}: deleted, it was in the bucket when it was uploaded; now that cannot be asked",
          live::printable(key));
    } else {
      live::log::info("{}: deleted, it is in the bucket", live::printable(key));
    }
  }
  if (unasked) std::rethrow_exception(unasked);
}

live::awaitable<void> Sync::verify() {
  std::vector<std::pair<std::string, Journal::Entry>> all;
  journal_.for_each_stored(
      [&](const std::string& key, const Journal::Entry& entry) { all.emplace_back(key, entry); });
  std::size_t next = 0, missing = 0;
  const auto compare = [&]() -> live::awaitable<void> {
    while (next < all.size()) {
      const auto& [key, entry] = all[next++];
      const bool there = co_await uploader_.is_there(key, entry.stored);
      if (there) continue;
      ++missing;
      miss(key, entry.mark);
    }
  };
  co_await side_by_side(options_.jobs, compare);
  journal_.set_note(destination_note, name_of(place_of(options_)));
  if (missing > 0) journal_.forget_notes(progress_notes);
  live::log::info("verified: {} of {} objects are as they were uploaded", all.size() - missing,
                  all.size());
}

/// It is not in the bucket any more, or is something else there.
void Sync::miss(const std::string& key, const FileMark& mark) {
  const auto folder = folder_of(options_);
  const auto files = files_of(folder, key);
  const bool is_playlist = key.ends_with(".m3u8");
  std::error_code ignored;
  const bool here = is_playlist
                        ? fs::exists(files[0].parent_path(), ignored)
                        : std::ranges::any_of(files, [&](const auto& file) {
                            const auto now =
                                mark_of(file);  // a copy of it will do, another recording will not
                            return now && now->size == mark.size && now->mtime_ns == mark.mtime_ns;
                          });
  if (here) {
    live::log::warn("{}: it is not in the bucket as it was uploaded", live::printable(key));
  } else {
    ++numbers_.missing;
    live::log::error("{}: it is not in the bucket as it was uploaded, and not here any more: lost",
                     live::printable(key));
  }
  journal_.forget(key);
}

/// Multipart uploads whose files are not what they were: nobody will go on with them.
live::awaitable<void> Sync::abort_orphans() {
  const auto folder = folder_of(options_);
  const auto all = journal_.open_uploads();
  for (const auto& open : all) {
    const auto files = files_of(folder, open.key);
    const bool is_here =
        std::ranges::any_of(files, [&](const auto& file) { return mark_of(file) == open.mark; });
    if (is_here) continue;
    co_await bucket_.abort(open.key, open.upload_id);
    const auto known = journal_.unfinished(open.key, open.mark);
    if (known && known->upload_id == open.upload_id) journal_.gone(open.key);
  }
}

live::awaitable<void> Sync::once() {
  if (options_.verify) co_await verify();
  scan();
  std::exception_ptr escaped;
  try {
    co_await all_at_once();
  } catch (const Failure&) {
    escaped = std::current_exception();
  }
  // In any case: what is safe may have to make room for the journal.
  try {
    co_await clean();
  } catch (const Failure&) {
    if (!escaped) escaped = std::current_exception();
  }
  if (escaped) std::rethrow_exception(escaped);
}

live::awaitable<void> Sync::all_at_once() {
  co_await abort_orphans();
  const auto work = [this] { return worker(); };
  co_await side_by_side(options_.jobs, work);
  while (work_.was_cut() && unanswered_ < most_unanswered) {
    scan();
    co_await side_by_side(options_.jobs, work);
  }
  if (unanswered_ >= most_unanswered) {
    live::log::error("the store does not answer: the rest is left for the next run");
    co_return;
  }
  co_await put_playlists(true);
  co_await look_again();
}

/// What concerns all is said once, and everybody rests.
void Sync::suffer(const Failure& failure) {
  const bool refused = failure.exit() == Exit::denied || failure.exit() == Exit::config;
  const std::chrono::milliseconds pause = refused ? std::chrono::milliseconds{refused_interval}
                                                  : std::chrono::milliseconds{disk_interval};
  if (trouble_ != failure.what())
    live::log::error("{}; tried again every {}", failure.what(), live::format_duration(pause));
  trouble_ = failure.what();
  resting_until_ = Clock::now() + pause;
}

void Sync::reload() {
  live::log::info("credentials are read again");
  credentials_.reload();
  work_.wake();
  resting_until_ = {};
  idle_.cancel();
}

/// Until there may be something to do.
live::awaitable<void> Sync::rest() {
  do {
    co_await idle_.async_wait(live::as_result);
  } while (Clock::now() < resting_until_);
}

live::awaitable<void> Sync::work_for_ever() {
  for (;;) {
    auto item = work_.next(Clock::now());
    if (!item) {
      co_await rest();
      continue;
    }
    bool suffers = false;
    try {
      co_await one(std::move(*item));
    } catch (const Failure& failure) {
      suffers = true;
      suffer(failure);
    }
    if (suffers) co_await rest();
  }
}

live::awaitable<void> Sync::finish() {
  const auto now = Clock::now();
  if (tidied_ == Clock::time_point{} || now - tidied_ >= tidy_interval) {
    tidied_ = now;
    journal_.keep_room();
    co_await abort_orphans();
  }
  journal_.sync();
  co_await put_playlists(false);
  co_await look_again();
}

/// Playlists and deletion; a store that is away holds up nobody else here, and a full disk not what makes room on it.
live::awaitable<void> Sync::finish_for_ever() {
  for (;;) {
    try {
      co_await finish();
    } catch (const Failure& failure) {
      if (concerns_all(failure)) suffer(failure);
    }
    try {
      co_await clean_now_and_then();
    } catch (const Failure& failure) {
      if (concerns_all(failure)) suffer(failure);
    }
    co_await live::net::pause(least_interval);
    if (Clock::now() < resting_until_) co_await rest();
  }
}

/// What goes well ends the trouble.
void Sync::recover() {
  if (good_ == good_seen_ && !looks_badly_) return;
  good_seen_ = good_;
  looks_badly_ = false;
  if (!std::exchange(trouble_, {}).empty()) live::log::info("goes on again");
}

live::awaitable<void> Sync::verify_patiently() {
  for (bool verified = !options_.verify; !verified;) {
    try {
      co_await verify();
      verified = true;
    } catch (const Failure& failure) {
      suffer(failure);
    }
    if (!verified) co_await live::net::pause(disk_interval);
  }
}

live::awaitable<void> Sync::stay(std::function<void()> on_ready) {
  co_await verify_patiently();
  const auto news = [this](const live::net::Notifier::Change& change) { return matters(change); };
  notifier_.emplace(io_, news, [this](const std::string&) {
    has_changed_ = true;
    changed_.cancel();
  });
  scan();
  on_ready();
  for (std::size_t i = 0; i < options_.jobs; ++i)
    live::net::spawn(io_, "upload", work_for_ever());
  live::net::spawn(io_, "finish", finish_for_ever());
  for (;;) {
    // A folder of a hundred thousand files is not looked at all the time.
    changed_.expires_after(std::max<Clock::duration>(look_interval, look_time_ * most_of_a_core));
    const auto least = std::max<Clock::duration>(least_interval, look_time_ * most_of_a_core / 4);
    co_await live::net::pause(std::chrono::ceil<std::chrono::milliseconds>(least));
    if (!has_changed_) co_await changed_.async_wait(live::as_result);
    has_changed_ = false;
    look();
    idle_.cancel();
  }
}

void Sync::look() {
  const auto begun = Clock::now();
  try {
    scan();
    look_time_ = Clock::now() - begun;
    recover();
  } catch (const Failure& failure) {
    looks_badly_ = true;
    suffer(failure);
  }
}

}  // namespace s3_dvr_sync
