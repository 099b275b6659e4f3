#include "common/ingest/keys.hpp"

#include "common/base/ascii.hpp"
#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/ingest/crypt_hash.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/stat.h>

namespace live::ingest {
namespace {

constexpr auto npos = std::string_view::npos;

KeyDigest digest_of(std::string_view key) {
  KeyDigest digest;
  const auto bytes = as_bytes(key);
  ::SHA256(bytes.data(), bytes.size(), digest.data());
  return digest;
}

std::string hex(const KeyDigest& digest) {
  std::string out;
  for (const auto byte : digest)
    out += fmt::format("{:02x}", byte);
  return out;
}

std::optional<KeyDigest> parse_hex(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  KeyDigest out;
  if (text.size() != 2 * out.size()) return {};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return {};
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return out;
}

// --- reading -------------------------------------------------------------------------------------

/// The words of a line, up to one that begins with '#'.
std::vector<std::string_view> split(std::string_view line) {
  constexpr std::string_view space = " \t\r";
  std::vector<std::string_view> words;
  for (auto at = line.find_first_not_of(space); at != npos && line[at] != '#';
       at = line.find_first_not_of(space, at)) {
    const auto end = std::min(line.find_first_of(space, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

/// "sha1:...", "{SHA}...": a hash of somebody else's, which would be a key that nobody has.
bool is_foreign_hash(std::string_view word) {
  constexpr std::array<std::string_view, 12> kinds{"md5",    "sha1",   "sha224",   "sha256",
                                                   "sha384", "sha512", "sha-1",    "sha-256",
                                                   "bcrypt", "argon2", "argon2id", "scrypt"};
  if (word.starts_with('{') && word.find('}') != npos) return true;
  const auto kind = word.substr(0, word.find(':'));
  return kind.size() < word.size() &&
         std::ranges::any_of(kinds, [&](auto known) { return is_same_word(kind, known); });
}

/// "" or why the secret of a line is none.
std::string take_secret(std::string_view word, KeyLine& line) {
  constexpr std::string_view sha256 = "sha256:";
  constexpr std::size_t least_key = 8;
  if (word.starts_with(sha256)) {
    const auto digest = parse_hex(word.substr(sha256.size()));
    if (!digest) return "sha256: is followed by 64 hexadecimal digits";
    if (*digest == digest_of("")) return "the hash is that of nothing";
    line.digest = *digest;
    return {};
  }
  if (word.starts_with('$')) {
    line.crypt = word;
    return crypt_complaint(line.crypt);
  }
  if (is_foreign_hash(word))
    return "a hash of this kind is not known: sha256: and 64 hexadecimal digits, or one of "
           "crypt(5)";
  if (word.size() < least_key)
    return fmt::format("the key is shorter than {} characters", least_key);
  if (word.size() > most_key) return fmt::format("the key is longer than {} characters", most_key);
  line.plain = word;
  line.digest = digest_of(word);
  return {};
}

bool take_option(std::string_view word, KeyLine& line) {
  constexpr std::string_view rate = "max-bitrate=";
  if (word == "play-only") return line.play_only = true;
  if (!word.starts_with(rate)) return false;
  line.max_bit_rate = parse_bit_rate(word.substr(rate.size()));
  return line.max_bit_rate.value_or(0) > 0;
}

/// "" or what is wrong with a line of at least one word; never with what stands there, which may be a key.
std::string take_line(const std::vector<std::string_view>& words, KeyLine& line) {
  if (!is_stream_name(words[0]))
    return "the name is no stream name ([A-Za-z0-9][A-Za-z0-9._-]{0,63})";
  line.name = words[0];
  if (words.size() < 2) return "there is no key behind the name";
  if (auto why = take_secret(words[1], line); !why.empty()) return why;
  std::size_t next = 2;
  if (words.size() > next && !take_option(words[next], line)) {
    if (words[next] != "*" && !is_stream_name(words[next]))
      return "word 3 is neither an app nor an option (max-bitrate=RATE, play-only)";
    if (words[next] != "*") line.app = words[next];
  }
  for (++next; next < words.size(); ++next)
    if (!take_option(words[next], line))
      return fmt::format("word {} is no option (max-bitrate=RATE, play-only)", next + 1);
  return {};
}

/// Which keys the lines so far have, and where.
class Seen {
 public:
  /// "" or why `line`, the `number`th, cannot stand beside an earlier one.
  std::string add(const KeyLine& line, std::size_t number) {
    if (!line.crypt.empty()) {
      if (++hashes_[line.name] <= Keys::hashes_per_name) return {};
      return fmt::format("more than {} crypt(5) hashes for one name", Keys::hashes_per_name);
    }
    auto& apps = lines_[line.digest];
    const auto any = apps.find("");
    const auto same = line.app.empty() ? apps.begin() : apps.find(line.app);
    const auto other = any != apps.end() ? any : same;
    if (other != apps.end()) return fmt::format("the same key as in line {}", other->second);
    apps.emplace(line.app, number);
    return {};
  }
  /// The line whose key is `name`; 0 = none.
  [[nodiscard]] std::size_t line_with_key(std::string_view name) const {
    const auto found = lines_.find(digest_of(name));
    return found == lines_.end() ? 0 : found->second.begin()->second;
  }

 private:
  std::map<KeyDigest, std::map<std::string, std::size_t>> lines_;  ///< by app
  std::map<std::string, std::size_t> hashes_;
};

// --- comparing -----------------------------------------------------------------------------------

std::string base64_md5(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  const auto bytes = as_bytes(text);
  if (::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, ::EVP_md5(), nullptr) != 1)
    return {};
  std::array<unsigned char, std::size_t{2} * EVP_MAX_MD_SIZE> out{};
  const int n = ::EVP_EncodeBlock(out.data(), digest.data(), static_cast<int>(length));
  return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(n)};
}

/// See AdobeAnswer.
bool answers(const AdobeAnswer& answer, const KeyLine& line) {
  const auto hash = base64_md5(line.name + answer.salt + line.plain);
  const auto expected = base64_md5(hash + answer.opaque + answer.challenge);
  return !hash.empty() && !expected.empty() && expected.size() == answer.response.size() &&
         CRYPTO_memcmp(expected.data(), answer.response.data(), expected.size()) == 0;
}

/// Who shows nothing but a name may have its key where nobody asked for it.
std::string hint_for(const Presented& presented, const std::vector<KeyLine>& lines) {
  if (!presented.names.empty()) return {};
  const auto named = std::ranges::find(lines, presented.key, &KeyLine::name);
  if (named == lines.end()) return {};
  return fmt::format(
      "it shows the name {} and no key; user and password of a URL are kept back by most encoders "
      "until --challenge asks for them",
      named->name);
}

bool is_for(const KeyLine& line, const Claim& claim, const Presented& presented, Wish wish) {
  return (line.app.empty() || line.app == claim.app) && (wish == Wish::play || !line.play_only) &&
         std::ranges::all_of(presented.names, [&](const auto& name) { return name == line.name; });
}

}  // namespace

Keys Keys::parse(std::string_view text, const std::string& file) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Keys keys;
  Seen seen;
  std::vector<std::size_t> numbers;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto words = split(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty()) continue;
    KeyLine line;
    auto why = take_line(words, line);
    if (why.empty()) why = seen.add(line, number);
    if (!why.empty()) fail(Exit::config, "{}:{}: {}", file, number, why);
    keys.lines_.push_back(std::move(line));
    numbers.push_back(number);
  }
  for (std::size_t i = 0; i < keys.lines_.size(); ++i)
    if (const auto at = seen.line_with_key(keys.lines_[i].name); at != 0)
      fail(Exit::config, "{}:{}: the key is the name in line {}, and names are public", file, at,
           numbers[i]);
  return keys;
}

Keys Keys::load(const std::filesystem::path& file) {
  return parse(read_file(file, largest_file), file.string());
}

const KeyLine* Keys::find(const Claim& claim, const Presented& presented, Wish wish) const {
  const auto digest = digest_of(presented.key);
  const auto also = presented.also.empty() ? digest : digest_of(presented.also);
  const KeyLine* found = nullptr;
  for (const auto& line : lines_) {
    const int first = CRYPTO_memcmp(line.digest.data(), digest.data(), digest.size());
    const int second = CRYPTO_memcmp(line.digest.data(), also.data(), also.size());
    const bool fits = is_for(line, claim, presented, wish);
    const bool answered =
        fits && claim.answer && !line.plain.empty() && answers(*claim.answer, line);
    const bool same = (first == 0 || second == 0) && line.crypt.empty();
    if (fits && (same || answered)) found = &line;
  }
  return found;
}

/// Crypt hashes that count in `app`.
std::size_t Keys::hashes_for(std::string_view app) const {
  return static_cast<std::size_t>(std::ranges::count_if(lines_, [&](const auto& line) {
    return !line.crypt.empty() && (line.app.empty() || line.app == app);
  }));
}

std::optional<std::string> Keys::crowded_app() const {
  const auto crowded = std::ranges::find_if(lines_, [&](const auto& line) {
    return !line.crypt.empty() && hashes_for(line.app) > hashes_of_an_app;
  });
  if (crowded == lines_.end()) return {};
  return crowded->app;
}

const KeyLine* Keys::find_crypt(const Claim& claim, const Presented& presented, Wish wish) const {
  const KeyLine* found = nullptr;
  const KeyLine* decoy = nullptr;
  bool tried = false;
  for (const auto& line : lines_) {
    if (line.crypt.empty()) continue;
    decoy = &line;
    if (!is_for(line, claim, presented, wish)) continue;
    tried = true;
    const bool same = crypt_matches(line.crypt, presented.key) ||
                      (!presented.also.empty() && crypt_matches(line.crypt, presented.also));
    if (same) found = &line;
  }
  if (!tried && decoy != nullptr) crypt_matches(decoy->crypt, presented.key);
  return found;
}

bool Keys::is_costly(const Claim& claim, Wish wish) const {
  const auto presented = present(claim);
  if (!presented || presented->key.empty()) return false;
  if (presented->names.empty() && hashes_for(claim.app) > hashes_of_an_app) return false;
  return std::ranges::any_of(lines_, [](const auto& line) { return !line.crypt.empty(); }) &&
         find(claim, *presented, wish) == nullptr;
}

std::variant<Grant, Denial> Keys::check(const Claim& claim, Wish wish) const {
  const auto presented = present(claim);
  const KeyLine* line = nullptr;
  if (presented && (!presented->key.empty() || claim.answer)) line = find(claim, *presented, wish);
  if (line == nullptr && is_costly(claim, wish)) line = find_crypt(claim, *presented, wish);
  if (line == nullptr)
    return Denial{Denial::Why::unauthorized, "the key is not accepted",
                  presented ? hint_for(*presented, lines_) : ""};
  return Grant{line->name, public_query(claim.query), line->max_bit_rate};
}

bool is_readable_by_others(const std::filesystem::path& file) {
  struct stat facts {};
  return ::stat(file.c_str(), &facts) == 0 && (facts.st_mode & S_IROTH) != 0;
}

NewKey new_key(const std::string& name) {
  constexpr std::size_t letters = 22;  // of 62: 131 bits
  if (!is_stream_name(name))
    fail(Exit::usage, "--new-key {}: no stream name ([A-Za-z0-9][A-Za-z0-9._-]{{0,63}})",
         printable(name));
  NewKey out{name, {}, random_letters(letters)};
  out.line = fmt::format("{}  sha256:{}", name, hex(digest_of(out.key)));
  return out;
}

namespace {

/// "rtmp://host:port/live": where a server that listens at `listen` is reached.
std::string server_url(const Address& listen, bool tls) {
  constexpr std::uint16_t rtmp_port = 1935;
  constexpr std::uint16_t rtmps_port = 443;
  auto reached = listen;
  if (!listen.unix_path.empty()) reached = {"HOST", tls ? rtmps_port : rtmp_port, {}};
  if (reached.host.empty() || reached.host == "0.0.0.0" || reached.host == "::")
    reached.host = "HOST";
  auto text = format_address(reached);
  if (reached.port == (tls ? rtmps_port : rtmp_port)) text.erase(text.rfind(':'));
  return fmt::format("{}://{}/live", tls ? "rtmps" : "rtmp", text);
}

}  // namespace

std::string publish_url(const NewKey& key, const Address& listen, bool tls) {
  return fmt::format("{}/{}", server_url(listen, tls), key.key);
}

std::string publish_words(const NewKey& key, const Address& listen, bool tls) {
  return fmt::format(
      "{0} publishes to {1}\n"
      "in OBS: Server {2}, Stream Key {3}\n"
      "The key is shown only now; the line for the file of --keys has its hash.\n",
      key.name, publish_url(key, listen, tls), server_url(listen, tls), key.key);
}

}  // namespace live::ingest
