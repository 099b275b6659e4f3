// What happens to destinations, as lines of JSON (--events): for programs that watch.
#pragma once

#include "common/base/fd.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace social_relay {

/// {"time":"2026-01-31T12:00:00.000Z","destination":"youtube#1","event":"sending"}
struct Event {
  std::string_view destination;
  std::string_view what;   ///< waiting connecting sending slow lost refused moved ended breach
  std::string_view why{};  ///< no secrets
  std::optional<std::chrono::milliseconds> retry_in{};
};

class Events {
 public:
  Events() = default;
  /// Appends to `file`, "-" is standard output.  Throws Failure(cannot_create).
  explicit Events(const std::filesystem::path& file);

  /// Logs it, and writes it where it was wished.  Never waits: a reader that has gone, or reads nothing, and a full disk end
  /// the writing, with a line in the log.
  void tell(const Event& event);

 private:
  live::Fd file_;
  int fd_ = -1;  ///< of file_ or standard output; -1: none
};

}  // namespace social_relay
