#include "tools/fmp4-httpd/options.hpp"

#include "common/base/failure.hpp"
#include "common/cli/options.hpp"
#include "tools/fmp4-httpd/guard.hpp"
#include "tools/fmp4-httpd/route.hpp"

#include <map>
#include <set>

#include <CLI/CLI.hpp>

namespace fmp4_httpd {
namespace {

using live::Exit;
using live::fail;

constexpr std::uint64_t min_memory = 64U << 10U;

SourceSpec parse_input(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size()) {
    fail(Exit::usage, "read input '{}': it is not NAME=PATH, e.g. door=/run/door.fifo",
         live::printable(text));
  }
  SourceSpec spec{text.substr(0, equals), text.substr(equals + 1)};
  if (!live::is_stream_name(spec.name)) {
    fail(Exit::usage,
         "read input '{}': a name has 1 to 64 letters, digits, '.', '_' and '-', and no '..'",
         live::printable(text));
  }
  if (is_reserved(spec.name)) {
    fail(Exit::usage, "read input '{}': '{}' is an address of this server, choose another name",
         live::printable(text), spec.name);
  }
  return spec;
}

std::string check_origin(const std::string& text) {
  if (is_origin(text)) return {};
  return "'" + live::printable(text) + "' is no origin, e.g. https://www.example.org or *";
}

}  // namespace

void declare(CLI::App& app, Options& options) {
  app.add_option("input", options.inputs,
                 "a FIFO or file of live fMP4 as stream NAME; PATH - is stdin (default: live=-)")
      ->option_text("NAME=PATH ...");
  live::cli::add_address(app, "--listen", options.listen, "where to serve HTTP");
  app.add_option("--root", options.root, "serve the HLS tree and the recordings in this folder")
      ->option_text("DIR");
  app.add_option("--hls-js", options.hls_js,
                 "the script hls.js, for the pages of streams in --root where browsers need it")
      ->option_text("FILE");
  app.add_option("--cors", options.cors,
                 "let pages of this origin play our streams; also names a proxy on this machine")
      ->check(CLI::Validator(check_origin, "ORIGIN"))
      ->allow_extra_args(false)
      ->option_text("ORIGIN (repeatable)");
  app.add_option("--max-viewers", options.max_viewers, "at most so many at once, of all streams")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
      ->option_text("N=10000");
  live::cli::add_duration(app, "--max-lag", options.max_lag,
                          "a viewer this far behind skips to the newest key frame");
  live::cli::add_size(app, "--viewer-buffer", options.viewer_buffer,
                      "and one for which this much waits");
  live::cli::add_size(app, "--memory", options.memory, "for the fragments of one stream");
  app.add_option("--on-eof", options.on_eof,
                 "at the end of the input (default: exit for stdin alone, else keep)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, OnEof>{{"exit", OnEof::exit}, {"keep", OnEof::keep}}))
      ->option_text("exit|keep");
}

std::vector<SourceSpec> sources(const Options& options) {
  if (options.memory < min_memory) {
    fail(Exit::usage, "--memory {}: not even a key frame has room; give it {} bytes at least",
         options.memory, min_memory);
  }
  if (options.inputs.empty() && options.root.empty()) return {{"live", "-"}};
  std::vector<SourceSpec> all;
  std::set<std::string> names;
  bool has_stdin = false;
  for (const auto& input : options.inputs) {
    auto spec = parse_input(input);
    if (!names.insert(spec.name).second) {
      fail(Exit::usage, "read input '{}': the name '{}' stands twice", live::printable(input),
           spec.name);
    }
    if (spec.is_stdin() && std::exchange(has_stdin, true)) {
      fail(Exit::usage, "read input '{}': stdin can be one stream only", live::printable(input));
    }
    all.push_back(std::move(spec));
  }
  return all;
}

OnEof on_eof(const Options& options, const std::vector<SourceSpec>& sources) {
  if (options.on_eof) return *options.on_eof;
  return sources.size() == 1 && options.root.empty() && sources.front().is_stdin() ? OnEof::exit
                                                                                   : OnEof::keep;
}

}  // namespace fmp4_httpd
