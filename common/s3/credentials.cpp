#include "common/s3/credentials.hpp"

#include "common/base/ascii.hpp"
#include "common/s3/answer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace live::s3 {
namespace {

/// "[profile NAME]" and "[NAME]" are the same section in two files.
std::string_view section_of(std::string_view line) {
  auto name = trimmed(line.substr(1, line.find(']') - 1));
  constexpr std::string_view word = "profile ";
  if (name.starts_with(word)) name = trimmed(name.substr(word.size()));
  return name;
}

std::string text_of(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

std::optional<Lease> credentials_from_environment(
    const std::function<std::string(const char* name)>& variable) {
  Lease out;
  out.credentials = {variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                     variable("AWS_SESSION_TOKEN")};
  const auto& found = out.credentials;
  if (found.access_key.empty() || found.secret_key.empty()) return {};
  return out;
}

Profile profile_from_file(std::string_view text, std::string_view profile) {
  Profile out;
  Credentials found;
  bool here = false;
  while (!text.empty()) {
    const auto line = trimmed(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), text.find('\n')));
    if (text.starts_with('\n')) text.remove_prefix(1);
    if (line.starts_with('[')) here = section_of(line) == profile;
    const auto equals = line.find('=');
    if (!here || line.starts_with('#') || equals == std::string_view::npos) continue;
    const auto name = trimmed(line.substr(0, equals));
    const auto value = std::string{trimmed(line.substr(equals + 1))};
    if (name == "aws_access_key_id") found.access_key = value;
    if (name == "aws_secret_access_key") found.secret_key = value;
    if (name == "aws_session_token") found.session_token = value;
    if (name == "region") out.region = value;
    if (name == "endpoint_url") out.endpoint = value;
  }
  if (!found.access_key.empty() && !found.secret_key.empty()) out.lease = Lease{found, {}};
  return out;
}

std::optional<Lease> credentials_from_json(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return {};
  Lease out;
  out.credentials = {text_of(json, "AccessKeyId"), text_of(json, "SecretAccessKey"),
                     text_of(json, "Token")};
  if (out.credentials.access_key.empty() || out.credentials.secret_key.empty()) return {};
  out.expires = parse_iso_date(text_of(json, "Expiration"));
  return out;
}

}  // namespace live::s3
