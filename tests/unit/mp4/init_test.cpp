#include "common/mp4/init.hpp"

#include "common/mp4/box.hpp"
#include "tests/support/parsed.hpp"
#include "tests/unit/mp4/streams.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::mp4 {
namespace {

using codec::Codec;
using codec::Parameters;
using test::box;
using test::bytes;
using test::find_box;
using test::join;
using test::why;
using testing::HasSubstr;
using testing::StartsWith;

Parameters video(Codec codec, Buffer config) {
  Parameters p;
  p.codec = codec;
  p.config = std::move(config);
  p.width = 1'920;
  p.height = 1'080;
  return p;
}
Parameters audio(Codec codec, Buffer config, std::uint32_t rate, std::uint32_t channels) {
  Parameters p;
  p.codec = codec;
  p.config = std::move(config);
  p.sample_rate = rate;
  p.channels = channels;
  return p;
}

/// One of each codec; the records are as long as real ones, which is all that a container looks at.
std::vector<Parameters> all_codecs() {
  auto stretched = test::avc();
  stretched.sar_num = 4;
  stretched.sar_den = 3;
  const std::string hash(32, '0');
  const auto stream_info = bytes("1000 1000 000000 000000 0bb802f0 00000000" + hash);
  const auto stream_info_96k = bytes("1000 1000 000000 000000 177002f0 00000000" + hash);
  auto five_one = bytes("1230");
  five_one.resize(200);  // a size that takes two bytes
  return {
      test::avc(),
      stretched,
      video(Codec::hevc, Buffer(23, 1)),
      video(Codec::av1, bytes("81040c00 0a0b")),
      video(Codec::vp9, bytes("000a820202020000")),
      test::aac(),
      audio(Codec::aac, five_one, 44'100, 6),
      audio(Codec::mp3, {}, 44'100, 2),
      audio(Codec::opus, bytes("0002013800bb8000000000"), 48'000, 2),
      audio(Codec::flac, stream_info, 48'000, 2),
      audio(Codec::flac, stream_info_96k, 96'000, 2),  // does not fit the entry
      audio(Codec::ac3, bytes("103d40"), 48'000, 6),
      audio(Codec::eac3, bytes("0600200400"), 48'000, 2),
  };
}

Init good(const Parsed<Init>& parsed) { return test::good<Init>(parsed); }

TEST(Init, ChannelsOfAacAreThoseOfItsConfiguration) {
  const auto mono = audio(Codec::aac, bytes("1188"), 48'000, 2);
  const auto read = read_init(write_init(std::vector<Track>{{1, 48'000, mono}}));
  ASSERT_EQ(good(read).tracks.size(), 1U);
  EXPECT_EQ(good(read).tracks[0].parameters.channels, 1U);
}

TEST(Init, ReadsBackEveryCodecThatItWrites) {
  std::vector<Track> tracks;
  for (const auto& parameters : all_codecs())
    tracks.push_back({static_cast<std::uint32_t>(tracks.size() + 1), 90'000, parameters});
  const auto read = read_init(write_init(tracks));
  const auto& init = good(read);
  ASSERT_EQ(init.tracks.size(), tracks.size());
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    EXPECT_TRUE(init.tracks[i].known) << i;
    EXPECT_EQ(static_cast<const Track&>(init.tracks[i]), tracks[i]) << init.tracks[i].sample_entry;
  }
}

TEST(Init, IsTheseBytes) {
  const Track track{1, 90'000, test::avc()};
  EXPECT_EQ(write_init({&track, 1}), bytes(R"(
    0000001c 66747970 69736f36 00000000 69736f36 6d703431 636d6663
    00000273 6d6f6f76
      0000006c 6d766864 00000000 00000000 00000000 000003e8 00000000 00010000 0100 0000
        00000000 00000000 00010000 00000000 00000000 00000000 00010000 00000000 00000000
        00000000 40000000 00000000 00000000 00000000 00000000 00000000 00000000 00000002
      000001d7 7472616b
        0000005c 746b6864 00000003 00000000 00000000 00000001 00000000 00000000 00000000 00000000
          0000 0000 0000 0000 00010000 00000000 00000000 00000000 00010000 00000000 00000000
          00000000 40000000 00400000 00300000
        00000173 6d646961
          00000020 6d646864 00000000 00000000 00000000 00015f90 00000000 55c4 0000
          00000026 68646c72 00000000 00000000 76696465 00000000 00000000 00000000 766964656f 00
          00000125 6d696e66
            00000014 766d6864 00000001 00000000 00000000
            00000024 64696e66 0000001c 64726566 00000000 00000001 0000000c 75726c20 00000001
            000000e5 7374626c
              00000099 73747364 00000000 00000001
                00000089 61766331 000000000000 0001 0000 0000 00000000 00000000 00000000
                  0040 0030 00480000 00480000 00000000 0001 00000000 00000000 00000000 00000000
                  00000000 00000000 00000000 00000000 0018 ffff
                  00000033 61766343 0164000affe10016 6764000aacb208f60220000003002000000641e244c9
                    010006 68ebc3cb22c0 fdf8f800
              00000010 73747473 00000000 00000000
              00000010 73747363 00000000 00000000
              00000014 7374737a 00000000 00000000 00000000
              00000010 7374636f 00000000 00000000
      00000028 6d766578
        00000020 74726578 00000000 00000001 00000001 00000000 00000000 00000000)"));
}

TEST(Init, HasNoEditListAndNoSamples) {
  const auto written = write_init(test::tracks());
  const std::string text{as_text(written)};
  EXPECT_THAT(text, testing::Not(HasSubstr("elst")));
  EXPECT_THAT(text, HasSubstr("mvex"));
  EXPECT_THAT(text, testing::Not(HasSubstr("cmfc")));  // CMAF wants one track
}

TEST(Init, ShowsAnamorphicPicturesAtTheirDisplaySize) {
  auto parameters = test::avc();
  parameters.sar_num = 4;
  parameters.sar_den = 3;
  const Track track{1, 90'000, parameters};
  const auto written = write_init({&track, 1});
  const auto tkhd = find_box(written, "tkhd");
  EXPECT_EQ(load_be(Bytes{written}.subspan(tkhd + 84), 4), 64U * 0x10000 * 4 / 3);
  EXPECT_THAT(std::string{as_text(written)}, HasSubstr("pasp"));
}

TEST(Init, TellsHowPicturesAreTurned) {
  for (const int rotation : {0, 90, 180, 270}) {
    auto tracks = test::tracks();
    tracks[0].rotation = rotation;
    const auto written = write_init(tracks);
    EXPECT_EQ(good(read_init(written)).video()->rotation, rotation);
    EXPECT_EQ(good(read_init(written)).audio()->rotation, 0);
    const auto tkhd = find_box(written, "tkhd");
    const auto moved = std::pair{load_be(Bytes{written}.subspan(tkhd + 72), 4) >> 16U,
                                 load_be(Bytes{written}.subspan(tkhd + 76), 4) >> 16U};
    const auto right = rotation == 90 ? 48U : rotation == 180 ? 64U : 0U;
    const auto down = rotation == 180 ? 48U : rotation == 270 ? 64U : 0U;
    EXPECT_EQ(moved, (std::pair{std::uint64_t{right}, std::uint64_t{down}})) << rotation;
  }
}

TEST(Init, TheMainTracksHaveTheLowestIds) {
  const Track tracks[] = {{4, 90'000, test::avc()},
                          {9, 48'000, test::aac()},
                          {3, 90'000, test::avc()},
                          {7, 48'000, test::aac()}};
  const auto read = read_init(write_init(tracks));
  const auto& init = good(read);
  EXPECT_EQ(init.video()->id, 3U);
  EXPECT_EQ(init.audio()->id, 7U);
}

TEST(Init, TellsItsMimeType) {
  EXPECT_EQ(mime(test::init()), "video/mp4; codecs=\"avc1.64000a,mp4a.40.2\"");
  const auto both = test::tracks();
  EXPECT_EQ(mime(good(read_init(write_init(std::span{both}.last(1))))),
            "audio/mp4; codecs=\"mp4a.40.2\"");
}

TEST(Init, ParameterSetsInBandKeepTheNameOfTheirEntry) {
  auto written = write_init(test::tracks());
  written[find_box(written, "avc1") + 7] = '3';
  EXPECT_EQ(mime(good(read_init(written))), "video/mp4; codecs=\"avc3.64000a,mp4a.40.2\"");
}

TEST(Init, ATrackOfAnotherCodecIsThereButNotKnown) {
  auto written = write_init(test::tracks());
  written[find_box(written, "mp4a") + 7] = '9';
  const auto read = read_init(written);
  const auto& init = good(read);
  ASSERT_EQ(init.tracks.size(), 2U);
  EXPECT_FALSE(init.tracks[1].known);
  EXPECT_EQ(init.tracks[1].sample_entry, "mp49");
  EXPECT_EQ(init.audio(), nullptr);
}

TEST(Init, WithoutAKnownCodecIsRefusedByName) {
  auto written = write_init(test::tracks());
  written[find_box(written, "mp4a") + 7] = '9';
  written[find_box(written, "avc1") + 4] = 'q';
  EXPECT_EQ(why(read_init(written)),
            "no track in a codec that browsers play in MP4, only qvc1 mp49");
}

TEST(Init, ReadsHeadersOfVersion1) {
  // tkhd and mdhd with 64-bit times: 20 bytes more before timescale and id, and a longer duration.
  auto written = write_init(test::tracks());
  const auto mdhd_at = find_box(written, "mdhd");
  Buffer body =
      bytes("01000000 0000000000000000 0000000000000000 0001d4c0 0000000000000000 55c40000");
  const auto mdhd = box("mdhd", body);
  written.erase(written.begin() + static_cast<std::ptrdiff_t>(mdhd_at),
                written.begin() + static_cast<std::ptrdiff_t>(mdhd_at + 32));
  written.insert(written.begin() + static_cast<std::ptrdiff_t>(mdhd_at), mdhd.begin(), mdhd.end());
  for (const auto* outer : {"moov", "trak", "mdia"}) {
    const auto at = find_box(written, outer);
    store_be(std::span{written}.subspan(at), 4, load_be(Bytes{written}.subspan(at), 4) + 12);
  }
  EXPECT_EQ(good(read_init(written)).tracks[0].timescale, 120'000U);
}

TEST(Init, TrexGivesDefaults) {
  auto written = write_init(test::tracks());
  const auto trex = find_box(written, "trex");
  store_be(std::span{written}.subspan(trex + 20), 4, 3'600);
  store_be(std::span{written}.subspan(trex + 28), 4, 0x01010000);
  const auto read = read_init(written);
  EXPECT_EQ(good(read).tracks[0].default_duration, 3'600U);
  EXPECT_EQ(good(read).tracks[0].default_flags, 0x01010000U);
}

TEST(Init, PlainMp4IsToldWhatMakesItLive) {
  auto written = write_init(test::tracks());
  written[find_box(written, "mvex") + 4] = 'x';
  EXPECT_EQ(why(read_init(written)),
            "moov without mvex: this is plain MP4 (not fragmented), not live fMP4; "
            "`rtsp2fmp4 FILE` makes it live fMP4");
}

TEST(Init, SamplesInMoovAreRefused) {
  auto written = write_init(test::tracks());
  store_be(std::span{written}.subspan(find_box(written, "stsz") + 16), 4, 1);
  EXPECT_THAT(why(read_init(written)), StartsWith("moov holds samples of its own"));
}

struct Flaw {
  const char* box;
  std::size_t at;
  std::size_t bytes;
  std::uint64_t value;
  const char* why;
};
class InitFlaws : public testing::TestWithParam<Flaw> {};

TEST_P(InitFlaws, AreNamed) {
  const auto& flaw = GetParam();
  auto written = write_init(test::tracks());
  store_be(std::span{written}.subspan(find_box(written, flaw.box) + flaw.at), flaw.bytes,
           flaw.value);
  EXPECT_THAT(why(read_init(written)), StartsWith(flaw.why));
}
INSTANTIATE_TEST_SUITE_P(
    Init, InitFlaws,
    testing::Values(Flaw{"moov", 0, 4, 0x7FFFFFFF, "no whole moov"},
                    Flaw{"mvhd", 0, 4, 0x7FFFFFFF, "a box leads outside of moov"},
                    Flaw{"tkhd", 0, 4, 0x7FFFFFFF, "a box leads outside of trak"},
                    Flaw{"tkhd", 20, 4, 0, "trak without a track id"},
                    Flaw{"tkhd", 20, 4, 2, "two tracks have the same id"},
                    Flaw{"tkhd", 4, 4, 0, "trak without a track id"},
                    Flaw{"mdhd", 20, 4, 0, "trak without a timescale"},
                    Flaw{"mdhd", 0, 4, 0xFFFF, "a box leads outside of mdia"},
                    Flaw{"vmhd", 0, 4, 0xFFFF, "a box leads outside of minf"},
                    Flaw{"stts", 0, 4, 0xFFFF, "a box leads outside of stbl"},
                    Flaw{"avc1", 0, 4, 0xFFFF, "stsd without a whole entry"},
                    Flaw{"trex", 0, 4, 0xFFFF, "a box leads outside of mvex"}));

TEST(Init, CutBoxesAreNamed) {
  const auto within = [](const Buffer& child) { return box("moov", box("trak", child)); };
  EXPECT_EQ(why(read_init(within(box("tkhd", Buffer(8))))), "tkhd is cut");
  EXPECT_EQ(why(read_init(within(box("mdia", box("mdhd", Buffer(8)))))), "mdhd is cut");
  const auto in_stbl = [&](const Buffer& b) {
    return within(box("mdia", box("minf", box("stbl", b))));
  };
  EXPECT_EQ(why(read_init(in_stbl(box("stsz", Buffer(4))))), "stsz is cut");
  EXPECT_EQ(why(read_init(in_stbl(box("stsd", Buffer(4))))), "stsd without a whole entry");
  EXPECT_EQ(why(read_init(box("moov", box("mvex", box("trex", Buffer(6)))))), "trex is cut");
  EXPECT_EQ(why(read_init(box("moov", box("mvex", {})))), "moov without a track");
}

TEST(Init, LimitsAreEnforced) {
  Buffer boxes;
  for (int i = 0; i < 1'025; ++i)
    test::append(boxes, box("free", {}));
  EXPECT_EQ(why(read_init(box("moov", boxes))), "moov has too many boxes");
  std::vector<Track> many(33, Track{1, 90'000, test::avc()});
  for (std::uint32_t i = 0; i < many.size(); ++i)
    many[i].id = i + 1;
  EXPECT_EQ(why(read_init(write_init(many))), "moov has too many tracks");
  EXPECT_EQ(why(read_init({})), "no whole moov");
}

TEST(Init, NoCorruptedByteCrashes) {
  const auto whole = write_init(test::tracks());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const auto value : std::initializer_list<std::uint8_t>{0x00, 0x01, 0x7F, 0xFF}) {
      auto damaged = whole;
      damaged[at] = value;
      const auto read = read_init(damaged);
      if (const auto* init = std::get_if<Init>(&read)) {
        EXPECT_FALSE(mime(*init).empty());
      }
    }
  }
}

TEST(Init, EveryPrefixIsRefused) {
  const auto whole = write_init(test::tracks());
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(why(read_init(Bytes{whole}.first(n))), "no whole moov") << n;
}

}  // namespace
}  // namespace live::mp4
