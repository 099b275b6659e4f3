// The AMF3 half of ValueReader.  AMF3 §3.1 numbers the markers.
#include "common/flv/amf0_reader.hpp"

#include <fmt/format.h>

namespace live::flv::amf0 {
namespace {

enum class Marker3 : std::uint8_t {
  undefined = 0,
  null = 1,
  no = 2,
  yes = 3,
  integer = 4,
  number = 5,
  string = 6,
  date = 8,
  array = 9,
  object = 10,
};

constexpr std::uint32_t inlined = 1;  ///< the low bit of a head: no reference

/// 29 bits in two's complement.
double signed_29(std::uint32_t bits) {
  constexpr std::int32_t sign = 1 << 28;
  const auto value = static_cast<std::int32_t>(bits);
  return value >= sign ? value - 2 * sign : value;
}

}  // namespace

/// AMF3 §1.3.1: seven bits a byte, eight of the fourth.
std::uint32_t ValueReader::u29() {
  std::uint32_t value = 0;
  for (int i = 0; i < 3; ++i) {
    const std::uint32_t byte = in_.u8();
    value = value << 7U | (byte & 0x7FU);
    if ((byte & 0x80U) == 0) return value;
  }
  return value << 8U | in_.u8();
}

bool ValueReader::copy(std::size_t bytes) {
  copied_ += bytes;
  return copied_ <= max_copied_bytes || fail("AMF3 references repeat too much");
}

std::optional<std::string> ValueReader::amf3_text() {
  const auto head = u29();
  if (!whole("AMF3 string")) return {};
  if ((head & inlined) == 0) {
    const auto index = head >> 1U;
    if (index >= texts_.size()) {
      fail("AMF3 reference to no string");
      return {};
    }
    if (!copy(texts_[index].size())) return {};
    return texts_[index];
  }
  auto read = text(head >> 1U);
  if (read && !read->empty()) texts_.push_back(*read);  // the empty one is not kept (§1.3.2)
  return read;
}

std::optional<Value> ValueReader::amf3_value(std::size_t depth) {
  const auto marker = static_cast<Marker3>(in_.u8());
  if (!whole("AMF3 value")) return {};
  std::optional<Value> read;
  switch (marker) {
    case Marker3::undefined:
      return Value{Undefined{}};
    case Marker3::null:
      return Value{Null{}};
    case Marker3::no:
      return Value{false};
    case Marker3::yes:
      return Value{true};
    case Marker3::integer:
      read = Value{signed_29(u29())};
      break;
    case Marker3::number:
      read = Value{number()};
      break;
    case Marker3::string:
      if (auto string = amf3_text()) read = Value{std::move(*string)};
      break;
    case Marker3::date:
      return amf3_date();
    case Marker3::array:
      return amf3_array(depth + 1);
    case Marker3::object:
      return amf3_object(depth + 1);
    default:
      fail(fmt::format("AMF3 marker {}", static_cast<unsigned>(marker)));
      return {};
  }
  if (!whole("AMF3 value")) return {};
  return read;
}

/// A head that must not be a reference to an earlier object.
std::optional<std::uint32_t> ValueReader::inline_head() {
  const auto head = u29();
  if (!whole("AMF3 value")) return {};
  if ((head & inlined) == 0) {
    fail("AMF3 reference to an object");
    return {};
  }
  return head;
}

std::optional<Value> ValueReader::amf3_date() {
  if (!inline_head()) return {};
  const Date date{number()};
  if (!whole("AMF3 date")) return {};
  return Value{date};
}

bool ValueReader::amf3_properties(std::size_t depth, Object& into) {
  for (;;) {
    auto name = amf3_text();
    if (!name) return false;
    if (name->empty()) return true;
    if (!count()) return false;
    auto property = amf3_value(depth);
    if (!property) return false;
    into.properties.emplace_back(*name, std::move(*property));
  }
}

/// AMF3 §3.11: named elements, then a dense part.  Names make an ECMA array of it, as in AMF0.
std::optional<Value> ValueReader::amf3_array(std::size_t depth) {
  if (!nest(depth)) return {};
  const auto head = inline_head();
  if (!head) return {};
  Object named;
  named.ecma_array = true;
  if (!amf3_properties(depth, named)) return {};
  StrictArray dense;
  for (std::uint32_t i = 0; i < *head >> 1U; ++i) {
    if (!count()) return {};
    auto element = amf3_value(depth);
    if (!element) return {};
    if (named.properties.empty()) {
      dense.values.push_back(std::move(*element));
    } else {
      named.properties.emplace_back(fmt::to_string(i), std::move(*element));
    }
  }
  if (named.properties.empty()) return Value{std::move(dense)};
  return Value{std::move(named)};
}

/// AMF3 §3.12.
std::optional<ValueReader::Traits> ValueReader::amf3_traits(std::uint32_t head) {
  constexpr std::uint32_t traits_inlined = 2, externalizable = 4, dynamic = 8;
  if ((head & traits_inlined) == 0) {
    const auto index = head >> 2U;
    if (index >= traits_.size()) {
      fail("AMF3 reference to no traits");
      return {};
    }
    for (const auto& name : traits_[index].names)
      if (!copy(name.size())) return {};
    return traits_[index];
  }
  if ((head & externalizable) != 0) {
    fail("AMF3 externalizable object");
    return {};
  }
  if (!amf3_text()) return {};  // the name of the class
  Traits traits;
  traits.dynamic = (head & dynamic) != 0;
  for (std::uint32_t i = 0; i < head >> 4U; ++i) {
    if (traits.names.size() == limits_.properties) {
      fail("too many AMF3 traits");
      return {};
    }
    auto name = amf3_text();
    if (!name) return {};
    traits.names.push_back(std::move(*name));
  }
  traits_.push_back(traits);
  return traits;
}

std::optional<Value> ValueReader::amf3_object(std::size_t depth) {
  if (!nest(depth)) return {};
  const auto head = inline_head();
  if (!head) return {};
  auto traits = amf3_traits(*head);
  if (!traits) return {};
  Object read;
  for (const auto& name : traits->names) {
    if (!count()) return {};
    auto property = amf3_value(depth);
    if (!property) return {};
    read.properties.emplace_back(name, std::move(*property));
  }
  if (traits->dynamic && !amf3_properties(depth, read)) return {};
  return Value{std::move(read)};
}

}  // namespace live::flv::amf0
