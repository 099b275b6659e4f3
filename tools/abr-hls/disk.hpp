// Writing to a disk that may be full: one line when it is, and the end when it stays so.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/units.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

namespace abr_hls {

class Stats;

class Disk {
 public:
  Disk(Stats& stats, std::chrono::milliseconds timeout) : stats_(stats), timeout_(timeout) {}

  // All of them: false when there is no space; nothing has changed then.  Throw Failure(cannot_create, io) for every other
  // trouble.
  bool make_folder(const std::filesystem::path& path);  ///< or it is there
  bool write(const std::filesystem::path& path, std::span<const live::Bytes> pieces, bool durable);
  bool write(const std::filesystem::path& path, std::string_view text);
  bool append(const std::filesystem::path& path, std::string_view lines, bool durable);

  /// A segment was written: there is space again, once that goes well for a while.
  void has_space();
  [[nodiscard]] bool is_full() const { return full_since_.has_value(); }
  /// The input may be silent while it is full: tries again, so that check() knows how it is.
  void look(const std::filesystem::path& folder);
  /// Throws Failure(io) when it has been full for longer than the timeout, and still was at the last attempt.
  void check() const;

 private:
  [[nodiscard]] bool has_room(const std::filesystem::path& folder) const;
  bool note(bool done, std::size_t bytes, const std::filesystem::path& path);

  Stats& stats_;
  std::chrono::milliseconds timeout_;
  std::optional<live::Monotonic> full_since_;
  live::Monotonic last_failure_{}, last_look_{};
  std::size_t lacked_ = 0;  ///< the most bytes that had no room
};

}  // namespace abr_hls
