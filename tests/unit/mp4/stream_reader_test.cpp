#include "common/mp4/stream_reader.hpp"

#include "common/mp4/box.hpp"
#include "tests/unit/mp4/streams.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::mp4 {
namespace {

using test::append;
using test::box;
using test::bytes;
using test::find_box;
using test::join;
using testing::HasSubstr;
using testing::StartsWith;

/// Everything that comes out of a stream, joined, and why it ended.
struct Read {
  Buffer bytes;
  std::size_t inits = 0, fragments = 0;
  std::optional<Malformed> why;
  bool at_boundary = false;
};

Read read(Bytes stream, std::size_t piece = std::numeric_limits<std::size_t>::max(),
          StreamLimits limits = {}) {
  Read result;
  StreamReader reader{limits};
  std::vector<Item> items;
  while (!stream.empty() && !result.why) {
    const auto n = std::min(piece, stream.size());
    result.why = reader.feed(stream.first(n), items);
    stream = stream.subspan(n);
  }
  result.at_boundary = reader.at_boundary();
  for (const auto& item : items) {
    const auto* init = std::get_if<InitItem>(&item);
    init != nullptr ? ++result.inits : ++result.fragments;
    append(result.bytes, init != nullptr ? init->bytes : std::get<FragmentItem>(item).bytes);
  }
  return result;
}
std::string why(Bytes stream, StreamLimits limits = {}) {
  const auto result = read(stream, std::numeric_limits<std::size_t>::max(), limits);
  return result.why ? result.why->why : "";
}

/// The data of every trun lies `by` bytes further on.
void move_data(Buffer& fragment, std::uint64_t by) {
  for (auto at = as_text(fragment).find("trun"); at != std::string_view::npos;
       at = as_text(fragment).find("trun", at + 4)) {
    const auto offset = std::span{fragment}.subspan(at + 12, 4);
    store_be(offset, 4, load_be(offset, 4) + by);
  }
}

TEST(StreamReader, CutsAStreamIntoItsItems) {
  const auto whole = test::stream(5);
  const auto result = read(whole);
  EXPECT_EQ(result.inits, 1U);
  EXPECT_EQ(result.fragments, 5U);
  EXPECT_EQ(result.bytes, whole);
  EXPECT_TRUE(result.at_boundary);
}

TEST(StreamReader, EveryPrefixGivesWhatIsWhole) {
  const auto whole = test::stream(3);
  const auto init = write_init(test::tracks()).size();
  const auto fragment = test::fragment(0).size();
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    const auto result = read(Bytes{whole}.first(n));
    ASSERT_FALSE(result.why) << n;
    ASSERT_EQ(result.inits, n >= init ? 1U : 0U);
    ASSERT_EQ(result.fragments, n >= init ? (n - init) / fragment : 0U);
    const bool between = n == 0 || (n >= init && (n - init) % fragment == 0);
    ASSERT_EQ(result.at_boundary, between) << n;
  }
}

TEST(StreamReader, EverySplitInTwoGivesTheSame) {
  const auto whole = test::stream(2);
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    StreamReader reader;
    std::vector<Item> items;
    ASSERT_FALSE(reader.feed(Bytes{whole}.first(n), items));
    ASSERT_FALSE(reader.feed(Bytes{whole}.subspan(n), items));
    ASSERT_EQ(items.size(), 3U) << n;
    ASSERT_EQ(std::get<FragmentItem>(items[2]).bytes, test::fragment(1));
  }
}

TEST(StreamReader, PiecesOfAnySizeGiveTheSame) {
  const auto whole = test::stream(4);
  for (std::size_t piece = 1; piece < 40; ++piece) {
    const auto result = read(whole, piece);
    EXPECT_FALSE(result.why);
    EXPECT_EQ(result.bytes, whole);
  }
}

