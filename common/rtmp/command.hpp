// Commands (RTMP 1.0 §7.1.1, §7.2): a name, a transaction, an object or null, arguments.
//
//   "createStream" 4.0 null                  transaction 0: no answer is wanted
//   "publish" 5.0 null "name" "live"
//
// In a message of type 17 a byte 0 stands before them, and single values may be AMF3 (marker 0x11); what we send is AMF0.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/flv/amf0.hpp"
#include "common/rtmp/message.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace live::rtmp {

constexpr std::size_t max_command_bytes = 64U << 10U;
/// Data messages (metadata, cue points, captions) above it are dropped.
constexpr std::size_t max_data_bytes = 1U << 20U;

struct Command {
  std::string name;
  double transaction = 0;
  std::vector<flv::amf0::Value> values;  ///< behind the transaction: the object first

  /// What `index` holds; undefined when there are fewer.  0 is the command object, 1 the first argument.
  [[nodiscard]] const flv::amf0::Value& value(std::size_t index) const;
  [[nodiscard]] bool wants_answer() const { return transaction != 0; }
};

/// The command of a message of type 20 or 17.  Malformed when it is too large or no command.
Parsed<Command> read_command(const Message& message);

/// A data message of type 15 as one of type 18; false when it cannot be read.  Others stay as they are.
bool make_amf0(Message& data);

/// "name" transaction null, and what is appended behind.
Buffer begin_command(std::string_view name, double transaction);

/// What an information object tells (§7.2.2).
struct Status {
  std::string_view level, code, description;
};
/// onStatus 0 null {level, code, description}
Buffer on_status(const Status& status);
/// _error transaction null {level, code, description}.  The first object is the one that ffmpeg reads.
Buffer error(double transaction, std::string_view code, std::string_view description);

/// Properties in the order given, for an information object.
using Texts = std::vector<std::pair<std::string_view, std::string_view>>;
void write_texts(Buffer& out, const Texts& texts);

/// "name?query" at its first '?'.
struct NameAndQuery {
  std::string name, query;
  bool operator==(const NameAndQuery&) const = default;
};
NameAndQuery split_query(std::string_view text);

}  // namespace live::rtmp
