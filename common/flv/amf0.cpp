#include "common/flv/amf0.hpp"

#include "common/flv/amf0_reader.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace live::flv::amf0 {
namespace {

constexpr std::size_t max_short_text = 0xFFFF;

template <class T>
const T* content(const Value& value) {
  return std::get_if<T>(&value.is);
}

void write_name(Writer& out, std::string_view name) {
  name = name.substr(0, max_short_text);
  out.u16(name.size());
  out.text(name);
}

void write_marker(Writer& out, Marker marker) { out.u8(static_cast<std::uint8_t>(marker)); }

void write_double(Writer& out, double number) { out.u64(std::bit_cast<std::uint64_t>(number)); }

void write_object(Buffer& buffer, const Object& object) {
  Writer out{buffer};
  write_marker(out, object.ecma_array ? Marker::ecma_array : Marker::object);
  if (object.ecma_array) out.u32(object.properties.size());
  for (const auto& [name, value] : object.properties) {
    write_name(out, name);
    write(buffer, value);
  }
  write_name(out, "");
  write_marker(out, Marker::object_end);
}

void write_array(Buffer& buffer, const StrictArray& array) {
  Writer out{buffer};
  write_marker(out, Marker::strict_array);
  out.u32(array.values.size());
  for (const auto& value : array.values)
    write(buffer, value);
}

void write_date(Writer out, const Date& date) {
  write_marker(out, Marker::date);
  write_double(out, date.ms);
  out.u16(0);  // the time zone is reserved (§2.13)
}

}  // namespace

bool Object::operator==(const Object&) const = default;
bool StrictArray::operator==(const StrictArray&) const = default;
bool Value::operator==(const Value&) const = default;

const Object* Value::object() const { return content<Object>(*this); }
const StrictArray* Value::array() const { return content<StrictArray>(*this); }

std::string_view Value::text() const {
  const auto* text = content<std::string>(*this);
  return text == nullptr ? std::string_view{} : std::string_view{*text};
}

double Value::number(double otherwise) const {
  const auto* number = content<double>(*this);
  return number == nullptr ? otherwise : *number;
}

const Value* Value::find(std::string_view name) const {
  const auto* in = object();
  if (in == nullptr) return nullptr;
  const auto found = std::ranges::find(in->properties, name, &Property::name);
  return found == in->properties.end() ? nullptr : &found->value;
}

Parsed<std::vector<Value>> read(Bytes in, const Limits& limits) {
  return ValueReader{in, limits}.all();
}

void write(Buffer& out, const Value& value) {
  struct Kinds {
    Buffer& out;
    void operator()(const Undefined&) const { out.push_back(std::uint8_t(Marker::undefined)); }
    void operator()(const Null&) const { write_null(out); }
    void operator()(bool b) const { write_bool(out, b); }
    void operator()(double number) const { write_number(out, number); }
    void operator()(const std::string& text) const { write_text(out, text); }
    void operator()(const Object& object) const { write_object(out, object); }
    void operator()(const StrictArray& array) const { write_array(out, array); }
    void operator()(const Date& date) const { write_date(Writer{out}, date); }
  };
  std::visit(Kinds{out}, value.is);
}

void write_number(Buffer& out, double number) {
  Writer w{out};
  write_marker(w, Marker::number);
  write_double(w, number);
}

void write_bool(Buffer& out, bool value) {
  Writer w{out};
  write_marker(w, Marker::boolean);
  w.u8(value ? 1 : 0);
}

void write_text(Buffer& out, std::string_view text) {
  Writer w{out};
  if (text.size() <= max_short_text) {
    write_marker(w, Marker::string);
    w.u16(text.size());
  } else {
    write_marker(w, Marker::long_string);
    w.u32(text.size());
  }
  w.text(text);
}

void write_null(Buffer& out) { out.push_back(std::uint8_t(Marker::null)); }

}  // namespace live::flv::amf0
