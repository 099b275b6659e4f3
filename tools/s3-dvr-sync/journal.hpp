// The journal: what is in the bucket, what is on its way, and what we know of it, in DIR/.s3-dvr-sync/journal.db (SQLite, WAL,
// synchronous).  It is the only memory of the program: what stands in it has survived a power cut.
//
//   objects   what is in the bucket and verified: key, the file's mark, ETag, SHA-256, since when
//   puts      what we have written at keys, or were about to: SHA-256 and ETag, the newest of each key
//   uploads   multipart uploads in progress, and `parts` of them
//   notes     what else must be known after a restart, by name
//
// The file has free pages, and the log stays when it is closed: a disk that is full of recordings holds up neither.
//
// One process at a time: DIR/.s3-dvr-sync/.lock is locked for as long as a Journal lives.
#pragma once

#include "common/base/units.hpp"
#include "tools/s3-dvr-sync/upload_log.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace s3_dvr_sync {

constexpr std::string_view state_folder = ".s3-dvr-sync";  ///< in DIR

class Journal final : public UploadLog {
 public:
  /// Makes the folder and the database where they are not there.  Throws Failure: try_again when another instance has the
  /// lock, bad_data for a database that is none of ours, of a newer version or corrupt, cannot_create and io.
  /// `for_a_look`: where there is no folder, it is in memory, and empty.
  explicit Journal(const std::filesystem::path& root, bool for_a_look = false);
  ~Journal() override;

  void will_put(const std::string& key, const FileMark& mark, const std::string& sha256) override;
  void will_begin(const std::string& key) override;
  void begun(const std::string& key, const FileMark& mark, const Unfinished& upload) override;
  void all_known(const std::string& key) override;
  void part_done(const std::string& key, const PartRecord& part) override;
  void gone(const std::string& key) override;
  void done(const std::string& key, const FileMark& mark, const Stored& stored) override;
  void sync() override;
  [[nodiscard]] bool is_ours(const std::string& key, std::string_view etag,
                             std::string_view sha256) const override;
  [[nodiscard]] bool may_have_unknown(const std::string& key) const override;
  [[nodiscard]] std::optional<std::string> open_upload(const std::string& key) const override;

  /// Room for thousands of further entries on a disk that gets full: what is uploaded then may be deleted.  Does nothing
  /// where there is enough, or no space for it.
  void keep_room();

  struct Entry {
    FileMark mark;  ///< of the file as it was uploaded
    Stored stored;
    live::WallClock verified;  ///< milliseconds
  };
  [[nodiscard]] std::optional<Entry> stored(const std::string& key) const;
  /// It turned out not to be in the bucket, or to be something else.  Its puts stay ours.
  void forget(const std::string& key);
  /// Calls `visit` with all that is stored, in the order of keys; `visit` may call everything here but for_each_stored().
  void for_each_stored(
      const std::function<void(const std::string& key, const Entry& entry)>& visit) const;
  struct Totals {
    std::uint64_t objects = 0, bytes = 0;
  };
  [[nodiscard]] Totals totals() const;

  /// A multipart upload of `key` that was begun while its file had this mark, and has not ended.
  [[nodiscard]] std::optional<Unfinished> unfinished(const std::string& key,
                                                     const FileMark& mark) const;
  struct Open {
    std::string key, upload_id;
    FileMark mark;
  };
  /// All of them, for whoever looks for orphans.
  [[nodiscard]] std::vector<Open> open_uploads() const;

  /// What else is to be known after a restart: names are the caller's.
  [[nodiscard]] std::optional<std::string> note(const std::string& name) const;
  void set_note(const std::string& name, std::string_view value);
  void forget_note(const std::string& name);
  /// Those whose names begin so: name and value.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> notes(
      std::string_view prefix) const;
  void forget_notes(std::string_view prefix);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace s3_dvr_sync
