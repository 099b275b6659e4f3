// Replays every file of the folders given through a fuzz target: for compilers without libFuzzer.
#include "common/base/bytes.hpp"
#include "common/base/file.hpp"

#include <cstdio>
#include <filesystem>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  constexpr std::size_t limit_bytes = std::size_t{1} << 24U;
  int replayed = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      const auto text = live::read_file(entry.path(), limit_bytes);
      const auto bytes = live::as_bytes(text);
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      ++replayed;
    }
  }
  std::printf("replayed %d inputs\n", replayed);
  return replayed != 0 ? 0 : 1;
}
