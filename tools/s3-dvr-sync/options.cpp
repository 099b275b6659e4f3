#include "tools/s3-dvr-sync/options.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/text.hpp"
#include "common/cli/options.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <cctype>
#include <utility>
#include <variant>

#include <CLI/CLI.hpp>

namespace s3_dvr_sync {
namespace {

using live::Exit;
using live::fail;

constexpr std::size_t most_jobs = 64;

void declare_what(CLI::App& app, Options& o) {
  app.add_option("DIR", o.folder, "HLS trees and recordings")->required()->type_name("");
  app.add_option("DESTINATION", o.destination, "s3://BUCKET or s3://BUCKET/PREFIX")
      ->required()
      ->type_name("");
  app.add_flag("--watch", o.watch, "stay, and upload what is written as it is written");
  app.add_flag("--verify", o.verify,
               "ask for everything that was uploaded, and send again what differs");
  app.add_flag("--dry-run", o.dry_run, "print what would be uploaded; upload and delete nothing");
  app.add_option("--rendition", o.tree.rendition, "best, all, or the name of one")
      ->type_name("NAME")
      ->capture_default_str();
  live::cli::add_duration(app, "--playlist-every", o.tree.playlist_every,
                          "the playlist of a broadcast that goes on is written at most so often");
  live::cli::add_duration(app, "--split", o.tree.split,
                          "a longer broadcast goes on in a further playlist; 0: never");
  live::cli::add_duration(app, "--settle", o.settle,
                          "a recording that has not changed for so long is closed");
}

void declare_where(CLI::App& app, Options& o) {
  app.add_option("--endpoint", o.endpoint, "https://HOST[:PORT] (default: AWS's of the region)")
      ->type_name("URL");
  app.add_option("--region", o.region, "(default: of the environment, the profile, or us-east-1)")
      ->type_name("NAME");
  live::cli::add_choice(
      app, "--style", o.style,
      {{"auto", std::string{"auto"}}, {"path", std::string{"path"}}, {"host", std::string{"host"}}},
      "the bucket's name stands in the path, or in front of the host");
  app.add_option("--ca-file", o.ca_file, "believe these certificates (PEM), not the system's")
      ->type_name("FILE");
  app.add_option("--credentials", o.credentials.from,
                 "env, profile, file:PATH or metadata (default: the first that there is)")
      ->type_name("FROM");
  app.add_option("--profile", o.credentials.profile,
                 "of ~/.aws/credentials (default: AWS_PROFILE, or default)")
      ->type_name("NAME");
}

void declare_how(CLI::App& app, Options& o) {
  app.add_option("--jobs", o.jobs, "requests at once")
      ->type_name("COUNT")
      ->check(CLI::Range(std::size_t{1}, most_jobs).description(""))
      ->capture_default_str();
  live::cli::add_size(app, "--limit-rate", o.limit_rate,
                      "bytes per second, all together; 0: as fast as it goes");
  live::cli::add_duration(app, "--stall", o.stall,
                          "a request of which nothing has moved for so long is tried again");
  app.add_option("--storage-class", o.storage_class, "of media, as in STANDARD_IA")
      ->type_name("NAME");
  app.add_option("--sse", o.sse, "encrypt at rest: AES256, aws:kms or aws:kms:KEY-ID")
      ->type_name("HOW");
  app.add_option("--metadata", o.metadata, "x-amz-meta-NAME of every object; may be repeated")
      ->type_name("NAME=VALUE")
      ->take_all();
  using live::s3::Checksum;
  live::cli::add_choice(
      app, "--checksum", o.checksum,
      {{"none", Checksum::none}, {"md5", Checksum::md5}, {"crc32c", Checksum::crc32c}},
      "send this one, too, for a store that checks no SHA-256, or keeps it");
}

void declare_deletion(CLI::App& app, Options& o) {
  auto& rules = o.deletion;
  app.add_flag("--delete-uploaded", rules.delete_uploaded,
               "delete recordings once they are shown to be in the bucket");
  live::cli::add_duration(app, "--keep", rules.keep,
                          "delete uploaded recordings when they are so old");
  app.add_option_function<std::string>(
         "--keep-size",
         [&rules](const std::string& text) {
           rules.keep_size = live::parse_size(text);
           if (!rules.keep_size) throw CLI::ValidationError{"--keep-size", "as in 50G"};
         },
         "while recordings take more, delete the oldest uploaded ones")
      ->type_name("SIZE");
  live::cli::add_size(app, "--min-free", rules.min_free,
                      "while the disk has less free, delete the oldest uploaded ones");
  app.add_flag("--delete-unsynced", rules.delete_unsynced,
               "where that does not suffice, delete what is not uploaded, too");
}

/// What is read again later must be there at the beginning.
void check_files(const Options& o) {
  constexpr std::size_t most = 16U << 20U;
  constexpr std::string_view file = "file:";
  const auto text_of = [&](std::string_view option, const std::filesystem::path& path) {
    try {
      return live::read_file(path, most);
    } catch (const live::Failure& failure) {
      fail(Exit::config, "{}: {}", option, failure.what());
    }
  };
  if (o.credentials.from.starts_with(file))
    text_of("--credentials", o.credentials.from.substr(file.size()));
  if (o.ca_file.empty()) return;
  const auto text = text_of("--ca-file", o.ca_file);
  if (text.find("-----BEGIN ") == text.npos)
    fail(Exit::config, "--ca-file {}: there is no certificate in it (PEM)", o.ca_file.string());
}

bool is_encryption(std::string_view how) {
  constexpr std::string_view with_key = "aws:kms:";
  return how.empty() || how == "AES256" || how == "aws:kms" ||
         (how.starts_with(with_key) && how.size() > with_key.size() &&
          std::ranges::all_of(how, [](unsigned char c) { return c > ' ' && c < 0x7f; }));
}

bool is_known_source(const std::string& from) {
  return from.empty() || from == "env" || from == "profile" || from == "metadata" ||
         (from.starts_with("file:") && from.size() > 5);
}

live::s3::Field field_of(const std::string& text) {
  const auto equals = text.find('=');
  const auto name = text.substr(0, equals);
  const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  const bool is_value =
      equals != std::string::npos &&
      std::ranges::all_of(text, [](unsigned char c) { return c >= ' ' && c != 0x7f; });
  auto lower = name;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == "sha256") fail(Exit::usage, "--metadata sha256: it is what every object has");
  if (!is_name || !is_value)
    fail(Exit::usage, "--metadata {}: as in camera=door", live::printable(text));
  return {name, text.substr(equals + 1)};
}

live::s3::Style style_of(const std::string& word) {
  if (word == "path") return live::s3::Style::path;
  return word == "host" ? live::s3::Style::virtual_host : live::s3::Style::automatic;
}

}  // namespace