TEST(StreamReader, ItemsAreSizedExactly) {
  for (const std::size_t piece : {7U, 100U, 100'000U}) {
    StreamReader reader;
    std::vector<Item> items;
    auto whole = write_init(test::tracks());
    const SampleEntry sample[] = {{3'600, 3'000'000, 0, true}};
    const mp4::Run run{1, 900'000, true, sample};
    write_fragment_head(whole, 1, std::nullopt, {&run, 1});
    whole.resize(whole.size() + 3'000'000);
    for (Bytes in = whole; !in.empty(); in = in.subspan(std::min(piece, in.size())))
      ASSERT_FALSE(reader.feed(in.first(std::min(piece, in.size())), items));
    ASSERT_EQ(items.size(), 2U);
    const auto& fragment = std::get<FragmentItem>(items[1]).bytes;
    EXPECT_EQ(fragment.capacity(), fragment.size());
    const auto& init = std::get<InitItem>(items[0]).bytes;
    EXPECT_EQ(init.capacity(), init.size());
  }
}

TEST(StreamReader, WhatIsNoPartOfAFragmentIsDropped) {
  const auto free = box("free", Buffer(50));
  const auto styp = box("styp", Buffer(8));
  const auto init = write_init(test::tracks());
  const auto whole = join({free, styp, init, free, styp, free, test::fragment(0), free,
                           test::fragment(1), box("mfra", Buffer(30)), free});
  const auto result = read(whole, 3);
  EXPECT_EQ(result.bytes, join({init, styp, test::fragment(0), test::fragment(1)}));
  EXPECT_TRUE(result.at_boundary);
}

TEST(StreamReader, WhatStandsBetweenMoofAndMdatStays) {
  // Data offsets lead across it.
  const auto init = test::init();
  auto fragment = test::fragment(0, false);
  const auto moof = std::get<Fragment>(read_fragment(fragment, init)).mdat_at;
  const auto free = box("free", Buffer(2));
  fragment.insert(fragment.begin() + static_cast<std::ptrdiff_t>(moof), free.begin(), free.end());
  move_data(fragment, free.size());
  const auto result = read(join({write_init(test::tracks()), fragment}));
  EXPECT_FALSE(result.why);
  EXPECT_EQ(result.fragments, 1U);
}

TEST(StreamReader, ANewMoovIsANewEpoch) {
  const auto both = test::tracks();
  const auto picture = write_init(std::span{both}.first(1));
  const auto whole = join({test::stream(1), picture, test::stream(1)});
  const auto result = read(whole, 11);
  EXPECT_EQ(result.inits, 3U);
  EXPECT_EQ(result.bytes, whole);
}

TEST(StreamReader, AMoovNeedsNoFtyp) {
  auto init = write_init(test::tracks());
  init.erase(init.begin(), init.begin() + static_cast<std::ptrdiff_t>(find_box(init, "moov")));
  const auto whole = join({init, test::fragment(0), init, test::fragment(1)});
  const auto result = read(whole);
  EXPECT_EQ(result.inits, 2U);
  EXPECT_EQ(result.fragments, 2U);
}

TEST(StreamReader, SizesOf64BitsAreRead) {
  auto fragment = test::fragment(0, false);
  const auto mdat = find_box(fragment, "mdat");
  const Buffer payload(fragment.begin() + static_cast<std::ptrdiff_t>(mdat + 8), fragment.end());
  fragment.resize(mdat);
  Writer w{fragment};
  w.u32(1);
  w.text("mdat");
  w.u64(16 + payload.size());
  w.bytes(payload);
  move_data(fragment, 8);
  for (std::size_t piece = 1; piece < 20; ++piece) {
    const auto result = read(join({write_init(test::tracks()), fragment}), piece);
    EXPECT_FALSE(result.why);
    EXPECT_EQ(result.fragments, 1U);
  }
}

TEST(StreamReader, ForeignDataIsCalledByItsName) {
  EXPECT_EQ(why(bytes("464c56 01 05 00000009 00000000")), "this is FLV, not live fMP4");
  EXPECT_EQ(why(as_bytes("HTTP/1.1 404 Not Found")), "this is HTTP response, not live fMP4");
  EXPECT_EQ(why(bytes("00000001 6764001f aabb")), "this is raw H.264 (Annex B), not live fMP4");
  EXPECT_EQ(why(bytes("8182838485868788")), "this is unknown data, not live fMP4");
  Buffer packets(600, 0xFF);
  packets[0] = packets[188] = packets[376] = 0x47;
  EXPECT_EQ(why(packets), "this is MPEG-TS, not live fMP4");
}

TEST(StreamReader, PlainMp4IsToldWhatMakesItLive) {
  const auto ftyp = box("ftyp", Buffer(12));
  EXPECT_THAT(why(join({ftyp, box("free", {}), box("mdat", Buffer(100))})),
              StartsWith("mdat before moov: this is plain MP4 (not fragmented)"));
  auto moov = write_init(test::tracks());
  moov[find_box(moov, "mvex") + 4] = 'x';
  EXPECT_THAT(why(moov), HasSubstr("`rtsp2fmp4 FILE` makes it live fMP4"));
}

TEST(StreamReader, BoxesOutOfOrderAreNamed) {
  const auto init = write_init(test::tracks());
  const auto fragment = test::fragment(0, false);
  const auto moof = Buffer(
      fragment.begin(), fragment.begin() + static_cast<std::ptrdiff_t>(find_box(fragment, "mdat")));
  const auto ftyp = box("ftyp", Buffer(8));
  EXPECT_EQ(why(fragment), "moof before moov");
  EXPECT_EQ(why(join({init, ftyp, fragment})), "moof before moov");
  EXPECT_EQ(why(join({init, moof, moof})), "moof without mdat before the next moof");
  EXPECT_EQ(why(join({init, moof, init})), "ftyp between moof and mdat");
  EXPECT_EQ(why(join({init, moof, box("moov", {})})), "moov between moof and mdat");
  EXPECT_EQ(why(join({init, box("mdat", Buffer(4))})), "mdat without moof");
}

TEST(StreamReader, DamageIsToldWithItsPlaceInTheStream) {
  const auto init = write_init(test::tracks());
  const auto free = box("free", Buffer(20));
  auto result = read(join({init, free, test::fragment(0), bytes("00000010 ff00ff00 00000000")}));
  ASSERT_TRUE(result.why);
  EXPECT_EQ(result.why->why, "no box begins here: the stream is damaged");
  EXPECT_EQ(result.why->at, init.size() + free.size() + test::fragment(0).size());

  auto damaged = test::fragment(1);
  damaged[find_box(damaged, "tfdt") + 4] = 'x';
  result = read(join({init, free, test::fragment(0), free, damaged}));
  ASSERT_TRUE(result.why);
  EXPECT_EQ(result.why->why, "trun before tfdt");
  EXPECT_EQ(result.why->at, init.size() + 2 * free.size() + test::fragment(0).size() +
                                find_box(damaged, "trun") + 8);

  EXPECT_EQ(why(join({init, bytes("00000000 66726565")})),
            "free of size 0, which means to the end of a file");
  EXPECT_FALSE(result.at_boundary);
}

TEST(StreamReader, StaysBroken) {
  StreamReader reader;
  std::vector<Item> items;
  ASSERT_TRUE(reader.feed(as_bytes("GET / HTTP/1.1\r\n"), items));
  EXPECT_EQ(reader.feed(test::stream(1), items)->why, "this is text, not live fMP4");
  EXPECT_TRUE(items.empty());
}

TEST(StreamReader, LimitsAreEnforced) {
  const auto whole = test::stream(1);
  StreamLimits small;
  small.init_bytes = 100;
  EXPECT_THAT(why(whole, small), HasSubstr("over the limit of 100; plain MP4?"));
  small = {};
  small.moof_bytes = 100;
  EXPECT_THAT(why(whole, small), HasSubstr("moof of 184 bytes: over the limit of 100"));
  small = {};
  small.fragment_bytes = 200;
  EXPECT_THAT(why(whole, small), HasSubstr("over the limit of 200 for a fragment"));
  const auto init = write_init(test::tracks());
  EXPECT_EQ(why(join({init, bytes("80000000 66726565")})),
            "free of 2147483648 bytes: over the limit of 67108864");
  EXPECT_EQ(why(join({init, bytes("00000001 66726565 ffffffffffffffff")})),
            "free of 18446744073709551615 bytes: over the limit of 67108864");
  auto claim = test::fragment(0);
  store_be(std::span{claim}.subspan(find_box(claim, "mdat")), 4, 0x80000000);
  EXPECT_EQ(why(join({init, claim})),
            "mdat of 2147483648 bytes: over the limit of 67108864 for a fragment");
  // Many small boxes before one moof count together.
  Buffer many;
  for (int i = 0; i < 600; ++i)
    append(many, box("emsg", Buffer(8'000)));
  EXPECT_THAT(why(join({init, many})), HasSubstr("emsg of 8008 bytes: over the limit of 4194304"));
}

TEST(StreamReader, NoCorruptedByteCrashes) {
  const auto whole = test::stream(2);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const auto value : std::initializer_list<std::uint8_t>{0x00, 0x01, 0x7F, 0xFF}) {
      auto damaged = whole;
      damaged[at] = value;
      const auto result = read(damaged, 50);
      ASSERT_LE(result.bytes.size(), damaged.size());
    }
  }
}

}  // namespace
}  // namespace live::mp4
