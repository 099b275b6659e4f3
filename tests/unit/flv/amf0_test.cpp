#include "common/flv/amf0.hpp"

#include "tests/support/bytes.hpp"
#include "tests/support/parsed.hpp"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

namespace live::flv::amf0 {
namespace {

using test::bytes;

std::vector<Value> values(Bytes in, const Limits& limits = {}) {
  return test::good<std::vector<Value>>(read(in, limits));
}
std::vector<Value> values(std::string_view hex) { return values(bytes(hex)); }

std::string why(Bytes in, const Limits& limits = {}) { return test::why(read(in, limits)); }
std::string why(std::string_view hex) { return why(bytes(hex)); }

Value text(const char* string) { return {std::string{string}}; }
Value object(std::vector<Property> properties, bool ecma_array = false) {
  return {Object{std::move(properties), ecma_array}};
}

/// connect, as librtmp sends it.
constexpr auto connect =
    "02 0007 636f6e6e656374  00 3ff0000000000000"
    "03 0003 617070 02 0004 6c697665  0005 666c617368 01 01  000009";
/// onMetaData of FFmpeg 5.1.
constexpr auto on_metadata =
    "02 000a 6f6e4d65746144617461  08 00000003"
    "0005 7769647468 00 4074000000000000  0006 73746572656f 01 00"
    "0007 656e636f646572 02 000d 4c61766635392e32372e313030  000009";

TEST(Amf0, ReadsACommand) {
  const auto read = values(connect);
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0].text(), "connect");
  EXPECT_EQ(read[1].number(0), 1.0);
  EXPECT_EQ(read[2].find("app")->text(), "live");
  EXPECT_EQ(*read[2].find("flash"), Value{true});
  EXPECT_EQ(read[2].find("tcUrl"), nullptr);
  EXPECT_FALSE(read[2].object()->ecma_array);
}

TEST(Amf0, ReadsMetadata) {
  const auto read = values(on_metadata);
  ASSERT_EQ(read.size(), 2u);
  ASSERT_NE(read[1].object(), nullptr);
  EXPECT_TRUE(read[1].object()->ecma_array);
  EXPECT_EQ(read[1].find("width")->number(0), 320.0);
  EXPECT_EQ(*read[1].find("stereo"), Value{false});
  EXPECT_EQ(read[1].find("encoder")->text(), "Lavf59.27.100");
}

TEST(Amf0, ReadsEveryKind) {
  EXPECT_EQ(values("05"), std::vector{Value{Null{}}});
  EXPECT_EQ(values("06"), std::vector{Value{Undefined{}}});
  EXPECT_EQ(values("0d"), std::vector{Value{Undefined{}}}) << "unsupported";
  EXPECT_EQ(values("01 00"), std::vector{Value{false}});
  EXPECT_EQ(values("01 07"), std::vector{Value{true}});
  EXPECT_EQ(values("00 c000000000000000"), std::vector{Value{-2.0}});
  EXPECT_EQ(values("02 0000"), std::vector{text("")});
  EXPECT_EQ(values("0c 00000002 6869"), std::vector{text("hi")});
  EXPECT_EQ(values("0f 00000004 3c612f3e"), std::vector{text("<a/>")});
  EXPECT_EQ(values("0b 408f400000000000 0000"), std::vector{Value{Date{1000}}});
  const Value null_and_true{StrictArray{{Value{Null{}}, Value{true}}}};
  EXPECT_EQ(values("0a 00000002 05 0101"), std::vector{null_and_true});
  const auto with_class = values("10 0001 43 0001 61 05 000009");
  EXPECT_EQ(with_class, std::vector{object({{"a", {Null{}}}})});
  EXPECT_TRUE(values("").empty());
}

TEST(Amf0, ValuesOfAnotherKindAreToldAsNothing) {
  const Value number{1.0};
  EXPECT_EQ(number.text(), "");
  EXPECT_EQ(number.object(), nullptr);
  EXPECT_EQ(number.array(), nullptr);
  EXPECT_EQ(number.find("a"), nullptr);
  EXPECT_EQ(text("1").number(7), 7);
  EXPECT_EQ(object({{"a", {1.0}}, {"a", {2.0}}}).find("a")->number(0), 1);
}

TEST(Amf0, AnObjectMayEndWithTheBytes) {
  EXPECT_EQ(values("03 0001 61 05"), std::vector{object({{"a", {Null{}}}})});
  EXPECT_EQ(values("08 00000001 0001 61 05"), std::vector{object({{"a", {Null{}}}}, true)});
  EXPECT_EQ(values("03 0001 61 05 0000"), std::vector{object({{"a", {Null{}}}})});
  EXPECT_EQ(values("03 0001 61 03"), std::vector{object({{"a", object({})}})});
  EXPECT_EQ(values("03"), std::vector{object({})});
}

TEST(Amf0, AnEmptyNameIsAName) {
  EXPECT_EQ(values("03 0000 05 000009"), std::vector{object({{"", {Null{}}}})});
}

