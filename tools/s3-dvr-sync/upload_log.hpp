// What the journal is told of uploads, and what it gives back after a power cut.
//
//   single     will_put   (PUT)   done
//   multipart  will_begin (POST) begun   part_done ...   done      or   gone
//
// Every call but done(), and will_put() of a file at a key that was never used, returns once its news and what was told before would
// survive a power cut; what that loses until sync() is compared with the bucket again.  All throw Failure(io).
#pragma once

#include "common/base/file_mark.hpp"
#include "tools/s3-dvr-sync/object_kind.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace s3_dvr_sync {

using live::FileMark;
using live::mark_of;
using live::written_at;

/// A part that the server has.
struct PartRecord {
  unsigned number = 0;  ///< 1 to 10000
  std::string etag;
  std::string sha256;    ///< hex, of its bytes
  std::string crc32c{};  ///< the same; empty: it was sent without
  bool operator==(const PartRecord&) const = default;
};

/// A multipart upload that was begun and has not ended.
struct Unfinished {
  std::string upload_id;
  std::uint64_t part_size = 0;  ///< of each but the last
  bool crc32c = false;          ///< each part has its own
  std::vector<PartRecord> parts;
  bool operator==(const Unfinished&) const = default;
};

/// An object that is in the bucket as a HEAD has shown.
struct Stored {
  std::string etag;  ///< without quotes
  /// Of one request: the body's SHA-256 in hex.  Of a multipart upload: "HEX-COUNT", the SHA-256 of the parts' SHA-256s.
  std::string sha256;
  std::uint64_t size = 0;
  bool operator==(const Stored&) const = default;
};

/// A file to be uploaded.
struct Item {
  std::filesystem::path local;
  std::string key;  ///< without the prefix of the place
  Kind kind = Kind::media;
  FileMark mark;  ///< when it was found to be whole
  std::optional<Unfinished> unfinished;
  /// Something is at its key that stays, ours or not: it goes there when it has the same bytes, and else not at all.
  bool yields = false;
  /// Of a recording: other bytes of ours stay, too, unless they are those that it begins with.
  bool steps_aside = false;
};

/// Keys are without the prefix of the place, as in Item.
class UploadLog {
 public:
  UploadLog() = default;
  UploadLog(const UploadLog&) = delete;
  UploadLog& operator=(const UploadLog&) = delete;
  virtual ~UploadLog() = default;

  /// Before each PUT of a whole object: from now on an object with these bytes at `key` is ours.
  virtual void will_put(const std::string& key, const FileMark& mark,
                        const std::string& sha256) = 0;
  /// Before a multipart upload is begun: from now on there may be one of ours whose id nobody knows.
  virtual void will_begin(const std::string& key) = 0;
  /// A multipart upload has its id, and no parts yet.  What was known of an earlier one of `key` is forgotten.
  virtual void begun(const std::string& key, const FileMark& mark, const Unfinished& upload) = 0;
  /// There is none of `key` whose id is not known.
  virtual void all_known(const std::string& key) = 0;
  virtual void part_done(const std::string& key, const PartRecord& part) = 0;
  /// The server does not know the upload any more, or we have aborted it.
  virtual void gone(const std::string& key) = 0;
  /// It is there and verified; what was known of an unfinished upload is forgotten.  A power cut may lose this until sync():
  /// then it is compared with the bucket again.
  virtual void done(const std::string& key, const FileMark& mark, const Stored& stored) = 0;

  /// Before anything is deleted, or may be, because of what done() told.
  virtual void sync() = 0;

  /// Has done() or will_put() of `key` ever told one of the two?  Empty ones are nobody's.
  [[nodiscard]] virtual bool is_ours(const std::string& key, std::string_view etag,
                                     std::string_view sha256) const = 0;
  /// Has will_begin() told it, and all_known() not since?
  [[nodiscard]] virtual bool may_have_unknown(const std::string& key) const = 0;
  /// The id of the upload that begun() told of, whatever its file was; nothing: it has ended.
  [[nodiscard]] virtual std::optional<std::string> open_upload(const std::string& key) const = 0;
};

}  // namespace s3_dvr_sync
