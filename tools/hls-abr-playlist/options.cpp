#include "tools/hls-abr-playlist/options.hpp"

#include "common/base/failure.hpp"
#include "common/cli/options.hpp"

#include <CLI/CLI.hpp>

namespace hls_abr_playlist {
namespace {

using live::Exit;
using live::fail;

constexpr auto own_registry = ".registry.json";  // in ROOT; names with a dot are never served

void check_registry(Options& o) {
  const bool chosen = !o.registry.redis.empty() || !o.registry.file.empty();
  if (!o.registry.redis.empty() && !o.registry.file.empty())
    fail(Exit::usage, "there is one registry: leave out --redis or --registry");
  if (chosen && !o.advertise)
    fail(Exit::usage, "a registry needs --advertise HOST:PORT: where others find these streams");
  if (!o.advertise) return;
  if (o.advertise->host.empty() || o.advertise->port == 0)
    fail(Exit::usage, "--advertise {}: others need a host and a port, as in 10.0.0.5:8000",
         live::format_address(*o.advertise));
  if (!chosen) o.registry.file = o.root / own_registry;
}

}  // namespace

void declare(CLI::App& app, Options& o) {
  app.add_option("DIR", o.folders, "write DIR/live.m3u8 once, for each")->type_name("");
  auto* watch =
      app.add_option("--watch", o.root, "publish every stream below ROOT, as it comes and goes")
          ->type_name("ROOT");
  live::cli::add_bit_rate(app, "--start", o.start,
                          "players begin with the best variant of at most this");
  app.add_option("--redis", o.registry.redis,
                 "register streams at redis://[user:password@]host[:port][/db] or unix:PATH; also "
                 "env:NAME or file:PATH")
      ->type_name("URL");
  app.add_option("--registry", o.registry.file,
                 "or in this file, for one host (default with --advertise: ROOT/.registry.json)")
      ->type_name("FILE");
  app.add_option("--prefix", o.registry.prefix, "of keys in Redis")
      ->type_name("TEXT")
      ->capture_default_str();
  live::cli::add_address(app, "--advertise", o.advertise,
                         "where others find the streams of this host");
  auto* cleanup = live::cli::add_duration(app, "--cleanup", o.cleanup,
                                          "how long the folder of a stream that is over stays");
  cleanup->needs(watch);
  app.add_flag("--no-cleanup", o.no_cleanup, "leave all folders where they are")
      ->needs(watch)
      ->excludes(cleanup);
}

void check(Options& o) {
  if (o.folders.empty() == o.root.empty())
    fail(Exit::usage, "give either DIR... or --watch ROOT; see hls-abr-playlist --help");
  if (o.root.empty() && (o.advertise || !o.registry.redis.empty() || !o.registry.file.empty()))
    fail(Exit::usage, "a registry goes with --watch ROOT");
  if (o.start == 0) fail(Exit::usage, "--start 0: a bit rate is wanted, such as 2M");
  check_registry(o);
}

}  // namespace hls_abr_playlist