TEST(Amf0, TheCountOfAnEcmaArrayIsNotBelieved) {
  const auto one = std::vector{object({{"a", {Null{}}}}, true)};
  EXPECT_EQ(values("08 00000000 0001 61 05 000009"), one);
  EXPECT_EQ(values("08 ffffffff 0001 61 05 000009"), one);
}

TEST(Amf0, EveryPrefixOfACommandIsWholeValuesOrMalformed) {
  const auto whole = bytes(connect);
  // After each value; after a property of the object, or its end marker's name.
  const std::vector<std::size_t> good{0, 10, 19, 20, 32, 41, 43};
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const bool is_good = std::ranges::find(good, n) != good.end();
    EXPECT_EQ(why(Bytes{whole}.first(n)).empty(), is_good) << n;
  }
}

TEST(Amf0, RefusesWhatItCannotRead) {
  EXPECT_EQ(why("04"), "AMF0 marker 4");
  EXPECT_EQ(why("07 0000"), "AMF0 marker 7");
  EXPECT_EQ(why("09"), "AMF0 marker 9");
  EXPECT_EQ(why("0e"), "AMF0 marker 14");
  EXPECT_EQ(why("12"), "AMF0 marker 18");
  EXPECT_EQ(why("02 0003 6162"), "string is cut");
  EXPECT_EQ(why("0c ffffffff 6162"), "string is cut");
  EXPECT_EQ(why("00 3ff00000"), "value is cut");
  EXPECT_EQ(why("0b 3ff0000000000000 00"), "value is cut");
  EXPECT_EQ(why("08 0000"), "array is cut");
  EXPECT_EQ(why("0a 0000"), "array is cut");
  EXPECT_EQ(why("0a 00000002 05"), "value is cut");
}

