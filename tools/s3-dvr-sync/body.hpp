// What a request sends, with the digests that its signature needs.
#pragma once

#include "common/fetch/fetch.hpp"
#include "common/s3/digest.hpp"

#include <optional>
#include <string>

namespace s3_dvr_sync {

struct Body {
  std::optional<live::fetch::FileRange> file;  ///< or else:
  std::string text;
  live::s3::Digest::Sums sums;
  [[nodiscard]] std::uint64_t size() const { return file ? file->length : text.size(); }
};

Body body_of(std::string text, bool with_md5);

/// Reads the range once, a piece at a time, so that everything else goes on.  Throws Failure(no_input) when it cannot be read
/// to its end.
live::awaitable<Body> body_of(live::fetch::FileRange range, bool with_md5);

}  // namespace s3_dvr_sync
