#include "tools/rtmp-ingest/options.hpp"

#include "common/base/failure.hpp"
#include "common/cli/cut_option.hpp"
#include "common/cli/options.hpp"

#include <CLI/CLI.hpp>

namespace rtmp_ingest {
namespace {

using live::Exit;
using live::fail;

constexpr std::uint64_t min_memory = 1U << 20U;
constexpr std::uint64_t min_queue = 256U << 10U;
constexpr std::chrono::milliseconds min_lag{100};

void declare_listeners(CLI::App& app, Options& o) {
  live::cli::add_address(app, "--listen", o.listen, "where to take RTMP");
  live::cli::add_address(app, "--tls-listen", o.tls_listen, "where to take RTMPS");
  app.add_option("--tls-cert", o.tls_cert, "its certificate chain, PEM; read again on SIGHUP")
      ->type_name("FILE");
  app.add_option("--tls-key", o.tls_key, "and its private key")->type_name("FILE");
  live::cli::add_choice(
      app, "--proxy-protocol", {"v1", "v2"},
      [&o](std::size_t chosen) { o.proxy_protocol = static_cast<int>(chosen) + 1; }, {},
      "every connection comes through a proxy and begins with its PROXY header");
}

void declare_credentials(CLI::App& app, Options& o) {
  app.add_option(
         "--keys", o.keys,
         "who may publish: a line \"name key-or-hash [app] [options]\" each; read again when "
         "it changes")
      ->type_name("FILE");
  app.add_option("--auth-url", o.auth_url,
                 "ask this URL by POST; 2xx allows; env:NAME or file:PATH where it holds a secret")
      ->type_name("URL");
  live::cli::add_choice(
      app, "--auth-format", {"form", "json"},
      [&o](std::size_t chosen) { o.auth_json = chosen == 1; }, "form", "what is posted to it");
  app.add_flag("--allow-any", o.allow_any, "let everybody publish who can connect");
  app.add_flag("--challenge", o.challenge,
               "ask for user and password when a client connects (rtmp://NAME:KEY@host/app)");
  live::cli::add_choice(
      app, "--play", {"allow", "deny", "key"},
      [&o](std::size_t chosen) { o.play = static_cast<Play>(chosen); }, {},
      "who may play: everybody, nobody, who has a key (default: allow where only this machine can "
      "connect, else deny)");
  app.add_option("--new-key", o.new_key,
                 "print a line for the key file with a new random key for NAME, and leave")
      ->type_name("NAME");
}

void declare_media(CLI::App& app, Options& o) {
  live::cli::add_choice(
      app, "--format", {"fmp4", "flv"},
      [&o](std::size_t chosen) { o.format = static_cast<Format>(chosen); }, "fmp4",
      "what the command reads");
  live::cli::add_cut(app, o.cut);
  live::cli::add_choice(
      app, "--tracks", {"main", "all"}, [&o](std::size_t chosen) { o.all_tracks = chosen == 1; },
      "main", "of publishers that send several of a kind");
}

void declare_streams(CLI::App& app, Options& o) {
  live::cli::add_duration(app, "--grace", o.grace,
                          "how long a stream outlives a lost connection of its publisher");
  live::cli::add_choice(
      app, "--takeover", {"idle", "always", "never"},
      [&o](std::size_t chosen) { o.takeover = static_cast<Takeover>(chosen); }, "idle",
      "may a second publisher with the same key replace the first: when that was silent for 3 s, "
      "always, or never");
  app.add_flag("--once", o.once, "leave when the first publisher has ended");
  app.add_flag("--no-output", o.no_output, "for players only");
  app.add_option("--exec", o.exec, "run this with sh -c for each stream, its media on stdin")
      ->type_name("STRING");
}

void declare_limits(CLI::App& app, Options& o) {
  live::cli::add_size(app, "--queue", o.queue,
                      "media that waits for a slow command; above it whole GOPs are dropped");
  live::cli::add_size(app, "--memory", o.memory,
                      "of a publisher: messages under way, and what is kept for players");
  const CLI::Range count{std::uint64_t{1}, std::uint64_t{1'000'000}};
  const auto add_count = [&](const char* name, std::size_t& value, const char* help) {
    app.add_option(name, value, help)->check(count)->type_name("N")->capture_default_str();
  };
  add_count("--max-publishers", o.max_publishers, "at once");
  add_count("--max-players", o.max_players, "at once, of all streams");
  add_count("--max-connections-per-address", o.max_per_address,
            "at once; this machine's own do not count");
  live::cli::add_bit_rate(app, "--max-bitrate", o.max_bit_rate,
                          "a publisher that sends more for some seconds is ended");
  live::cli::add_duration(app, "--max-lag", o.max_lag,
                          "a player this far behind skips to the newest key frame");
  app.add_option("--status-token-file", o.status_token_file,
                 "holds the bearer token for /streams at --status; read again on SIGHUP")
      ->type_name("FILE");
}

void declare_command(CLI::App& app, Options& o) {
  // Behind "--" CLI11 does not look; without it a word that was meant for an option must not become a program to run.
  app.add_option(
         "COMMAND", o.stray,
         "what runs for each stream, its media on stdin; without one media goes to standard output")
      ->option_text("-- COMMAND ARGUMENTS");
}

void check_output(const Options& o) {
  if (!o.stray.empty())
    fail(Exit::usage,
         "{}: a command stands behind --, as in: rtmp-ingest --keys FILE -- COMMAND ARGUMENTS",
         live::printable(o.stray.front()));
  if (!o.exec.empty() && !o.command.empty())
    fail(Exit::usage, "--exec and a command behind -- exclude each other");
  if (o.no_output && o.has_command())
    fail(Exit::usage, "--no-output runs no command: leave one of them out");
}

}  // namespace

void declare(CLI::App& app, Options& options) {
  declare_listeners(app, options);
  declare_credentials(app, options);
  declare_media(app, options);
  declare_streams(app, options);
  declare_limits(app, options);
  declare_command(app, options);
}

void check(const Options& o) {
  check_output(o);
  if (o.tls_listen.has_value() != !o.tls_cert.empty() || o.tls_cert.empty() != o.tls_key.empty())
    fail(Exit::usage, "RTMPS needs --tls-listen, --tls-cert and --tls-key together");
  if (o.allow_any && (!o.keys.empty() || !o.auth_url.empty()))
    fail(Exit::usage, "--allow-any lets everybody publish: leave out --keys and --auth-url");
  if (o.challenge && o.keys.empty())  // the answer is a digest: an auth URL could not check it
    fail(Exit::usage, "--challenge asks for names and plain keys of --keys: give the file");
  if (o.auth_json && o.auth_url.empty())
    fail(Exit::usage, "--auth-format is that of --auth-url: give the URL");
  if (o.format == Format::flv && o.cut != live::mux::Cut{})
    fail(Exit::usage, "--fragment is for fMP4: --format flv has no fragments");
  if (o.max_bit_rate && *o.max_bit_rate == 0)
    fail(Exit::usage, "--max-bitrate 0 lets nobody publish: leave it out where there is no limit");
  if (o.max_lag < min_lag)
    fail(Exit::usage, "--max-lag {}: a player is that far behind at once; give it {} at least",
         live::format_duration(o.max_lag), live::format_duration(min_lag));
  if (o.memory < min_memory)
    fail(Exit::usage, "--memory {}: not even a key frame has room; give it {} at least",
         live::format_size(o.memory), live::format_size(min_memory));
  if (o.queue < min_queue)
    fail(Exit::usage, "--queue {}: not even a key frame has room; give it {} at least",
         live::format_size(o.queue), live::format_size(min_queue));
}

std::vector<std::string> command_of(const Options& options) {
  if (options.exec.empty()) return options.command;
  return {"sh", "-c", options.exec};
}

Play play_policy(const Options& options, bool only_this_machine) {
  if (options.play) return *options.play;
  return only_this_machine ? Play::allow : Play::deny;
}

}  // namespace rtmp_ingest
