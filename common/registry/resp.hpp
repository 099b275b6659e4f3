// Redis' protocol (RESP 2) as hiredis writes and reads it: values and bytes, no socket.
#pragma once

#include "common/base/bytes.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace live::registry::resp {

struct Reply {
  enum class Kind { text, number, nothing, list, error };
  Kind kind = Kind::nothing;
  std::string text;  ///< of text and error
  long long number = 0;
  std::vector<Reply> list;
};

/// A command with its arguments, ready to be sent.
std::string command(const std::vector<std::string>& words);

/// Cuts what comes from the server into replies.
class ReplyReader {
 public:
  static constexpr std::size_t most_pending = 4U
                                              << 20U;  ///< 4 MiB of a reply that is not whole yet

  ReplyReader();
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  /// False when this is not Redis' protocol, or one reply is too large.  Stays so.
  [[nodiscard]] bool feed(Bytes bytes);
  /// The next whole reply; nothing when there is none (yet).
  std::optional<Reply> next();
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  redisReader* reader_;
  std::size_t pending_ = 0;
  bool broken_ = false;
};

}  // namespace live::registry::resp
