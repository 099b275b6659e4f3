// The work itself: looks at the disk, uploads side by side, puts playlists, deletes what may go.
//
//   scan ── next ──> upload (jobs at once) ── settle ──> playlists ──> deletion
//
// once() does so until nothing is left; in stay() each runs for itself, so that a long upload holds up nobody.
#pragma once

#include "common/base/failure.hpp"
#include "common/fetch/fetch.hpp"
#include "common/net/notifier.hpp"
#include "tools/s3-dvr-sync/bucket.hpp"
#include "tools/s3-dvr-sync/closed_lists.hpp"
#include "tools/s3-dvr-sync/credential_source.hpp"
#include "tools/s3-dvr-sync/journal.hpp"
#include "tools/s3-dvr-sync/options.hpp"
#include "tools/s3-dvr-sync/progress.hpp"
#include "tools/s3-dvr-sync/uploader.hpp"
#include "tools/s3-dvr-sync/work_list.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

namespace s3_dvr_sync {

class Sync {
 public:
  /// Throws Failure as Journal does.
  Sync(const Options& options, live::asio::io_context& io);
  Sync(const Sync&) = delete;
  Sync& operator=(const Sync&) = delete;

  /// Until everything that is closed is in the bucket or was given up.  Throws Failure: denied, config, io.
  live::awaitable<void> once();
  /// For ever: what is refused is tried again every 5 minutes.  Calls `on_ready` once it has looked at everything.
  live::awaitable<void> stay(std::function<void()> on_ready);
  /// Reads credentials again, and tries again at once what rests.
  void reload();
  /// What would be uploaded, one line each.
  [[nodiscard]] std::string plan();

  [[nodiscard]] Numbers numbers();
  /// Why nothing goes on at the moment; empty: it does.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  live::awaitable<void> verify();
  void miss(const std::string& key, const FileMark& mark);
  live::awaitable<void> abort_orphans();
  live::awaitable<void> all_at_once();
  live::awaitable<void> worker();
  struct Attempt {
    std::optional<Ended> ended;
    std::exception_ptr escaped;  ///< what concerns all
  };
  live::awaitable<Attempt> attempt(std::string key, std::uint64_t size,
                                   live::awaitable<Ended> work);
  live::awaitable<void> one(Item item);
  live::awaitable<void> put_playlists(bool at_once);
  /// The same, but not after each of a thousand small files.
  live::awaitable<void> put_playlists_now_and_then();
  live::awaitable<bool> put(VodPlaylist playlist);
  live::awaitable<void> look_again();
  live::awaitable<void> look_again(std::string key);
  live::awaitable<bool> may_go(const Doomed& doomed, std::exception_ptr& unasked);
  live::awaitable<void> clean();
  live::awaitable<void> clean_now_and_then();
  live::awaitable<void> verify_patiently();
  live::awaitable<void> finish_for_ever();
  live::awaitable<void> finish();
  void look();
  void recover();
  live::awaitable<void> work_for_ever();
  live::awaitable<void> rest();
  void suffer(const live::Failure& failure);
  void note(Ended ended, const std::string& key, std::uint64_t size);
  void scan();
  bool matters(const live::net::Notifier::Change& change);

  const Options& options_;
  live::asio::io_context& io_;
  Journal journal_;
  live::fetch::Client client_;
  CredentialSource credentials_;
  Bucket bucket_;
  Uploader uploader_;
  ClosedLists closed_;
  WorkList work_;                     ///< .hold stands from here on
  live::asio::steady_timer idle_;     ///< is cancelled: there may be something to do
  live::asio::steady_timer changed_;  ///< is cancelled: something has changed on the disk
  bool has_changed_ = false;
  std::chrono::steady_clock::time_point resting_until_;
  Numbers numbers_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point measured_;
  std::uint64_t measured_sent_ = 0;
  std::string trouble_;
  std::uint64_t good_ = 0, good_seen_ = 0;  ///< objects that are where they should be
  unsigned unanswered_ = 0;                 ///< attempts in a row that had no answer
  bool looks_badly_ = false;                ///< the disk was the trouble
  std::chrono::steady_clock::duration look_time_{}, clean_time_{};  ///< of the last one
  std::chrono::steady_clock::time_point cleaned_, playlists_put_, tidied_;
  std::optional<live::net::Notifier> notifier_;  ///< of stay(); last: what it calls is there
};

}  // namespace s3_dvr_sync
