// --fragment, which every program that writes live fMP4 has.
#pragma once

#include "common/mux/cut.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace live::cli {

/// Declares --fragment on `app`, bound to `cut`.
void add_cut(CLI::App& app, mux::Cut& cut);

}  // namespace live::cli
