// Gets a file to its key, whatever happened to earlier attempts, and tells the log.
//
//   under 64 MB    hash, PUT, HEAD                   from 64 MB on    (ListParts), parts side by side, complete, HEAD
//
// What is at a key already and has other bytes is overwritten only when the log knows it as ours, and by a recording only when it
// is how that begins.
#pragma once

#include "tools/s3-dvr-sync/bucket.hpp"
#include "tools/s3-dvr-sync/upload_log.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace s3_dvr_sync {

enum class Ended {
  done,      ///< sent, and a HEAD has shown it
  already,   ///< it was there, the same bytes
  changed,   ///< the file is not what it was, or is not there: look again
  conflict,  ///< something of somebody else's is at its key
  taken,     ///< other bytes are at its key, and stay (Item::yields, steps_aside)
};

struct UploadSettings {
  std::size_t jobs = 4;                                    ///< parts of one file at once
  live::s3::Checksum checksum = live::s3::Checksum::none;  ///< beside SHA-256
};

class Uploader {
 public:
  Uploader(Bucket& bucket, UploadLog& log, UploadSettings settings)
      : bucket_(bucket), log_(log), settings_(settings), bodies_(settings.jobs > 1) {}

  /// Both throw Failure as Bucket and UploadLog do, and no_input when the file cannot be read.
  live::awaitable<Ended> upload(Item item);
  /// A playlist, from memory.
  live::awaitable<Ended> publish(std::string key, Kind kind, std::string text);

  /// Is it there as the log says?
  live::awaitable<bool> is_there(std::string key, Stored stored);
  /// Is something else of ours there?
  live::awaitable<bool> is_overtaken(std::string key, Stored stored);

 private:
  /// A file that goes in parts.
  struct Parts {
    const Item* item;
    int fd;
    PartPlan plan;
    Unfinished state;
    std::vector<unsigned> missing;  ///< numbers; those before `next` are taken
    std::size_t next = 0;
    bool gone = false;
  };
  live::awaitable<Ended> upload_open(Item& item, int fd);
  live::awaitable<bool> begins_with_what_is_there(const Item& item, int fd);
  live::awaitable<Ended> upload_whole(const Item& item, int fd);
  live::awaitable<Ended> upload_parts(const Item& item, int fd);
  /// What to do about an object that has been there before: its ending, or nothing: overwrite it.
  std::optional<Ended> settle(const Item& item, const Object& found, const Stored& wanted);
  live::awaitable<Ended> put_and_verify(const Item& item, Body body, Bucket::Over over);
  live::awaitable<void> find_out(const Item& item, Body body);
  live::awaitable<std::optional<Ended>> resume(Parts& parts);
  live::awaitable<std::optional<Ended>> look_before_parts(const Parts& parts);
  live::awaitable<void> tidy(const std::string& key);
  live::awaitable<void> forsake(const Item& item, const std::string& upload_id);
  live::awaitable<std::optional<Ended>> look_before_end(const Parts& parts, const Stored& wanted,
                                                        Bucket::Over& over);
  live::awaitable<void> begin(Parts& parts);
  live::awaitable<void> send_parts(Parts& parts);
  live::awaitable<void> send_part(Parts& parts, unsigned number);
  live::awaitable<Ended> complete(Parts& parts);
  [[nodiscard]] live::s3::Checksum checksum_of(const Unfinished& state) const;
  live::awaitable<std::string> etag_of_parts(int fd, std::uint64_t size);

  Bucket& bucket_;
  UploadLog& log_;
  UploadSettings settings_;
  Bodies bodies_;
  unsigned put_ = 0;  ///< objects, until the store was asked whether it notices what is there
};

}  // namespace s3_dvr_sync
