// The command line of social-relay(1).
#pragma once

#include "tools/social-relay/connect_to.hpp"
#include "tools/social-relay/destination.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace social_relay {

struct Options {
  std::string input;                   ///< empty or "-": stdin
  std::string input_format;            ///< libavformat's name of the demuxer; empty: find out
  std::vector<std::string> to;         ///< --to, as given
  std::filesystem::path destinations;  ///< --destinations
  std::string query_env;               ///< --query-env: name of a variable
  std::vector<std::string> transcode;  ///< --transcode, as given
  std::chrono::milliseconds hold{30'000};
  std::string slate;             ///< --slate: empty: none, "black", or a file
  std::filesystem::path events;  ///< empty: none
  std::filesystem::path tls_ca;  ///< empty: the system's
  ConnectTo connect_to;
};

void declare(CLI::App& app, Options& options);
/// All destinations that the options name, labels numbered; those that are `running` keep theirs.  Reads environment and files;
/// what is refused of a query is logged.  Throws Failure: usage, config, no_input.
std::vector<Destination> destinations_of(const Options& options,
                                         std::vector<Destination> running = {});

}  // namespace social_relay
