#include "common/ingest/crypt_hash.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

#include <crypt.h>
#include <openssl/crypto.h>

namespace live::ingest {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr unsigned most_rounds = 500'000;
constexpr unsigned most_bcrypt_cost = 12;
constexpr std::size_t most_yescrypt_n = 15;  // of its logarithm
constexpr std::size_t most_yescrypt_r = 32;

constexpr auto too_costly = "the hash costs more than half a second to compare";
constexpr auto not_whole = "the crypt(5) hash is not whole";

constexpr std::string_view alphabet =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool is_hash_text(std::string_view text, std::size_t length) {
  return text.size() == length && text.find_first_not_of(alphabet) == npos;
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end) return {};
  return value;
}

/// "[rounds=N$]SALT$HASH"
std::string sha_complaint(std::string_view rest, std::size_t hash_length) {
  constexpr std::string_view rounds = "rounds=";
  if (rest.starts_with(rounds)) {
    const auto end = std::min(rest.find('$'), rest.size());
    const auto count = number(rest.substr(rounds.size(), end - rounds.size()));
    if (!count || end == rest.size()) return not_whole;
    if (*count > most_rounds) return too_costly;
    rest.remove_prefix(end + 1);
  }
  const auto salt = rest.find('$');
  return salt != npos && is_hash_text(rest.substr(salt + 1), hash_length) ? "" : not_whole;
}

/// "12$" and 53 characters
std::string bcrypt_complaint(std::string_view rest) {
  constexpr std::size_t salt_and_hash = 53;
  const auto cost = number(rest.substr(0, 2));
  if (!cost || rest.size() < 3 || rest[2] != '$') return not_whole;
  if (*cost > most_bcrypt_cost) return too_costly;
  return is_hash_text(rest.substr(3), salt_and_hash) ? "" : not_whole;
}

/// "j9T$SALT$HASH": flavour, logarithm of N, r (each one less than it is, as one character).
std::string yescrypt_complaint(std::string_view rest) {
  constexpr std::size_t hash_length = 43;
  const auto parameters = rest.substr(0, rest.find('$'));
  if (parameters.size() != 3 || parameters[0] != 'j')
    return "yescrypt with parameters of its own (\"j9T\" is usual)";
  const auto log_n = alphabet.find(parameters[1]) + 1;
  const auto r = alphabet.find(parameters[2]) + 1;
  if (log_n == 0 || r == 0 || rest.size() == parameters.size()) return not_whole;
  if (log_n > most_yescrypt_n || r > most_yescrypt_r) return too_costly;
  const auto salt_and_hash = rest.substr(parameters.size() + 1);
  const auto salt = salt_and_hash.find('$');
  return salt != npos && is_hash_text(salt_and_hash.substr(salt + 1), hash_length) ? "" : not_whole;
}

std::string complaint_of_kind(std::string_view hash) {
  constexpr std::size_t sha512_length = 86;
  constexpr std::size_t sha256_length = 43;
  for (const std::string_view kind : {"$y$", "$gy$"})
    if (hash.starts_with(kind)) return yescrypt_complaint(hash.substr(kind.size()));
  for (const std::string_view kind : {"$2b$", "$2a$", "$2y$"})
    if (hash.starts_with(kind)) return bcrypt_complaint(hash.substr(kind.size()));
  if (hash.starts_with("$6$")) return sha_complaint(hash.substr(3), sha512_length);
  if (hash.starts_with("$5$")) return sha_complaint(hash.substr(3), sha256_length);
  return "this kind of crypt(5) hash is not taken: yescrypt, bcrypt, SHA-512 and SHA-256 are";
}

}  // namespace

std::string crypt_complaint(const std::string& hash) {
  if (auto complaint = complaint_of_kind(hash); !complaint.empty()) return complaint;
  const int salt = ::crypt_checksalt(hash.c_str());
  return salt == CRYPT_SALT_INVALID || salt == CRYPT_SALT_METHOD_DISABLED ? not_whole : "";
}

bool crypt_matches(const std::string& hash, std::string_view key) {
  if (key.find('\0') != npos) return false;
  const auto work = std::make_unique<crypt_data>();  // 32 kB
  const std::string text{key};
  const char* made = ::crypt_r(text.c_str(), hash.c_str(), work.get());
  return made != nullptr && std::strlen(made) == hash.size() &&
         CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
}

}  // namespace live::ingest
