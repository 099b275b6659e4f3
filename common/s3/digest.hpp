// Digests of bodies, as they are read.
#pragma once

#include "common/base/bytes.hpp"
#include "common/s3/sha256.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live::s3 {

/// What is sent beside the SHA-256.
enum class Checksum { none, md5, crc32c };

/// SHA-256 and, where asked for, another one.
class Digest {
 public:
  explicit Digest(Checksum other);
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void add(Bytes bytes);
  /// `one.add(bytes_of_one)` and `other.add(bytes_of_other)`, faster; two that are different.
  static void add_both(Digest& one, Bytes bytes_of_one, Digest& other, Bytes bytes_of_other);
  /// Of all that was added; nothing can be added any more.
  struct Sums {
    std::string sha256;       ///< hex
    std::string md5, crc32c;  ///< hex; empty where it was not asked for
    bool operator==(const Sums&) const = default;
  };
  Sums finish();

 private:
  struct Context;
  void add_other(Bytes bytes);
  Sha256 sha256_;
  std::unique_ptr<Context> md5_;
  std::optional<std::uint32_t> crc32c_;
};

/// The value of Content-MD5 (RFC 1864) for an MD5 in hex, of x-amz-checksum-crc32c for a CRC-32C; empty for what is neither.
std::string checksum_value(std::string_view hex);

/// The ETag that S3 servers give a multipart upload: the MD5 of its parts' MD5s, "-", their count.  `etags` are those of the
/// parts in order.  Empty when one is no MD5 (encrypted ones are not).
std::string multipart_etag(const std::vector<std::string>& etags);

/// "HEX-COUNT": the SHA-256 of the parts' SHA-256s, which are given in hex.
std::string composite_sha256(const std::vector<std::string>& parts);

/// The x-amz-checksum-crc32c of a multipart upload: the CRC-32C of its parts' CRC-32Cs, which are given in hex, "-", their count.
/// Empty when one is none.
std::string composite_crc32c(const std::vector<std::string>& parts);

}  // namespace live::s3
