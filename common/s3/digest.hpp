// Digests of bodies, as they are read.
#pragma once

#include "common/base/bytes.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace live::s3 {

/// SHA-256 and, where asked for, MD5.
class Digest {
 public:
  explicit Digest(bool with_md5);
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void add(Bytes bytes);
  /// Of all that was added; nothing can be added any more.
  struct Sums {
    std::string sha256;  ///< hex
    std::string md5;     ///< hex; empty where it was not asked for
    bool operator==(const Sums&) const = default;
  };
  Sums finish();

 private:
  struct Context;
  std::unique_ptr<Context> sha256_, md5_;
};

/// The value of Content-MD5 (RFC 1864) for an MD5 in hex; empty for what is none.
std::string content_md5(std::string_view hex);

/// The ETag that S3 servers give a multipart upload: the MD5 of its parts' MD5s, "-", their count.  `etags` are those of the
/// parts in order.  Empty when one is no MD5 (encrypted ones are not).
std::string multipart_etag(const std::vector<std::string>& etags);

/// "HEX-COUNT": the SHA-256 of the parts' SHA-256s, which are given in hex.
std::string composite_sha256(const std::vector<std::string>& parts);

}  // namespace live::s3
