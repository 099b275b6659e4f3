#include "common/av/patient_read.hpp"

#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace live::av {

PatientRead read_patiently(int fd, std::span<std::uint8_t> out, const Patience& patience) {
  constexpr int poll_ms = 50;  // how often patience is asked while a pipe is silent
  pollfd ready{fd, POLLIN, 0};
  PatientRead result;
  for (;;) {
    const int events = ::poll(&ready, 1, poll_ms);
    if (events < 0 && errno != EINTR) {
      result.error = errno;
      return result;
    }
    if (!patience()) {
      result.interrupted = true;
      return result;
    }
    if (events <= 0) continue;
    const auto n = ::read(fd, out.data(), out.size());
    if (n > 0) result.bytes = static_cast<std::size_t>(n);
    if (n == 0) result.end = true;
    if (n >= 0) return result;
    if (errno != EINTR && errno != EAGAIN) {
      result.error = errno;
      return result;
    }
  }
}

}  // namespace live::av
