// The command line of fmp4-httpd(1), read and checked.
#pragma once

#include "common/base/text.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace fmp4_httpd {

enum class OnEof { exit, keep };

/// One stream: NAME=PATH, where PATH is a FIFO, a file, or "-" for stdin.
struct SourceSpec {
  std::string name, path;
  [[nodiscard]] bool is_stdin() const { return path == "-"; }
};

struct Options {
  live::Address listen{"127.0.0.1", 8080, {}};
  std::vector<std::string> cors;       ///< origins
  std::uint64_t max_viewers = 10'000;  ///< of all streams together
  std::chrono::milliseconds max_lag{2'000};
  std::uint64_t viewer_buffer = 4U << 20U;  ///< bytes
  std::uint64_t memory = 64U << 20U;        ///< bytes, per stream
  std::optional<OnEof> on_eof;
  std::vector<std::string> inputs;  ///< NAME=PATH
  std::string root;                 ///< folder with an HLS tree; empty: none
  std::string hls_js;               ///< file of hls.js for the HLS pages; empty: none
};

void declare(CLI::App& app, Options& options);

/// The streams to serve: `live=-` when there is neither NAME=PATH nor --root.  Throws Failure(usage) for a name that is none,
/// is reserved or stands twice, for a second stdin, and for a --memory in which nothing has room.
std::vector<SourceSpec> sources(const Options& options);

/// What the end of the input does: --on-eof, or exit for stdin alone, else keep.
OnEof on_eof(const Options& options, const std::vector<SourceSpec>& sources);

}  // namespace fmp4_httpd
