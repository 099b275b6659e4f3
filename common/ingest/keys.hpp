// The key file: who may publish under which public name.
//
//   # name  key-or-hash                              [app] [options]
//   door    sha256:5e884898da28047151d0e56f8dc62927...  live  max-bitrate=8M
//   anna    hNx1kQzYdB4r2mEo7sVt0a
//   bob     $6$rounds=5000$...                          *
//
// A key is plain text (at least 8 characters), "sha256:" and 64 hex digits of its SHA-256, or a crypt(5) hash.  A crypt
// hash costs milliseconds by design: it needs the name beside the key (app/name?key=KEY) to be tried at all, and is never
// tried for every line.  The file's mode should keep strangers out; we warn where it does not.
#pragma once

#include "common/ingest/publisher.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace live::ingest {

struct KeyLine {
  std::string name, secret, app;  ///< app "" and "*": any
  std::optional<std::uint64_t> max_bit_rate;
};

class Keys {
 public:
  /// Throws Failure(config) "FILE:LINE: why", never with the key.
  static Keys parse(std::string_view text, const std::string& file);
  static Keys load(const std::filesystem::path& file);  ///< at most 1 MiB

  /// Comparisons take the same time whatever is equal; an unknown name costs what a known one does.
  [[nodiscard]] std::variant<Grant, Denial> check(const Claim& claim) const;
  [[nodiscard]] std::size_t size() const { return lines_.size(); }

 private:
  std::vector<KeyLine> lines_;
};

/// The name and a line with a new random key (128 bits), for --new-key.
struct NewKey {
  std::string line, key;
};
NewKey new_key(const std::string& name);

}  // namespace live::ingest
