#include "common/flv/amf0_reader.hpp"

#include <bit>

#include <fmt/format.h>

namespace live::flv::amf0 {

bool ValueReader::fail(std::string why) {
  if (!failure_) failure_ = Malformed{in_.at(), std::move(why)};
  return false;
}

bool ValueReader::whole(const char* what) {
  return in_.ok() || fail(fmt::format("{} is cut", what));
}

bool ValueReader::count() {
  return ++counted_ <= limits_.properties ||
         fail(fmt::format("more than {} properties", limits_.properties));
}

bool ValueReader::nest(std::size_t depth) {
  return depth <= limits_.depth || fail(fmt::format("nested deeper than {}", limits_.depth));
}

double ValueReader::number() { return std::bit_cast<double>(in_.u64()); }

/// REQUIRES: something is left.
bool ValueReader::at_object_end() const {
  return static_cast<Marker>(bytes_[in_.at()]) == Marker::object_end;
}

std::optional<std::string> ValueReader::text(std::size_t bytes) {
  const auto taken = in_.take(bytes);
  if (!whole("string")) return {};
  return std::string{as_text(taken)};
}

Parsed<std::vector<Value>> ValueReader::all() {
  std::vector<Value> values;
  while (in_.left() > 0) {
    if (!count()) break;
    auto next = value(0);
    if (!next) break;
    values.push_back(std::move(*next));
  }
  if (failure_) return *failure_;
  return values;
}

std::optional<Value> ValueReader::value(std::size_t depth) {
  const auto marker = static_cast<Marker>(in_.u8());
  if (!whole("value")) return {};
  std::optional<Value> read;
  switch (marker) {
    case Marker::number:
      read = Value{number()};
      break;
    case Marker::boolean:
      read = Value{in_.u8() != 0};
      break;
    case Marker::string:
      if (auto string = text(in_.u16())) read = Value{std::move(*string)};
      break;
    case Marker::long_string:
    case Marker::xml:
      if (auto string = text(in_.u32())) read = Value{std::move(*string)};
      break;
    case Marker::null:
      return Value{Null{}};
    case Marker::undefined:
    case Marker::unsupported:
      return Value{Undefined{}};
    case Marker::date:
      read = Value{Date{number()}};
      in_.skip(2);  // time zone, reserved
      break;
    case Marker::object:
      return object(depth + 1, false);
    case Marker::ecma_array:
      in_.skip(4);  // a count that is often wrong; the end marker rules
      if (!whole("array")) return {};
      return object(depth + 1, true);
    case Marker::typed_object:
      if (!text(in_.u16())) return {};  // the name of the class
      return object(depth + 1, false);
    case Marker::strict_array:
      return strict_array(depth + 1);
    case Marker::amf3:
      return amf3_value(depth);
    default:
      fail(fmt::format("AMF0 marker {}", static_cast<unsigned>(marker)));
      return {};
  }
  if (!whole("value")) return {};
  return read;
}

std::optional<Value> ValueReader::object(std::size_t depth, bool ecma_array) {
  if (!nest(depth)) return {};
  Object read;
  read.ecma_array = ecma_array;
  while (in_.left() > 0) {
    auto name = text(in_.u16());
    if (!name) return {};
    if (name->empty() && in_.left() == 0) break;
    if (name->empty() && at_object_end()) {
      in_.skip(1);
      break;
    }
    if (!count()) return {};
    auto property = value(depth);
    if (!property) return {};
    read.properties.emplace_back(*name, std::move(*property));
  }
  return Value{std::move(read)};
}

std::optional<Value> ValueReader::strict_array(std::size_t depth) {
  if (!nest(depth)) return {};
  StrictArray read;
  const auto size = in_.u32();
  if (!whole("array")) return {};
  for (std::uint32_t i = 0; i < size; ++i) {
    if (!count()) return {};
    auto element = value(depth);
    if (!element) return {};
    read.values.push_back(std::move(*element));
  }
  return Value{std::move(read)};
}

}  // namespace live::flv::amf0
