// What an S3 server says: XML bodies and errors (Amazon S3 API Reference).  Pure.  Bodies of strangers: anything that is no such
// document gives nothing.
#pragma once

#include "common/base/units.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live::s3 {

constexpr std::size_t max_answer_bytes = 4U << 20U;  ///< of a body that is read as XML

/// <Error>, of which a 200 may be one, too (CompleteMultipartUpload, "keep-alive").
struct Error {
  std::string code, message;     ///< as sent: printable() before it is shown
  std::string region, endpoint;  ///< where the bucket is, in redirects
};
std::optional<Error> parse_error(std::string_view xml);

/// InitiateMultipartUploadResult.
std::optional<std::string> parse_upload_id(std::string_view xml);

/// CompleteMultipartUploadResult.
struct Completed {
  std::string etag;    ///< of the object; may be empty
  std::string crc32c;  ///< as composite_crc32c() has it; empty: the store says none
};
std::optional<Completed> parse_completed(std::string_view xml);

/// ListPartsResult.
struct UploadedPart {
  unsigned number = 0;  ///< 1 to 10000
  std::uint64_t size = 0;
  std::string etag;
  std::string
      crc32c{};  ///< for complete_body(): of an upload that was begun with it, as x-amz-checksum-crc32c had it
  bool operator==(const UploadedPart&) const = default;
};
struct PartList {
  std::vector<UploadedPart> parts;
  std::optional<unsigned> next;  ///< part-number-marker of the next page
};
std::optional<PartList> parse_parts(std::string_view xml);

/// ListMultipartUploadsResult.
struct OpenUpload {
  std::string key, id;
  std::optional<WallClock> initiated;
  bool operator==(const OpenUpload&) const = default;
};
struct UploadList {
  std::vector<OpenUpload> uploads;
  std::string next_key, next_id;  ///< markers of the next page; empty: there is none
};
std::optional<UploadList> parse_uploads(std::string_view xml);

/// The body of CompleteMultipartUpload.
std::string complete_body(const std::vector<UploadedPart>& parts);

/// "2013-05-24T00:00:00.000Z" (ISO 8601, as S3 writes it), to the second.
std::optional<WallClock> parse_iso_date(std::string_view text);
/// "Fri, 24 May 2013 00:00:00 GMT" (RFC 9110 §5.6.7, the form that servers send).
std::optional<WallClock> parse_http_date(std::string_view text);

}  // namespace live::s3
