// A run of the program.
#pragma once

namespace live::cli {
class Runtime;
}

namespace social_relay {

struct Options;

/// Until the input ends and all is flushed, or a signal.  Throws Failure: what options_ of destinations throw; unavailable
/// when there were destinations and none was ever reached.
void run(const Options& options, live::cli::Runtime& runtime);

}  // namespace social_relay
