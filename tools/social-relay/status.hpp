// What the program tells about itself: status line, metrics, /destinations.
#pragma once

namespace live::cli {
class Runtime;
}

namespace social_relay {

class Feed;
class Handoff;
class Station;

/// All must outlive the runtime's run.
void tell_status(live::cli::Runtime& runtime, const Station& station, const Handoff& handoff,
                 const Feed& feed);

}  // namespace social_relay
