#include "common/rtmp/adobe_challenge.hpp"

#include "common/base/bytes.hpp"

#include <array>
#include <initializer_list>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace live::rtmp {

namespace {

/// base64(md5(...)): 24 characters; empty where OpenSSL has no MD5 (FIPS).
std::string base64_md5(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts)
    all += part;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(all.data(), all.size(), digest.data(), &length, EVP_md5(), nullptr) != 1)
    return {};
  std::array<std::uint8_t, 4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1> text{};
  const int size = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(length));
  return std::string{as_text(Bytes{text}.first(static_cast<std::size_t>(size)))};
}

/// The value of `name` in "a=b&c=d".
std::string_view parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
  }
  return {};
}

}  // namespace

std::optional<std::string> answer_adobe(std::string_view description, std::string_view user,
                                        std::string_view password, std::uint32_t nonce) {
  if (user.empty() || description.find("authmod=adobe") == std::string_view::npos) return {};
  if (description.find("code=403 need auth") != std::string_view::npos)
    return fmt::format("?authmod=adobe&user={}", user);
  const auto query = description.find("?reason=needauth");
  if (query == std::string_view::npos) return {};
  const auto asked = description.substr(query + 1);
  const auto named = parameter(asked, "user"), opaque = parameter(asked, "opaque");
  const auto told = opaque.empty() ? parameter(asked, "challenge") : opaque;
  const auto challenge = fmt::format("{:08x}", nonce);
  const auto hash = base64_md5({named, parameter(asked, "salt"), password});
  auto out = fmt::format("?authmod=adobe&user={}&challenge={}&response={}", named, challenge,
                         base64_md5({hash, told, challenge}));
  if (!opaque.empty()) out.append("&opaque=").append(opaque);
  return out;
}

}  // namespace live::rtmp
