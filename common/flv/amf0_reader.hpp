// The reader behind amf0::read(): AMF0, and AMF3 ("Action Message Format AMF 3", 2013) where a marker switches to it.
//
// What is refused: movie clips, references to values that were sent before (each could be repeated without end),
// record sets; of AMF3 also externalizable classes, XML, byte arrays, vectors and dictionaries.
#pragma once

#include "common/flv/amf0.hpp"

#include <cstdint>
#include <optional>

namespace live::flv::amf0 {

/// §2.1.
enum class Marker : std::uint8_t {
  number = 0,
  boolean = 1,
  string = 2,
  object = 3,
  movie_clip = 4,
  null = 5,
  undefined = 6,
  reference = 7,
  ecma_array = 8,
  object_end = 9,
  strict_array = 10,
  date = 11,
  long_string = 12,
  unsupported = 13,
  record_set = 14,
  xml = 15,
  typed_object = 16,
  amf3 = 17,
};

/// Reads one message.  A reading function gives nothing once something is wrong; what it is stands in failure_.
class ValueReader {
 public:
  ValueReader(Bytes in, const Limits& limits) : bytes_(in), in_(in), limits_(limits) {}
  Parsed<std::vector<Value>> all();

 private:
  /// The shape of an AMF3 object (AMF3 §3.12).
  struct Traits {
    std::vector<std::string> names;
    bool dynamic = false;
  };

  std::optional<Value> value(std::size_t depth);
  std::optional<Value> object(std::size_t depth, bool ecma_array);
  std::optional<Value> strict_array(std::size_t depth);

  std::optional<Value> amf3_value(std::size_t depth);
  std::optional<Value> amf3_object(std::size_t depth);
  std::optional<Value> amf3_array(std::size_t depth);
  std::optional<Value> amf3_date();
  std::optional<std::string> amf3_text();
  std::optional<Traits> amf3_traits(std::uint32_t head);
  bool amf3_properties(std::size_t depth, Object& into);  ///< up to the empty name
  std::optional<std::uint32_t> inline_head();
  std::uint32_t u29();
  /// Repeats `bytes` of text; false past max_copied_bytes.
  bool copy(std::size_t bytes);

  std::optional<std::string> text(std::size_t bytes);
  double number();
  [[nodiscard]] bool at_object_end() const;
  /// One more property or element; false past the limit.
  bool count();
  bool nest(std::size_t depth);
  /// Keeps the first reason; false.
  bool fail(std::string why);
  /// False, with a reason, when a read went beyond the end.
  bool whole(const char* what);

  Bytes bytes_;
  Reader in_;
  Limits limits_;
  std::size_t counted_ = 0;
  std::optional<Malformed> failure_;

  // AMF3's tables (AMF3 §2.2) last for the message.  What is repeated through them is bounded by copied_.
  std::vector<std::string> texts_;
  std::vector<Traits> traits_;
  std::size_t copied_ = 0;
};

/// Bytes of strings and names that AMF3 references may repeat in one message.
constexpr std::size_t max_copied_bytes = std::size_t{64} * 1024;

}  // namespace live::flv::amf0
