#include "common/cli/cut_option.hpp"

#include <CLI/CLI.hpp>

namespace live::cli {

void add_cut(CLI::App& app, mux::Cut& cut) {
  app.add_option_function<std::string>(
         "--fragment",
         [&cut](const std::string& text) {
           const auto wanted = mux::parse_cut(text);
           if (!wanted)
             throw CLI::ValidationError{"--fragment",
                                        "expected frame, gop or a duration such as 2s"};
           cut = *wanted;
         },
         "one fragment per frame, per group of pictures, or at the first key frame after a "
         "duration")
      ->type_name("frame|gop|DURATION")
      ->default_str("frame");
}

}  // namespace live::cli
