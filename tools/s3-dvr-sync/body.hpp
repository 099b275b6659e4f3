// What a request sends, with the digests that its signature needs.
#pragma once

#include "common/base/mapped_file.hpp"
#include "common/net/asio.hpp"
#include "common/s3/digest.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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

/// Bodies of files for uploads that run side by side on one loop.  Two that are hashed at once cost little more than one
/// (sha256.hpp), so that each waits a moment for company.
class Bodies {
 public:
  /// `side_by_side`: there may be company.
  explicit Bodies(bool side_by_side) : side_by_side_(side_by_side) {}

  /// Reads the range once, a piece at a time, so that everything else goes on; it is not copied.  Throws Failure(no_input) when it
  /// cannot be read to its end.
  live::awaitable<Body> of(FileRange range, live::s3::Checksum checksum);

 private:
  struct Job;
  live::awaitable<void> wait_for_company(Job& job);
  void work_on(Job& job);

  bool side_by_side_;
  std::vector<Job*> jobs_;  ///< in the order in which they came
};

}  // namespace s3_dvr_sync