void declare(CLI::App& app, Options& o) {
  declare_what(app, o);
  declare_where(app, o);
  declare_how(app, o);
  declare_deletion(app, o);
}

void check(const Options& o) {
  static_cast<void>(place_of(o));
  static_cast<void>(metadata_of(o));
  if (!is_known_source(o.credentials.from))
    fail(Exit::usage,
         "--credentials takes env, profile, metadata or file:PATH, and no key: put it into a file "
         "and give --credentials file:PATH");
  if (!live::tree::is_rendition_name(o.tree.rendition))
    fail(Exit::usage, "--rendition {}: best, all, or the name of one",
         live::printable(o.tree.rendition));
  if (!is_encryption(o.sse))
    fail(Exit::usage, "--sse {}: it is AES256, aws:kms or aws:kms:KEY-ID", live::printable(o.sse));
  check_files(o);
  if (o.dry_run && o.watch) fail(Exit::usage, "--dry-run tells of one run: leave out --watch");
  const bool needs_limit =
      o.deletion.delete_unsynced && !o.deletion.keep_size && o.deletion.min_free == 0;
  if (needs_limit) fail(Exit::usage, "--delete-unsynced goes with --keep-size or --min-free");
}

std::vector<live::s3::Field> metadata_of(const Options& o) {
  std::vector<live::s3::Field> out;
  for (const auto& text : o.metadata)
    out.push_back(field_of(text));
  return out;
}

live::s3::Place place_of(const Options& o) {
  auto parsed = live::s3::Place::parse(o.destination);
  if (const auto* wrong = std::get_if<std::string>(&parsed))
    fail(Exit::usage, "{}: {}", live::printable(o.destination), *wrong);
  auto place = std::get<live::s3::Place>(std::move(parsed));
  const auto standard = settings_of_profile(o.credentials.profile);
  const auto& region = o.region.empty() ? standard.region : o.region;
  const auto& endpoint = o.endpoint.empty() ? standard.endpoint : o.endpoint;
  if (!region.empty()) place.region = region;
  if (!endpoint.empty()) {
    place.endpoint = live::s3::parse_endpoint(endpoint);
    if (!place.endpoint)
      fail(Exit::usage, "--endpoint {}: as in https://s3.example.net or http://127.0.0.1:9000",
           live::printable(endpoint));
  }
  place.style = style_of(o.style);
  return place;
}

}  // namespace s3_dvr_sync
