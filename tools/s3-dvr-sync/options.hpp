// The command line of s3-dvr-sync(1).
#pragma once

#include "common/s3/digest.hpp"
#include "common/s3/place.hpp"
#include "common/s3/signature.hpp"
#include "tools/s3-dvr-sync/credential_source.hpp"
#include "tools/s3-dvr-sync/deletion.hpp"
#include "tools/s3-dvr-sync/tree_sync.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace s3_dvr_sync {

struct Options {
  std::filesystem::path folder;  ///< DIR
  std::string destination;       ///< s3://BUCKET[/PREFIX]
  bool watch = false, dry_run = false, verify = false;

  TreeRules tree;
  std::chrono::milliseconds settle{10'000};
  DeletionRules deletion;

  std::string endpoint, region, style = "auto";
  std::filesystem::path ca_file;
  CredentialChoice credentials;
  std::size_t jobs = 4;
  std::uint64_t limit_rate = 0;  ///< bytes per second; 0: none
  std::chrono::milliseconds stall{30'000};
  std::string storage_class, sse;
  std::vector<std::string> metadata;  ///< NAME=VALUE
  live::s3::Checksum checksum = live::s3::Checksum::none;
};

void declare(CLI::App& app, Options& options);

/// What only the whole command line tells.  Throws Failure(usage), and config for files that it names and that are none.
void check(const Options& options);

/// Where it goes, with what the environment and ~/.aws/config say where the command line does not.  Throws Failure(usage).
live::s3::Place place_of(const Options& options);
std::vector<live::s3::Field> metadata_of(const Options& options);

}  // namespace s3_dvr_sync
