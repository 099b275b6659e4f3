// The command line of hls-abr-playlist(1).
#pragma once

#include "common/base/text.hpp"
#include "common/registry/open.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace hls_abr_playlist {

struct Options {
  std::vector<std::filesystem::path> folders;  ///< DIR...: once
  std::filesystem::path root;                  ///< --watch
  std::uint64_t start = 2'000'000;             ///< bits per second of the variant for start-up
  live::registry::Choice registry;
  std::optional<live::Address> advertise;
  std::chrono::milliseconds cleanup{120'000};
  bool no_cleanup = false;
};

void declare(CLI::App& app, Options& options);
/// What only the whole command line tells; fills in the registry that --advertise alone means.  Throws Failure(usage).
void check(Options& options);

}  // namespace hls_abr_playlist
