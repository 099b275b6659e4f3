// rtmp_sink: reads standard input to its end and throws it away; the cheapest child that a pipeline can have.  What it
// read stands in /proc/PID/io.
#include <array>
#include <cerrno>

#include <unistd.h>

int main() {
  static std::array<char, 64 * 1024> bytes;
  for (;;) {
    const auto got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got == 0) return 0;
    if (got < 0 && errno != EINTR) return 74;
  }
}
