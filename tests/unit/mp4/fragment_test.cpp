#include "common/mp4/fragment.hpp"

#include "common/mp4/box.hpp"
#include "tests/support/parsed.hpp"
#include "tests/unit/mp4/streams.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::mp4 {
namespace {

using test::box;
using test::bytes;
using test::find_box;
using test::join;
using test::why;
using testing::HasSubstr;
using testing::StartsWith;

Fragment good(const Parsed<Fragment>& parsed) { return test::good<Fragment>(parsed); }

TEST(FragmentWriter, WritesTheseBytes) {
  const SampleEntry picture[] = {{3'600, 5, 7'200, true}, {3'600, 2, 0, false}};
  const SampleEntry sound[] = {{1'024, 3, 0, true}, {1'024, 3, 0, true}};
  const mp4::Run runs[] = {{1, 900'000, true, picture}, {2, 480'000, false, sound}};
  Buffer out;
  EXPECT_EQ(write_fragment_head(out, 7, ProducerTime{1, 0x0102030405060708, 900'000}, runs), 13U);
  EXPECT_EQ(out, bytes(R"(
    00000020 70726674 01000018 00000001 0102030405060708 00000000000dbba0
    000000c0 6d6f6f66
      00000010 6d666864 00000000 00000007
      0000005c 74726166
        00000014 74666864 00020008 00000001 00000e10
        00000014 74666474 01000000 00000000000dbba0
        0000002c 7472756e 01000e01 00000002 000000c8
          00000005 02000000 00001c20
          00000002 01010000 00000000
      0000004c 74726166
        0000001c 74666864 00020038 00000002 00000400 00000003 02000000
        00000014 74666474 01000000 0000000000075300
        00000014 7472756e 00000001 00000002 000000cf
    00000015 6d646174)"));
}

TEST(FragmentWriter, AppendsToWhatIsThere) {
  const SampleEntry sample[] = {{1, 1, 0, true}};
  const mp4::Run run{1, 0, true, sample};
  Buffer out{0xAA};
  write_fragment_head(out, 1, std::nullopt, {&run, 1});
  EXPECT_EQ(out[0], 0xAA);
  EXPECT_EQ(find_box(out, "moof"), 1U);
}

TEST(FragmentWriter, WritesNegativeOffsetsAsVersion1) {
  const SampleEntry sample[] = {{3'600, 1, -3'600, true}};
  const mp4::Run run{1, 900'000, true, sample};
  Buffer out;
  write_fragment_head(out, 1, std::nullopt, {&run, 1});
  out.push_back(0);
  const auto init = test::init();
  EXPECT_EQ(samples(out, good(read_fragment(out, init)), init).at(0).composition, -3'600);
}

TEST(Fragment, TellsWhatAViewersCopyNeeds) {
  const auto init = test::init();
  const auto whole = test::fragment(4);
  const auto read = good(read_fragment(whole, init));
  EXPECT_EQ(read.moof_at, 32U);
  EXPECT_EQ(read.mdat_at, find_box(whole, "mdat"));
  EXPECT_EQ(load_be(Bytes{whole}.subspan(read.sequence_at), 4), 5U);
  ASSERT_TRUE(read.producer);
  EXPECT_EQ(read.producer->ntp, 0xE000000012345678U);
  EXPECT_EQ(load_be(Bytes{whole}.subspan(read.producer->media_time_at), 8), 900'000U + 4 * 3'600);
  ASSERT_EQ(read.tracks.size(), 2U);
  for (const auto& track : read.tracks)
    EXPECT_EQ(load_be(Bytes{whole}.subspan(track.decode_time_at), track.decode_time_bytes),
              track.decode_time);
  EXPECT_EQ(read.of(2)->duration, 1'920U);
  EXPECT_EQ(read.of(2)->samples, 2U);
  EXPECT_EQ(read.of(3), nullptr);
}

TEST(Fragment, StartsAreSyncPictures) {
  const auto init = test::init();
  EXPECT_TRUE(good(read_fragment(test::fragment(0), init)).is_start(init));
  EXPECT_FALSE(good(read_fragment(test::fragment(1), init)).is_start(init));
  const SampleEntry sound[] = {{1'024, 1, 0, true}};
  const mp4::Run run{2, 480'000, false, sound};
  Buffer only_sound;
  write_fragment_head(only_sound, 1, std::nullopt, {&run, 1});
  only_sound.push_back(0);
  EXPECT_FALSE(good(read_fragment(only_sound, init)).is_start(init));
  const auto both = test::tracks();
  const auto radio = std::get<Init>(read_init(write_init(std::span{both}.last(1))));
  EXPECT_TRUE(good(read_fragment(only_sound, radio)).is_start(radio));
}

TEST(Fragment, SamplesAreTheirBytesAndTimes) {
  const auto init = test::init();
  const auto whole = test::fragment(2);
  const auto found = samples(whole, good(read_fragment(whole, init)), init);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].data.size(), 5U);
  EXPECT_FALSE(found[0].sync);
  EXPECT_EQ(found[1].decode_time, 480'000U + 2 * 1'920);
  EXPECT_EQ(found[2].decode_time, found[1].decode_time + 1'024);
  EXPECT_EQ(found[2].duration, 896U);
  EXPECT_EQ(found[2].data.data() + 2, whole.data() + whole.size());
  EXPECT_EQ(found[2].data[0], 2 * 16 + 8);
}

/// A fragment by hand: `traf` and `payload` bytes; {moof} in the trafs' data offsets counts from moof.
Buffer by_hand(const Buffer& trafs, std::size_t payload) {
  return join(
      {box("moof", join({box("mfhd", Buffer(8)), trafs})), box("mdat", Buffer(payload, 7))});
}
Buffer tfhd(const char* hex = "00020000 00000001") { return box("tfhd", bytes(hex)); }
Buffer tfdt() { return box("tfdt", bytes("01000000 00000000000dbba0")); }
Buffer trun(const char* hex) { return box("trun", bytes(hex)); }
Buffer traf(std::initializer_list<Buffer> parts) { return box("traf", join(parts)); }

TEST(Fragment, SeveralRunsOfOneTrackFollowEachOther) {
  const auto init = test::init();
  // moof 8 + mfhd 16 + traf 8 + tfhd 16 + tfdt 20 + trun 28 + trun 24 = 120 = 0x78; + 8 = 0x80
  const auto whole =
      by_hand(traf({tfhd(), tfdt(), trun("00000301 00000001 00000080 0000000a 00000003"),
                    trun("00000300 00000001 00000014 00000002")}),
              5);
  const auto read = good(read_fragment(whole, init));
  const auto found = samples(whole, read, init);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].decode_time, found[0].decode_time + 10);
  EXPECT_EQ(found[1].data.data(), found[0].data.data() + 3);
  EXPECT_EQ(read.tracks.at(0).duration, 30U);
}

TEST(Fragment, DefaultsComeFromTfhdElseFromTrex) {
  auto init = test::init();
  init.tracks[0].default_duration = 77;
  init.tracks[0].default_flags = 0x10000;
  // the first sample's flags stand in trun, the others' in trex
  const auto whole = by_hand(traf({tfhd("00020010 00000001 00000002"), tfdt(),
                                   trun("00000005 00000002 00000068 02000000")}),
                             4);
  const auto found = samples(whole, good(read_fragment(whole, init)), init);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].duration, 77U);
  EXPECT_TRUE(found[0].sync);
  EXPECT_FALSE(found[1].sync);
}

TEST(Fragment, ADecodeTimeOf32BitsIsRead) {
  const auto whole = by_hand(traf({tfhd(), box("tfdt", bytes("00000000 00011170")),
                                   trun("00000201 00000001 00000060 00000001")}),
                             1);
  const auto read = good(read_fragment(whole, test::init()));
  EXPECT_EQ(read.tracks.at(0).decode_time, 70'000U);
  EXPECT_EQ(read.tracks.at(0).decode_time_bytes, 4U);
}

TEST(Fragment, WithoutDefaultBaseIsMoofTellsWhatSetsIt) {
  for (const auto* head : {"00000000 00000001", "00000001 00000001 0000000000000000"}) {
    const auto whole = by_hand(traf({tfhd(head), tfdt()}), 1);
    EXPECT_EQ(why(read_fragment(whole, test::init())),
              "tfhd without default-base-is-moof; ffmpeg sets it with `-movflags "
              "+default_base_moof`");
  }
}

TEST(Fragment, FlawsAreNamed) {
  const auto init = test::init();
  const auto refusal = [&](const Buffer& trafs) {
    return why(read_fragment(by_hand(trafs, 4), init));
  };
  EXPECT_EQ(refusal(traf({})), "traf without tfhd");
  EXPECT_EQ(refusal(traf({tfdt()})), "traf does not begin with tfhd");
  EXPECT_EQ(refusal(traf({tfhd(), tfhd()})), "traf does not begin with tfhd");
  EXPECT_EQ(refusal(traf({tfhd()})), "traf without tfdt");
  EXPECT_EQ(refusal(traf({tfhd(), tfdt(), tfdt()})), "traf with two tfdt");
  EXPECT_EQ(refusal(traf({tfhd(), trun("00000001 00000000 00000000")})), "trun before tfdt");
  EXPECT_EQ(refusal(traf({tfhd("00020000 00000009")})), "traf of a track that moov does not have");
  EXPECT_EQ(refusal(traf({tfhd("00020008 00000001")})), "tfhd is cut");
  EXPECT_EQ(refusal(traf({tfhd(), box("tfdt", bytes("01000000 00000000"))})), "tfdt is cut");
  EXPECT_EQ(refusal(traf({tfhd(), box("tfdt", bytes("01000000 ffffffffffffffff"))})),
            "tfdt is beyond all time");
  EXPECT_EQ(refusal(traf({tfhd(), tfdt(), trun("00000200 00000001 00000001")})),
            "trun without data_offset");
  EXPECT_EQ(refusal(traf({tfhd(), tfdt(), trun("00000201 00000001 00000064")})), "trun is cut");
  EXPECT_EQ(refusal(traf({tfhd(), tfdt(), trun("00000001 7fffffff 00000064")})),
            "moof has too many samples");
  EXPECT_EQ(refusal(traf({tfhd(), tfdt(), trun("00000201 00000001 00000000 00000001")})),
            "trun's data is not in the mdat");
  EXPECT_EQ(refusal(traf({tfhd(), tfdt(), trun("00000201 00000001 80000000 00000001")})),
            "trun's data is not in the mdat");
  EXPECT_EQ(refusal(traf({tfhd(), tfdt(), trun("00000201 00000001 00000061 00000004")})),
            "trun's data is not in the mdat");
  EXPECT_EQ(refusal(traf({tfhd(), tfdt(), trun("00000201 00000001 00000060 00000005")})),
            "samples are larger than the mdat");
  EXPECT_EQ(refusal(join({bytes("000000ff 74726166")})), "a box leads outside of moof");
  EXPECT_EQ(refusal(box("traf", join({tfhd(), bytes("000000ff 74726166")}))),
            "a box leads outside of traf");
}

TEST(Fragment, NoByteIsASampleTwice) {
  const auto again = trun("00000201 00000001 0000007c 00000003");
  const auto whole = by_hand(traf({tfhd(), tfdt(), again, again}), 4);
  EXPECT_EQ(why(read_fragment(whole, test::init())), "samples are larger than the mdat");
}

TEST(Fragment, NeedsItsBoxes) {
  const auto init = test::init();
  const auto moof = box("moof", box("mfhd", Buffer(8)));
  const auto mdat = box("mdat", {});
  EXPECT_EQ(why(read_fragment(moof, init)), "fragment without moof and mdat");
  EXPECT_EQ(why(read_fragment(mdat, init)), "mdat without its moof");
  EXPECT_EQ(why(read_fragment(join({moof, moof, mdat}), init)), "fragment with two moofs");
  EXPECT_EQ(why(read_fragment(join({moof, mdat, mdat}), init)), "mdat without its moof");
  EXPECT_EQ(why(read_fragment(join({box("moof", {}), mdat}), init)), "moof without mfhd");
  EXPECT_EQ(why(read_fragment(join({box("moof", box("mfhd", {})), mdat}), init)), "mfhd is cut");
}

TEST(Fragment, LimitsAreEnforced) {
  const auto init = test::init();
  Buffer boxes;
  for (int i = 0; i < 4'097; ++i)
    test::append(boxes, box("free", {}));
  EXPECT_EQ(why(read_fragment(boxes, init)), "fragment has too many boxes");
  EXPECT_EQ(why(read_fragment(by_hand(boxes, 1), init)), "moof has too many boxes");
  EXPECT_EQ(why(read_fragment(by_hand(box("traf", join({tfhd(), boxes})), 1), init)),
            "traf has too many boxes");
  Buffer trafs;
  for (int i = 0; i < 65; ++i)
    test::append(trafs, traf({tfhd(), tfdt()}));
  EXPECT_EQ(why(read_fragment(by_hand(trafs, 1), init)), "moof has too many trafs");
}

TEST(Fragment, NoCorruptedByteCrashesOrLeadsOutside) {
  const auto init = test::init();
  const auto whole = test::fragment(0);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const auto value : std::initializer_list<std::uint8_t>{0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      auto damaged = whole;
      damaged[at] = value;
      const auto read = read_fragment(damaged, init);
      const auto* fragment = std::get_if<Fragment>(&read);
      if (fragment == nullptr) continue;
      std::size_t total = 0;
      for (const auto& sample : samples(damaged, *fragment, init)) {
        if (!sample.data.empty()) {
          ASSERT_GE(sample.data.data(), damaged.data());
          ASSERT_LE(sample.data.data() + sample.data.size(), damaged.data() + damaged.size());
        }
        total += sample.data.size();
      }
      ASSERT_LE(total, damaged.size());
    }
  }
}

}  // namespace
}  // namespace live::mp4
