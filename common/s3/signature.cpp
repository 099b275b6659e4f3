#include "common/s3/signature.hpp"

#include "common/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace live::s3 {
namespace {

constexpr std::size_t hash_bytes = 32;
using Hash = std::array<std::uint8_t, hash_bytes>;
constexpr std::size_t day_length = 8;  // of "20130524T000000Z"

Hash sha256(Bytes bytes) {
  Hash out{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr);
  return out;
}

Hash hmac(Bytes key, std::string_view text) {
  Hash out{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), as_bytes(text).data(), text.size(),
       out.data(), &size);
  return out;
}

std::string hex(Bytes bytes) {
  std::string out;
  for (const auto byte : bytes)
    out += fmt::format("{:02x}", byte);
  return out;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string encode(std::string_view text, bool keep_slashes) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c) || (keep_slashes && c == '/')) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

/// Outer spaces off, inner ones one at a time.
std::string single_spaced(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

/// By lowercase name; values of one name in the order in which they are sent.
std::map<std::string, std::string> canonical_headers(const std::vector<Field>& headers) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : headers) {
    const auto [at, fresh] = out.try_emplace(to_lower(name), single_spaced(value));
    if (!fresh) at->second += "," + single_spaced(value);
  }
  return out;
}

Hash signing_key(const Credentials& credentials, const Scope& scope, std::string_view day) {
  const auto first = "AWS4" + credentials.secret_key;
  const auto of_day = hmac(as_bytes(first), day);
  const auto of_region = hmac(of_day, scope.region);
  const auto of_service = hmac(of_region, scope.service);
  return hmac(of_service, "aws4_request");
}

}  // namespace

std::string authorization(const ToSign& request, const Credentials& credentials,
                          const Scope& scope) {
  const auto headers = canonical_headers(request.headers);
  std::string lines, names;
  for (const auto& [name, value] : headers) {
    lines += fmt::format("{}:{}\n", name, value);
    names += (names.empty() ? "" : ";") + name;
  }
  const auto canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, encoded_path(request.path),
                  encoded_query(request.query), lines, names, request.body_hash);
  const auto& date = headers.at("x-amz-date");
  const auto day = std::string_view{date}.substr(0, day_length);
  const auto reach = fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  const auto text =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", date, reach, sha256_hex(as_bytes(canonical)));
  return fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                     credentials.access_key, reach, names,
                     hex(hmac(signing_key(credentials, scope, day), text)));
}

std::string amz_date(WallClock at) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}",
                     fmt::gmtime(std::chrono::floor<std::chrono::seconds>(at)));
}

std::string sha256_hex(Bytes bytes) { return hex(sha256(bytes)); }

std::string encoded(std::string_view text) { return encode(text, false); }
std::string encoded_path(std::string_view path) { return encode(path, true); }

std::string encoded_query(const std::vector<Field>& query) {
  std::vector<std::pair<std::string, std::string>> sorted;
  for (const auto& [name, value] : query)
    sorted.emplace_back(encoded(name), encoded(value));
  std::ranges::sort(sorted);
  std::string out;
  for (const auto& [name, value] : sorted)
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

}  // namespace live::s3
