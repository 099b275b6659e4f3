// A read that a caller can give up.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace live::av {

/// Polled while something waits; false makes the wait end.  May throw: the exception comes out of the call that waited.
using Patience = std::function<bool()>;

struct PatientRead {
  std::size_t bytes = 0;     ///< 0: see below
  bool end = false;          ///< end of file
  bool interrupted = false;  ///< patience has ended
  int error = 0;             ///< errno
};
/// Reads at least one byte into `out`; asks `patience` many times a second, and once when there is something at once.
PatientRead read_patiently(int fd, std::span<std::uint8_t> out, const Patience& patience);

}  // namespace live::av
