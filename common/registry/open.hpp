// Which registry the command line asks for: the same options in every program that has one.
#pragma once

#include "common/registry/registry.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace live::registry {

struct Choice {
  std::string redis;               ///< --redis URL, env:NAME or file:PATH
  std::string file;                ///< --registry FILE
  std::string prefix = "stream:";  ///< --prefix, of keys in Redis
};

/// Nothing when neither is given.  Throws Failure: usage for a URL that is none, or both; no_input when file:PATH cannot be
/// read.
std::unique_ptr<Registry> open(asio::io_context& io, const Choice& choice);

}  // namespace live::registry
