// The key file: who may publish under which public name.
//
//   # name  key-or-hash                              [app] [options]
//   door    sha256:5e884898da28047151d0e56f8dc62927...  live  max-bitrate=8M
//   anna    hNx1kQzYdB4r2mEo7sVt0a
//   anna    sha256:9f86d081884c7d659a2feaa0c55ad015...         # her next one: both count until the old line goes
//   bob     $6$rounds=5000$...                          *
//   door    sha256:60303ae22b998861bce3b28f33eec1be...  live  play-only
//
// One line, one key.  A name may have several lines: keys are changed by adding one, and taking the old one away later.  A
// key belongs to one name (or to several in different apps); it must not be a name of the file, as names are public.
//
//   key      plain text of 8 to 512 characters, or "sha256:" and 64 hex digits of its SHA-256, or a crypt(5) hash: yescrypt,
//            bcrypt, SHA-512, SHA-256.  A crypt hash costs milliseconds by design: where a name comes with the key
//            (app/name?key=KEY) only those of the name are tried, for a key alone all of its app as long as they are few
//            (hashes_of_an_app).  Refused here where its cost would be a second or more.
//   app      of the publish URL; "*" or nothing: any
//   options  max-bitrate=RATE   what the publisher may send
//            play-only          the key lets play (--play key), not publish
#pragma once

#include "common/ingest/publisher.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace live::ingest {

using KeyDigest = std::array<std::uint8_t, 32>;  ///< SHA-256

struct KeyLine {
  std::string name, app;  ///< app "": any
  KeyDigest digest{};     ///< of the key; nothing's where there is a crypt hash
  std::string plain;      ///< the key, where the file has it: for Adobe challenges
  std::string crypt;      ///< or its crypt(5) hash
  std::optional<std::uint64_t> max_bit_rate;  ///< bits per second
  bool play_only = false;
};

enum class Wish { publish, play };

class Keys {
 public:
  static constexpr std::size_t largest_file = 1U << 20U;  ///< bytes
  static constexpr std::size_t hashes_per_name = 4;       ///< crypt(5) ones
  static constexpr std::size_t hashes_of_an_app = 16;     ///< tried for a key that comes alone

  /// Throws Failure(config) "FILE:LINE: why", never with the key.
  static Keys parse(std::string_view text, const std::string& file);
  /// Throws Failure(no_input, bad_data) too.
  static Keys load(const std::filesystem::path& file);

  /// Every line is looked at, and compared in the same time whatever is equal: hash with hash.  An unknown name costs what a
  /// known one does.  Safe from any thread.
  [[nodiscard]] std::variant<Grant, Denial> check(const Claim& claim,
                                                  Wish wish = Wish::publish) const;
  /// Will check() take long: crypt(5) hashes must be tried?  Then not on the loop.
  [[nodiscard]] bool is_costly(const Claim& claim, Wish wish = Wish::publish) const;
  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  /// An app in which a key that comes alone is not looked for among the crypt(5) hashes, because there are too many; nothing
  /// when there is none.  "": any app.
  [[nodiscard]] std::optional<std::string> crowded_app() const;

 private:
  [[nodiscard]] const KeyLine* find(const Claim& claim, const Presented& presented,
                                    Wish wish) const;
  [[nodiscard]] const KeyLine* find_crypt(const Claim& claim, const Presented& presented,
                                          Wish wish) const;
  [[nodiscard]] std::size_t hashes_for(std::string_view app) const;

  std::vector<KeyLine> lines_;
};

/// Can other users of this machine read `file`?
bool is_readable_by_others(const std::filesystem::path& file);

/// A line with the hash of a new random key (131 bits), and the key, for --new-key.
struct NewKey {
  std::string name, line, key;
};
/// Throws Failure(usage) when `name` is no stream name.
NewKey new_key(const std::string& name);

/// "rtmp://host:port/live/KEY" for a server that listens at `listen`; "HOST" where that does not say at which address.
std::string publish_url(const NewKey& key, const Address& listen, bool tls);
/// What --new-key says on standard error, while the line goes to standard output: lines that end in a newline.
std::string publish_words(const NewKey& key, const Address& listen, bool tls);

}  // namespace live::ingest
