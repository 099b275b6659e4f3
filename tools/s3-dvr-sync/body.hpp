// What a request sends, with the digests that its signature needs.
#pragma once

#include "common/base/mapped_file.hpp"
#include "common/net/asio.hpp"
#include "common/s3/digest.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace s3_dvr_sync {

struct Body {
  std::shared_ptr<const live::MappedFile> file;  ///< or else:
  std::string text;
  live::s3::Digest::Sums sums;
  [[nodiscard]] std::uint64_t size() const { return file ? file->bytes().size() : text.size(); }
};

/// A part of a file, which is open.
struct FileRange {
  int fd = -1;
  std::uint64_t offset = 0, length = 0;
};

Body body_of(std::string text, live::s3::Checksum checksum);

/// Reads the range once, a piece at a time, so that everything else goes on; it is not copied.  Throws Failure(no_input) when it
/// cannot be read to its end.
live::awaitable<Body> body_of(FileRange range, live::s3::Checksum checksum);

}  // namespace s3_dvr_sync
