// The command line of rtmp-ingest(1), read and checked.
#pragma once

#include "common/base/text.hpp"
#include "common/mux/fragmenter.hpp"
#include "tools/rtmp-ingest/feed.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rtmp_ingest {

enum class Play { allow, deny, key };
enum class Takeover { idle, always, never };

struct Options {
  live::Address listen{"127.0.0.1", 1935, {}};
  std::optional<live::Address> tls_listen;
  std::string tls_cert, tls_key;
  std::optional<int> proxy_protocol;  ///< 1 or 2
  std::string keys, auth_url;
  bool auth_json = false, allow_any = false;
  bool challenge = false;    ///< ask for user and password at connect (authmod=adobe)
  std::optional<Play> play;  ///< default: allow where only this machine can connect, else deny
  Takeover takeover = Takeover::idle;
  std::chrono::milliseconds grace{15'000};
  Format format = Format::fmp4;
  live::mux::Cut cut;
  bool all_tracks = false;
  std::uint64_t queue = 8U << 20U;
  std::uint64_t memory =
      32U << 20U;  ///< per publisher: messages under way and what is kept for players
  std::size_t max_publishers = 1'000, max_players = 10'000, max_per_address = 100;
  std::optional<std::uint64_t> max_bit_rate;
  std::chrono::milliseconds max_lag{2'000};  ///< of a player
  std::string status_token_file;
  bool once = false, no_output = false;
  std::string new_key;               ///< --new-key NAME: print and leave
  std::vector<std::string> stray;    ///< words before "--" that belong to no option
  std::string exec;                  ///< --exec STRING: sh -c
  std::vector<std::string> command;  ///< behind --

  [[nodiscard]] bool has_command() const { return !exec.empty() || !command.empty(); }
};

/// The times of the house that no option sets.
struct Times {
  std::chrono::milliseconds connect{10'000};      ///< handshake and connect
  std::chrono::milliseconds first_media{20'000};  ///< from publish to the first audio or video
  std::chrono::milliseconds silence{30'000};      ///< nothing heard at all
  std::chrono::milliseconds ping{30'000};         ///< between pings of players
  std::chrono::milliseconds idle{3'000};          ///< --takeover idle
};

void declare(CLI::App& app, Options& options);
/// Throws Failure(usage) for what contradicts itself.
void check(const Options& options);

/// The argument vector of --exec or of what stands behind "--"; empty = standard output.
std::vector<std::string> command_of(const Options& options);
Play play_policy(const Options& options, bool only_this_machine);

}  // namespace rtmp_ingest
