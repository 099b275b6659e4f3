#include "common/ingest/challenge.hpp"

#include "common/base/bytes.hpp"
#include "common/ingest/gate.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace live::ingest {
namespace {

/// In hexadecimal.  ffmpeg reads no more than 255 bytes of a refusal: 102 are always the same and a name has up to 64, so
/// that challenge and opaque together must stay below 90.
constexpr std::size_t time_digits = 8;
constexpr std::size_t mac_bytes = 8;

std::string rejected(std::string_view what) {
  return fmt::format("[ AccessManager.Reject ] : [ {} ]", what);
}

std::string without_challenge(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const auto parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const auto name = parameter.substr(0, parameter.find('='));
    if (name == "authmod" || name == "user" || name == "challenge" || name == "response" ||
        name == "opaque")
      continue;
    if (!out.empty()) out += '&';
    out += parameter;
  }
  return out;
}

}  // namespace

Challenges::Challenges() {
  constexpr std::size_t secret_letters = 43;  // 256 bits
  constexpr std::size_t salt_letters = 8;
  secret_ = random_letters(secret_letters);
  salt_ = random_letters(salt_letters);
}

std::string Challenges::opaque(std::string_view client, std::chrono::seconds now) const {
  auto out = fmt::format("{:0{}x}", static_cast<std::uint32_t>(now.count()), time_digits);
  const auto text = out + Gate::address_of(client);
  const auto bytes = as_bytes(text);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  ::HMAC(::EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), bytes.data(),
         bytes.size(), mac.data(), &length);
  for (std::size_t i = 0; i < mac_bytes; ++i)
    out += fmt::format("{:02x}", mac[i]);
  return out;
}

bool Challenges::is_ours(std::string_view opaque, std::string_view client,
                         std::chrono::seconds now) const {
  constexpr int hexadecimal = 16;
  std::uint32_t made = 0;
  const auto* digits_end = opaque.data() + std::min(time_digits, opaque.size());
  const auto [at, error] = std::from_chars(opaque.data(), digits_end, made, hexadecimal);
  if (error != std::errc{} || at != digits_end) return false;
  const std::chrono::seconds when{made};
  const auto expected = this->opaque(client, when);
  return expected.size() == opaque.size() &&
         CRYPTO_memcmp(expected.data(), opaque.data(), expected.size()) == 0 && when <= now &&
         now - when <= good_for;
}

std::variant<Challenged, std::string> Challenges::read(std::string_view query,
                                                       std::string_view client,
                                                       std::chrono::seconds now) const {
  const auto value = [&](std::string_view name) { return query_value(query, name).value_or(""); };
  if (value("authmod") != "adobe") return rejected("code=403 need auth; authmod=adobe");
  auto user = value("user");
  const auto adobe = rejected("authmod=adobe");
  if (!is_stream_name(user)) return adobe + " : ?reason=nosuchuser";
  const auto response = value("response");
  const auto sent = value("opaque");
  if (!response.empty() && is_ours(sent, client, now))
    return Challenged{
        std::move(user), {salt_, sent, value("challenge"), response}, without_challenge(query)};
  const auto fresh = opaque(client, now);
  return fmt::format("{} : ?reason=needauth&user={}&salt={}&challenge={}&opaque={}", adobe, user,
                     salt_, fresh, fresh);
}

}  // namespace live::ingest
