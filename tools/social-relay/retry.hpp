// How long a destination is left alone after its connection has ended.  Pure.
#pragma once

#include "common/base/jitter.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace social_relay {

/// What a server says when it does not take a stream (NetConnection and NetStream codes, and words in descriptions).
enum class Refusal {
  none,       ///< the connection was lost, could not be made, or the server goes down
  temporary,  ///< it may be over soon: the name is in use by a connection that the server has not yet noticed to be gone
  permanent,  ///< the key, or who we are, is not accepted
};
Refusal refusal_of(std::string_view code, std::string_view description);

class Retry {
 public:
  static constexpr std::chrono::milliseconds first{2'000}, longest{60'000}, hopeless{300'000};
  static constexpr std::chrono::milliseconds stable{60'000};
  /// A server that has taken the stream for so long does not refuse it, whatever it says as it ends the connection.
  static constexpr std::chrono::milliseconds taken{5'000};
  /// So long after a connection was lost the name may be in use by that one, which the server has not noticed to be gone.
  static constexpr std::chrono::milliseconds ghost{60'000};

  explicit Retry(std::uint64_t seed) : jitter_(seed) {}

  /// A connection is over that had been sending for so long; 0: it never was.
  void ended(std::chrono::milliseconds held);
  /// Likewise, and not because it was to be.
  std::chrono::milliseconds next(std::chrono::milliseconds held, Refusal refusal);
  /// Attempts in a row that have come to nothing.
  [[nodiscard]] unsigned failures() const { return failures_; }
  /// The last one was refused in a way that will not mend itself.
  [[nodiscard]] bool is_hopeless() const { return hopeless_; }

 private:
  std::chrono::milliseconds with_jitter(std::chrono::milliseconds delay);

  live::Jitter jitter_;
  std::chrono::milliseconds delay_ = first, ghost_{};  ///< ghost_: what is left of it
  unsigned failures_ = 0, temporary_ = 0;
  bool hopeless_ = false;
};

}  // namespace social_relay
