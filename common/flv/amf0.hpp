// AMF0 values (Adobe, "Action Message Format AMF 0", 2007): what RTMP commands and FLV script data are made of.
//
//   02 0003 "app"          a string         00 3ff0000000000000   a number
//   03 (name value)* 0000 09  an object     08 count (name value)* 0000 09   an ECMA array
//
// A marker 0x11 switches to AMF3 for one value (§3.1); scalars, strings, arrays and plain objects are read.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace live::flv::amf0 {

struct Property;
struct Value;
struct Null {
  bool operator==(const Null&) const = default;
};
struct Undefined {
  bool operator==(const Undefined&) const = default;
};
struct Object {
  std::vector<Property> properties;  ///< in order; a name may stand twice
  bool ecma_array = false;           ///< written with marker 8 and a count
  bool operator==(const Object&) const;
};
struct StrictArray {
  std::vector<Value> values;
  bool operator==(const StrictArray&) const;
};
struct Date {
  double ms = 0;  ///< since 1970
  bool operator==(const Date&) const = default;
};

struct Value {
  std::variant<Undefined, Null, bool, double, std::string, Object, StrictArray, Date> is;

  bool operator==(const Value&) const;
  /// The value's content if it is of that kind, else nothing (nullptr, empty).
  [[nodiscard]] const Object* object() const;
  [[nodiscard]] const StrictArray* array() const;
  [[nodiscard]] std::string_view text() const;  ///< "" when it is no string
  [[nodiscard]] double number(double otherwise) const;
  /// The first property `name` of an object; nullptr when there is none.
  [[nodiscard]] const Value* find(std::string_view name) const;
};

struct Property {
  Property(std::string_view its_name, Value its_value)
      : name(its_name), value(std::move(its_value)) {}
  bool operator==(const Property&) const = default;

  std::string name;
  Value value;
};

struct Limits {
  std::size_t depth = 16;         ///< of objects and arrays within each other
  std::size_t properties = 1000;  ///< and array elements, of the whole message together
};

/// All values of `in`.  Malformed::why names the limit or the marker.  An object that ends with the bytes (no
/// end marker, as some encoders send onMetaData) counts as ended.
Parsed<std::vector<Value>> read(Bytes in, const Limits& limits = {});

/// Appends one value.  Strings over 65535 bytes become long strings (marker 12).
void write(Buffer& out, const Value& value);
// The common ones, without making a Value.
void write_number(Buffer& out, double number);
void write_bool(Buffer& out, bool value);
void write_text(Buffer& out, std::string_view text);
void write_null(Buffer& out);

}  // namespace live::flv::amf0
