#include "tools/s3-dvr-sync/credential_source.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace s3_dvr_sync {

using live::s3::Lease;

namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_file_bytes = 1U << 20U;
constexpr auto margin = 2min;  // before they expire
constexpr std::string_view instance = "http://169.254.169.254";
constexpr std::string_view container = "http://169.254.170.2";
constexpr std::string_view roles = "/latest/meta-data/iam/security-credentials/";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

std::filesystem::path aws_file(const char* given, const char* name) {
  if (auto path = variable(given); !path.empty()) return path;
  if (variable("HOME").empty()) return {};
  return std::filesystem::path{variable("HOME")} / ".aws" / name;
}

/// Empty where it is not there.
std::string text_of(const std::filesystem::path& path) {
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return {};
  return live::read_file(path, max_file_bytes);
}

std::string or_default(const std::string& profile) {
  if (!profile.empty()) return profile;
  const auto named = variable("AWS_PROFILE");
  return named.empty() ? "default" : named;
}

live::fetch::Request asks_for(std::string url) {
  live::fetch::Request out;
  out.url = std::move(url);
  out.timeout = 2s;
  out.direct = true;
  return out;
}

}  // namespace

live::s3::Profile settings_of_profile(const std::string& profile) {
  const auto name = or_default(profile);
  auto out = live::s3::profile_from_file(text_of(aws_file("AWS_CONFIG_FILE", "config")), name);
  for (const char* given : {"AWS_DEFAULT_REGION", "AWS_REGION"})
    if (const auto region = variable(given); !region.empty()) out.region = region;
  for (const char* given : {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"})
    if (const auto endpoint = variable(given); !endpoint.empty()) out.endpoint = endpoint;
  return out;
}

CredentialSource::CredentialSource(live::asio::io_context& io, CredentialChoice choice)
    : choice_(std::move(choice)), client_(io, 1, 8) {}

live::awaitable<live::s3::Credentials> CredentialSource::get() {
  const auto now = std::chrono::system_clock::now();
  const bool holds = lease_ && !stale_ && (!lease_->expires || *lease_->expires > now + margin);
  if (!holds) {
    stale_ = false;
    auto fresh = co_await read();
    if (fresh) lease_ = std::move(fresh);
  }
  if (!lease_)
    live::fail(live::Exit::config,
               "find credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, write "
               "~/.aws/credentials, or give --credentials file:PATH");
  co_return lease_->credentials;
}

live::awaitable<bool> CredentialSource::renew(const live::s3::Credentials& used) {
  const bool known = lease_ && lease_->credentials != used;  // somebody else has
  if (known) co_return true;
  auto fresh = co_await read();
  if (fresh) lease_ = std::move(fresh);
  co_return lease_ && lease_->credentials != used;
}

live::awaitable<std::optional<Lease>> CredentialSource::read() {
  constexpr std::string_view file = "file:";
  const auto& from = choice_.from;
  if (from.starts_with(file)) co_return from_file(from.substr(file.size()));
  std::optional<Lease> found;
  if (from.empty() || from == "env")
    found = live::s3::credentials_from_environment([](const char* name) { return variable(name); });
  if (!found && (from.empty() || from == "profile")) found = from_profile();
  if (!found && (from.empty() || from == "metadata")) found = co_await from_container();
  if (!found && (from.empty() || from == "metadata")) found = co_await from_instance();
  co_return found;
}

std::optional<Lease> CredentialSource::from_profile() const {
  const auto name = or_default(choice_.profile);
  for (const auto& path : {aws_file("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
                           aws_file("AWS_CONFIG_FILE", "config")}) {
    if (auto profile = live::s3::profile_from_file(text_of(path), name); profile.lease)
      return profile.lease;
  }
  return {};
}

std::optional<Lease> CredentialSource::from_file(const std::filesystem::path& path) const {
  std::string text;
  try {
    text = live::read_file(path, max_file_bytes);
  } catch (const live::Failure& failure) {
    live::fail(live::Exit::config, "read credentials: {}", failure.what());
  }
  if (auto lease = live::s3::credentials_from_json(text)) return lease;
  auto lease = live::s3::profile_from_file(text, or_default(choice_.profile)).lease;
  if (!lease)
    live::fail(live::Exit::config,
               "read credentials from {}: no section [{}] with aws_access_key_id and "
               "aws_secret_access_key in it",
               path.string(), or_default(choice_.profile));
  return lease;
}

/// Empty where there is no such service, or no such thing.
live::awaitable<std::string> CredentialSource::ask(live::fetch::Request request) {
  const auto reply = co_await client_.send(std::move(request));
  co_return reply.status == 200 ? reply.body : std::string{};
}

live::awaitable<std::optional<Lease>> CredentialSource::from_container() {
  auto url = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (const auto path = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); !path.empty())
    url = fmt::format("{}{}", container, path);
  if (url.empty()) co_return std::nullopt;
  auto request = asks_for(url);
  auto token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const auto file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !file.empty())
    token = live::read_file(file, max_file_bytes);
  while (!token.empty() && std::string_view{"\r\n \t"}.find(token.back()) != std::string_view::npos)
    token.pop_back();
  if (!token.empty()) request.headers.emplace_back("Authorization", token);
  const auto answer = co_await ask(std::move(request));
  co_return live::s3::credentials_from_json(answer);
}

live::awaitable<std::optional<Lease>> CredentialSource::from_instance() {
  if (variable("AWS_EC2_METADATA_DISABLED") == "true") co_return std::nullopt;
  auto base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (base.empty()) base = instance;
  while (base.ends_with('/'))
    base.pop_back();
  auto first = asks_for(base + "/latest/api/token");
  first.method = "PUT";
  first.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}};
  const auto token = co_await ask(std::move(first));
  if (token.empty()) co_return std::nullopt;
  live::fetch::Headers headers;
  headers.emplace_back("X-aws-ec2-metadata-token", token);
  auto second = asks_for(fmt::format("{}{}", base, roles));
  second.headers = headers;
  const auto role = co_await ask(std::move(second));
  if (role.empty()) co_return std::nullopt;
  auto third = asks_for(fmt::format("{}{}{}", base, roles, role.substr(0, role.find('\n'))));
  third.headers = headers;
  const auto answer = co_await ask(std::move(third));
  co_return live::s3::credentials_from_json(answer);
}

}  // namespace s3_dvr_sync
