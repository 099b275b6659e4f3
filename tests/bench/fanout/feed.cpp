// fanout_feed RATE FILE: writes a recorded live fMP4 file to stdout, RATE fragments a second, as a camera would.
#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "tests/bench/fanout/recording.hpp"

#include <cstdio>
#include <cstdlib>
#include <thread>

#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: fanout_feed RATE FILE\n", stderr);
    return static_cast<int>(live::Exit::usage);
  }
  try {
    const auto recording = fanout::read_recording(argv[2]);
    live::write_all(STDOUT_FILENO, recording.init);
    fanout::Pace pace{std::atof(argv[1])};
    for (const auto& fragment : recording.fragments) {
      std::this_thread::sleep_until(pace.next());
      pace.advance();
      live::write_all(STDOUT_FILENO, fragment);
    }
  } catch (const live::Failure& failure) {
    std::fprintf(stderr, "fanout_feed: %s\n", failure.what());
    return static_cast<int>(failure.exit());
  }
}
