// The operations of S3 on one bucket: signed, and tried again until they are answered (Amazon S3 API Reference).
//
// All throw Failure: denied (403), config (no such bucket, no credentials), try_again (still no answer after `attempts`),
// unavailable (an answer that makes no sense).  Keys are without the prefix of the place.
#pragma once

#include "common/fetch/fetch.hpp"
#include "common/s3/answer.hpp"
#include "common/s3/place.hpp"
#include "common/s3/signature.hpp"
#include "tools/s3-dvr-sync/body.hpp"
#include "tools/s3-dvr-sync/credential_source.hpp"
#include "tools/s3-dvr-sync/object_kind.hpp"
#include "tools/s3-dvr-sync/verdict.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace s3_dvr_sync {

struct BucketSettings {
  live::s3::Place place;
  std::string storage_class;  ///< empty: the bucket's
  std::string sse;            ///< "AES256", "aws:kms", "aws:kms:KEY-ID"; empty: the bucket's
  std::vector<live::s3::Field> metadata;
  unsigned attempts =
      8;  ///< of one request; while nothing is answered at all, of the first that is given up
  std::chrono::milliseconds stall{};  ///< nothing moved for so long: again
};

/// As HEAD shows it.
struct Object {
  std::string etag;    ///< without quotes
  std::string sha256;  ///< that we gave it when we put it; empty: none
  std::uint64_t size = 0;
  std::string cache_control{};
};

class Bucket {
 public:
  Bucket(live::fetch::Client& client, CredentialSource& credentials, BucketSettings settings);

  live::awaitable<std::optional<Object>> head(std::string key);
  enum class Over { nothing, anything };  ///< may an object be there already?
  /// Its ETag; nothing: there is an object already, and the server noticed (not all do).
  live::awaitable<std::optional<std::string>> put(std::string key, Kind kind, Body body, Over over);
  /// True where a 412 tells that there is an object already, so that nobody needs to ask first.
  [[nodiscard]] bool notices_what_is_there() const { return notices_; }

  struct Begun {
    std::string id;     ///< of a new multipart upload
    bool only = false;  ///< false: it was asked for more than once, and there may be others
  };
  /// `crc32c`: each part will have its own.
  live::awaitable<Begun> begin(std::string key, Kind kind, bool crc32c);
  /// Its ETag; nothing: the server does not know the upload.
  live::awaitable<std::optional<std::string>> put_part(std::string key, std::string id,
                                                       unsigned number, Body body);
  struct Completed {
    bool done =
        false;  ///< false: the server does not know the upload any more, or there is an object already
    live::s3::Completed said{};  ///< by the answer
  };
  live::awaitable<Completed> complete(std::string key, std::string id,
                                      std::vector<live::s3::UploadedPart> parts, Over over);
  /// Also when it is gone already.
  live::awaitable<void> abort(std::string key, std::string id);
  /// Nothing: the server does not know the upload, or says nothing that makes sense.
  live::awaitable<std::optional<std::vector<live::s3::UploadedPart>>> parts(std::string key,
                                                                            std::string id);
  /// Unfinished multipart uploads of just this key.
  live::awaitable<std::vector<live::s3::OpenUpload>> uploads(std::string key);

  /// Requests sent so far, and how many of them were not the first of their kind.
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  [[nodiscard]] std::uint64_t retries() const { return retries_; }

 private:
  struct Ask {
    std::string_view method;
    std::string key;
    std::vector<live::s3::Field> query, headers;
    Body body;
    std::size_t max_answer = live::s3::max_answer_bytes;
    std::chrono::milliseconds patience{};  ///< instead of the usual stall
  };
  struct Answer {
    int status = 0;
    live::fetch::Reply reply;
    live::s3::Error error;  ///< of a refusal; empty code: it had no body
    bool first = true;      ///< it was asked once
  };
  live::awaitable<Answer> ask(Ask what);
  /// With If-None-Match, where nothing is to be overwritten and the server knows what that is.
  live::awaitable<Answer> ask_guarded(Ask what, Over over);
  live::awaitable<std::optional<live::s3::Error>> explain(const Ask& head,
                                                          const live::s3::Credentials& credentials);
  live::awaitable<live::fetch::Reply> send(const Ask& what,
                                           const live::s3::Credentials& credentials);
  live::fetch::Request signed_request(const Ask& what, const live::s3::Credentials& credentials);
  /// False: nothing can be learnt, it is a refusal.
  bool learn_time(const live::fetch::Reply& reply);
  bool learn_place(const Answer& answer);
  std::vector<live::s3::Field> labels(const std::string& key, Kind kind) const;
  [[noreturn]] void refuse(const Ask& what, const Answer& answer) const;

  live::fetch::Client& client_;
  CredentialSource& credentials_;
  BucketSettings settings_;
  Jitter jitter_;
  std::chrono::seconds skew_{};  ///< the server's clock less ours
  std::string host_;             ///< that a redirect has named; empty: the place's
  bool notices_, conditional_ = true;
  std::uint64_t requests_ = 0, retries_ = 0;
  std::uint64_t answered_ = 0;  ///< requests that need no other attempt
  bool away_ = false;           ///< one was given up, and none was answered meanwhile
};

}  // namespace s3_dvr_sync
