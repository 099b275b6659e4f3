// --config FILE: the options of the command line, one per line.
//
//   # comment
//   timeout = 5s
//   listen = :8080
//   realtime                 a flag; also realtime = true, realtime = false
//   INPUT = "rtsp://camera"  a positional argument by its name in --help; quotes are optional
//
// A key that appears again adds a value where the option takes several.  No sections, no nesting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace live::cli {

struct ConfigLine {
  std::size_t number;  ///< from 1
  std::string key, value;
};

/// The settings of a file's `text`; `name` is for errors.  Throws Failure(config) "NAME:LINE: why".
std::vector<ConfigLine> parse_config(std::string_view text, const std::string& name);

/// Gives every option that `path` names its value; the command line, parsed later, replaces it.  A
/// required option that the file holds is required no more.  Throws Failure(config) naming file, line and option.
void apply_config(CLI::App& app, const std::string& path);

}  // namespace live::cli