TEST(Amf0, NestsSixteenDeep) {
  const auto nest = [](std::string_view one, std::size_t depth) {
    Buffer in;
    for (std::size_t i = 0; i < depth; ++i)
      Writer{in}.bytes(bytes(one));
    return in;
  };
  for (const auto* one : {"03 0001 61", "08 00000001 0001 61", "0a 00000001", "10 0000 0001 61"}) {
    auto in = nest(one, 16);
    in.push_back(5);
    EXPECT_EQ(why(in), "") << one;
    in = nest(one, 17);
    in.push_back(5);
    EXPECT_EQ(why(in), "nested deeper than 16") << one;
    EXPECT_EQ(why(nest(one, 100'000)), "nested deeper than 16") << one;
  }
  // AMF3 goes on counting.
  auto in = nest("03 0001 61", 10);
  Writer{in}.bytes(bytes("11"));
  for (int i = 0; i < 6; ++i)
    Writer{in}.bytes(bytes("09 03 01"));
  in.push_back(1);
  EXPECT_EQ(why(in), "");
  in.pop_back();
  Writer{in}.bytes(bytes("09 03 01 01"));
  EXPECT_EQ(why(in), "nested deeper than 16");
}

TEST(Amf0, HasAThousandPropertiesAtMost) {
  Buffer object{3}, array, many;
  for (int i = 0; i < 999; ++i)
    Writer{object}.bytes(bytes("0001 61 05"));
  EXPECT_EQ(why(object), "");
  Writer{object}.bytes(bytes("0001 61 05"));
  EXPECT_EQ(why(object), "more than 1000 properties");

  Writer{array}.bytes(bytes("0a 000003e8"));
  array.insert(array.end(), 1000, 5);
  EXPECT_EQ(why(array), "more than 1000 properties");
  many.assign(1000, 5);
  EXPECT_EQ(values(many).size(), 1000u);
  many.push_back(5);
  EXPECT_EQ(why(many), "more than 1000 properties") << "values count, too";
  const auto two = bytes("03 0001 61 05 0001 62 05");
  const Limits three{.depth = 1, .properties = 3}, too_few{.depth = 1, .properties = 2};
  EXPECT_EQ(why(two, three), "");
  EXPECT_EQ(why(two, too_few), "more than 2 properties");
}

TEST(Amf0, ReadsBackWhatItWrites) {
  const std::vector<Value> written{
      text("onStatus"),
      {0.0},
      {Null{}},
      {Undefined{}},
      object({{"level", text("status")}, {"", {true}}, {"deep", object({{"x", {-1.5}}}, true)}}),
      {StrictArray{{text("a"), {false}, object({})}}},
      {Date{1e12}},
      {std::string(65535, 's')},
      {std::string(65536, 'l')},
      {std::numeric_limits<double>::infinity()}};
  Buffer out;
  for (const auto& value : written)
    write(out, value);
  EXPECT_EQ(values(out), written);
}

TEST(Amf0, WritesTheBytesOfTheSpecification) {
  Buffer out;
  write_text(out, "connect");
  write_number(out, 1);
  write(out, object({{"app", text("live")}, {"flash", {true}}}));
  EXPECT_EQ(out, bytes(connect));
  out.clear();
  write_null(out);
  write_bool(out, false);
  write(out, {Undefined{}});
  write(out, object({{"a", {Null{}}}}, true));
  write(out, {StrictArray{{{Null{}}}}});
  write(out, {Date{0}});
  EXPECT_EQ(out, bytes("05 0100 06 08 00000001 0001 61 05 000009 0a 00000001 05"
                       "0b 0000000000000000 0000"));
  out.clear();
  write_text(out, std::string(65536, 'x'));
  EXPECT_EQ(Buffer(out.begin(), out.begin() + 6), bytes("0c 00010000 78"));
}

// ---- AMF3

TEST(Amf3, ReadsEveryKind) {
  EXPECT_EQ(values("11 00"), std::vector{Value{Undefined{}}});
  EXPECT_EQ(values("11 01 11 02 11 03"), (std::vector<Value>{{Null{}}, {false}, {true}}));
  EXPECT_EQ(values("11 05 3ff8000000000000"), std::vector{Value{1.5}});
  EXPECT_EQ(values("11 06 05 6869"), std::vector{text("hi")});
  EXPECT_EQ(values("11 08 01 408f400000000000"), std::vector{Value{Date{1000}}});
  const Value null_and_true{StrictArray{{Value{Null{}}, Value{true}}}};
  EXPECT_EQ(values("11 09 05 01 01 03"), std::vector{null_and_true});
  EXPECT_EQ(values("11 09 03 03 61 02 01 03"),
            std::vector{object({{"a", {false}}, {"0", {true}}}, true)});
}

TEST(Amf3, IntegersHave29Bits) {
  const auto number = [](const char* hex) { return values(hex).at(0).number(-1); };
  EXPECT_EQ(number("11 04 00"), 0);
  EXPECT_EQ(number("11 04 7f"), 127);
  EXPECT_EQ(number("11 04 8100"), 128);
  EXPECT_EQ(number("11 04 ff7f"), 16383);
  EXPECT_EQ(number("11 04 818000"), 16384);
  EXPECT_EQ(number("11 04 bfffffff"), 268'435'455);
  EXPECT_EQ(number("11 04 c0808000"), -268'435'456);
  EXPECT_EQ(number("11 04 ffffffff"), -1);
}

TEST(Amf3, ReadsObjects) {
  // Sealed: a class "C" with members a and b.  Dynamic: no class, members until the empty name.
  EXPECT_EQ(values("11 0a 23 03 43 03 61 03 62 01 03"),
            std::vector{object({{"a", {Null{}}}, {"b", {true}}})});
  EXPECT_EQ(values("11 0a 0b 01 07 617070 06 09 6c697665 01"),
            std::vector{object({{"app", text("live")}})});
}

TEST(Amf3, ResolvesStringsAndTraits) {
  // Two objects of a class with a member "name", the value of the second a reference, too.
  EXPECT_EQ(values("11 0a 13 03 43 09 6e616d65 06 03 76  11 0a 01 06 04"),
            (std::vector{object({{"name", text("v")}}), object({{"name", text("v")}})}));
  EXPECT_EQ(values("11 06 01 11 06 03 61 11 06 00"), (std::vector{text(""), text("a"), text("a")}))
      << "the empty string has no index";
}

TEST(Amf3, RefusesWhatItCannotRead) {
  EXPECT_EQ(why("11"), "AMF3 value is cut");
  EXPECT_EQ(why("11 07 01"), "AMF3 marker 7");
  EXPECT_EQ(why("11 0b 01"), "AMF3 marker 11");
  EXPECT_EQ(why("11 0c 01"), "AMF3 marker 12");
  EXPECT_EQ(why("11 11"), "AMF3 marker 17");
  EXPECT_EQ(why("11 06 00"), "AMF3 reference to no string");
  EXPECT_EQ(why("11 09 00"), "AMF3 reference to an object");
  EXPECT_EQ(why("11 0a 01"), "AMF3 reference to no traits");
  EXPECT_EQ(why("11 0a 07 03 43"), "AMF3 externalizable object");
  EXPECT_EQ(why("11 06 05 68"), "string is cut");
  EXPECT_EQ(why("11 06"), "AMF3 string is cut");
  EXPECT_EQ(why("11 04 80"), "AMF3 value is cut");
  EXPECT_EQ(why("11 08 01 00"), "AMF3 date is cut");
}

TEST(Amf3, RepeatsALimitedNumberOfBytes) {
  Buffer in = bytes("11 06");
  Writer out{in};
  out.be(3, 0x8180'01);  // a string of 8192 bytes
  in.insert(in.end(), 8192, 'x');
  for (int i = 0; i < 8; ++i)
    Writer{in}.bytes(bytes("11 06 00"));
  EXPECT_EQ(values(in).size(), 9u);
  Writer{in}.bytes(bytes("11 06 00"));
  EXPECT_EQ(why(in), "AMF3 references repeat too much");
}

TEST(Amf3, CountsTraits) {
  EXPECT_EQ(why("11 0a ffffffffff"), "AMF3 externalizable object");
  Buffer in = bytes("11 0a fffffff3 01");  // a great many members, not externalizable
  for (int i = 0; i < 1001; ++i)
    Writer{in}.bytes(bytes("03 61"));
  EXPECT_EQ(why(in), "too many AMF3 traits");
}

}  // namespace
}  // namespace live::flv::amf0
