#include "tools/social-relay/options.hpp"

#include "common/av/input.hpp"
#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/cli/options.hpp"
#include "tools/social-relay/destination_file.hpp"
#include "tools/social-relay/destination_query.hpp"

#include <cstdlib>
#include <iterator>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>

namespace social_relay {
namespace {

/// Pictures may come as slowly as one a second.
constexpr std::chrono::milliseconds least_hold{1'000};

}  // namespace

void declare(CLI::App& app, Options& o) {
  app.add_option("INPUT", o.input,
                 "what to read: a file, FIFO or address; without it, or with -, standard input; "
                 "env:NAME or file:PATH holds an address that must not be seen")
      ->type_name("");
  app.add_option("--format", o.input_format, "the input's format, where it cannot be told")
      ->check(live::av::complaint_about_format)
      ->type_name("NAME");
  app.add_option(
         "--to", o.to,
         "where to send: youtube, facebook, twitch or x with a key as env:NAME or file:PATH "
         "(youtube:env:KEY, twitch@jfk50:file:PATH), or rtmp[s]://host/app/name; may be "
         "given again")
      ->allow_extra_args(false)
      ->type_name("DESTINATION");
  app.add_option("--destinations", o.destinations,
                 "further destinations in a file of TOML, read again on SIGHUP")
      ->type_name("FILE");
  app.add_option("--query-env", o.query_env,
                 "further destinations in the query that this environment variable holds: "
                 "twitch=KEY, youtube=KEY, facebook=KEY")
      ->type_name("NAME");
  app.add_option(
         "--transcode", o.transcode,
         "encode anew, as a service likes it, for the destinations NAME (a service, or as "
         "the log calls it; all, or no NAME: each that has a preset), by a PRESET (its own): "
         "twitch, youtube, facebook or x; may be given again")
      ->expected(0, 1)
      ->take_all()
      ->allow_extra_args(false)
      ->default_str("all")
      ->option_text("[NAME[=PRESET]]");
  live::cli::add_duration(app, "--hold", o.hold,
                          "keep connections for so long while nothing comes from the input")
      ->check([](const std::string& text) {
        const auto hold = live::parse_duration(text);
        return hold && *hold < least_hold ? std::string{"at least 1s is wanted"} : std::string{};
      });
  app.add_option("--slate", o.slate,
                 "send black, or a picture, and silence while nothing comes from the input")
      ->type_name("black|PICTURE");
  app.add_option("--events", o.events, "append what happens as lines of JSON; - is standard output")
      ->type_name("FILE");
  app.add_option("--tls-ca", o.tls_ca,
                 "certificates (PEM) that are believed instead of the system's")
      ->type_name("FILE");
  app.add_option_function<std::vector<std::string>>(
         "--connect-to",
         [&o](const std::vector<std::string>& texts) {
           for (const auto& text : texts)
             if (!o.connect_to.add(text))
               throw CLI::ValidationError("--connect-to", "HOST1:PORT1:HOST2:PORT2 is wanted");
         },
         "connect to HOST2:PORT2 instead of HOST1:PORT1, as curl does; may be given again")
      ->allow_extra_args(false)
      ->type_name("RULE");
}

namespace {

void append(std::vector<Destination>& to, std::vector<Destination> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// A word behind --transcode is taken for a name: may INPUT have been meant?
bool may_be_input(const Options& o, const std::string& wish) {
  if (!o.input.empty() || find_service(wish) != nullptr) return false;
  std::error_code ignored;
  return wish == "-" || wish.find('/') != std::string::npos ||
         std::filesystem::exists(wish, ignored);
}

/// What comes by a query or a file may be away.
void transcode(const Options& o, std::vector<Destination>& destinations) {
  for (const auto& wish : o.transcode) {
    auto why = apply_transcode(wish, destinations);
    if (why.empty()) continue;
    const bool is_input = may_be_input(o, wish);
    if (is_input) why += "; is it INPUT? Write --transcode=all INPUT, or INPUT first";
    const auto name = live::printable(wish.substr(0, wish.find("://")));  // of a URL no secrets
    if (is_input || (o.query_env.empty() && o.destinations.empty()))
      live::fail(live::Exit::usage, "--transcode {}: {}", name, why);
    live::log::info("--transcode {}: {}", name, why);
  }
}

std::vector<Destination> from_query(const std::string& variable) {
  const char* query = std::getenv(variable.c_str());
  auto read = read_query(query == nullptr ? "" : query);
  for (const auto& why : read.refused)
    live::log::warn("--query-env: {}", why);
  return std::move(read.destinations);
}

}  // namespace

std::vector<Destination> destinations_of(const Options& o, std::vector<Destination> running) {
  std::vector<Destination> out;
  for (const auto& text : o.to) {
    auto made = parse_to(text);
    if (const auto* why = std::get_if<std::string>(&made))
      live::fail(live::Exit::usage, "--to: {}", *why);
    out.push_back(std::get<Destination>(std::move(made)));
  }
  if (!o.query_env.empty()) append(out, from_query(o.query_env));
  if (!o.destinations.empty()) append(out, read_destinations(o.destinations));
  number_labels(out, std::move(running));
  transcode(o, out);
  if (out.size() > most_destinations)
    live::fail(live::Exit::usage, "at most {} destinations", most_destinations);
  return out;
}

}  // namespace social_relay
