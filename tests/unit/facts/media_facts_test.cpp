#include "common/facts/media_facts.hpp"

#include "common/facts/transport_stream.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/codec/vectors.hpp"
#include "tests/unit/mp4/streams.hpp"

#include <gtest/gtest.h>

namespace live::facts {
namespace {

using live::Buffer;
using live::Bytes;
using live::test::bytes;

Buffer fragments(std::uint32_t count) {
  Buffer out;
  for (std::uint32_t n = 0; n < count; ++n)
    live::test::append(out, live::test::fragment(n));
  return out;
}

TEST(FactsOfFmp4, AreThoseOfTheInitSegmentAndOfTheSamples) {
  const auto facts = facts_of_fmp4(live::mp4::write_init(live::test::tracks()), fragments(25));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->codecs, "avc1.64000a,mp4a.40.2");
  EXPECT_TRUE(facts->video && facts->audio);
  EXPECT_EQ(facts->width, 64U);
  EXPECT_EQ(facts->height, 48U);
  EXPECT_DOUBLE_EQ(facts->frame_rate, 25);
}

TEST(FactsOfFmp4, HaveSquarePixels) {
  auto tracks = live::test::tracks();
  tracks[0].parameters.sar_num = 4;
  tracks[0].parameters.sar_den = 3;
  const auto facts = facts_of_fmp4(live::mp4::write_init(tracks), fragments(2));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->width, 85U);
}

TEST(FactsOfFmp4, AreOfThePictureAsItIsTurned) {
  for (const int rotation : {0, 90, 180, 270}) {
    auto tracks = live::test::tracks();
    tracks[0].rotation = rotation;
    const auto facts = facts_of_fmp4(live::mp4::write_init(tracks), fragments(2));
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->width, rotation % 180 == 0 ? 64U : 48U);
    EXPECT_EQ(facts->height, rotation % 180 == 0 ? 48U : 64U);
    EXPECT_EQ(facts->video_range, "SDR");
  }
}

TEST(FactsOfFmp4, SpellFlacAsHlsDoes) {
  auto tracks = live::test::tracks();
  tracks[1].parameters = {};
  tracks[1].parameters.codec = live::codec::Codec::flac;
  tracks[1].parameters.config = Buffer(34, 0);
  tracks[1].parameters.config[10] = 0x0B;  // 48 kHz
  tracks[1].parameters.config[11] = 0xB8;
  const auto facts = facts_of_fmp4(live::mp4::write_init(tracks), {});
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->codecs, "avc1.64000a,fLaC");
}

TEST(FactsOfFmp4, OfSoundAloneHaveNoPicture) {
  const auto facts = facts_of_fmp4(live::mp4::write_init(std::vector{live::test::tracks()[1]}), {});
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->codecs, "mp4a.40.2");
  EXPECT_FALSE(facts->video);
  EXPECT_EQ(facts->height, 0U);
}

TEST(FactsOfFmp4, StandWhereverTheSegmentIsCut) {
  const auto init = live::mp4::write_init(live::test::tracks());
  const auto segment = fragments(3);
  for (std::size_t cut = 0; cut <= segment.size(); ++cut)
    EXPECT_TRUE(facts_of_fmp4(init, Bytes{segment}.first(cut))) << cut;
  for (std::size_t cut = 0; cut < init.size(); ++cut)
    EXPECT_FALSE(facts_of_fmp4(Bytes{init}.first(cut), segment)) << cut;
  EXPECT_FALSE(facts_of_fmp4(segment, segment));
}

/// Transport packets of one programme: H.264 (PID 0x100) and ADTS (0x101).
class Programme {
 public:
  Programme() {
    section(0, bytes("00 b00d 0001 c1 00 00  0001 f000  00000000"));
    section(0x1000,
            bytes("02 b017 0001 c1 00 00  e100 f000  1b e100 f000  0f e101 f000  00000000"));
  }
  /// A PES packet with this presentation stamp.
  void pes(std::uint16_t pid, std::int64_t shown, Bytes payload) {
    Buffer unit = bytes("000001 e0 0000 80 80 05");
    const auto t = static_cast<std::uint64_t>(shown) & 0x1FFFFFFFFU;
    live::Writer w{unit};
    w.u8(0x21U | (t >> 30U & 7U) << 1U);
    w.u16((t >> 15U & 0x7FFFU) << 1U | 1U);
    w.u16((t & 0x7FFFU) << 1U | 1U);
    w.bytes(payload);
    packets(pid, unit);
  }
  [[nodiscard]] const Buffer& out() const { return out_; }

 private:
  void section(std::uint16_t pid, const Buffer& body) {
    Buffer unit{0};
    live::test::append(unit, body);
    unit.resize(184, 0xFF);
    packets(pid, unit);
  }
  void packets(std::uint16_t pid, Bytes unit) {
    for (bool first = true; !unit.empty(); first = false) {
      const auto some = unit.first(std::min<std::size_t>(unit.size(), 184));
      unit = unit.subspan(some.size());
      live::Writer w{out_};
      w.u8(0x47);
      w.u16((first ? 0x4000U : 0U) | pid);
      const auto stuffing = 184 - some.size();
      w.u8(stuffing > 0 ? 0x30 : 0x10);
      if (stuffing > 0) w.u8(stuffing - 1);
      if (stuffing > 1) w.u8(0);
      for (std::size_t i = 2; i < stuffing; ++i)
        w.u8(0xFF);
      w.bytes(some);
    }
  }
  Buffer out_;
};

Buffer key_frame() {
  return live::test::join({bytes("00000001 09f0 00000001"), bytes(live::test::x264_sps),
                           bytes("00000001"), bytes(live::test::x264_pps), bytes("000001 65 88 84"),
                           Buffer(400, 0x55)});
}

Programme programme(std::int64_t begin = 900'000,
                    const std::vector<int>& order = {0, 3, 1, 2, 4}) {  // B-frames
  Programme p;
  constexpr std::int64_t picture = 3'600;
  for (const auto n : order)
    p.pes(0x100, begin + n * picture, key_frame());
  p.pes(0x101, begin, live::test::join({bytes("fff14c80 02bffc"), Buffer(14, 0)}));
  return p;
}

TEST(FactsOfTs, AreThoseOfTheParameterSetsAndHeaders) {
  const auto facts = facts_of_ts(programme().out());
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->codecs, "avc1.64000c,mp4a.40.2");
  EXPECT_EQ(facts->width, 320U);
  EXPECT_EQ(facts->height, 180U);
  EXPECT_DOUBLE_EQ(facts->frame_rate, 25);
  EXPECT_TRUE(facts->audio);
}

TEST(FactsOfTs, PicturesThatWereDroppedMakeTheRateNoLower) {
  const auto facts = facts_of_ts(programme(900'000, {0, 1, 2, 5, 6, 9, 10, 11}).out());
  ASSERT_TRUE(facts);
  EXPECT_DOUBLE_EQ(facts->frame_rate, 25);
}

TEST(FactsOfTs, StampsMayWrap) {
  const auto facts = facts_of_ts(programme((std::int64_t{1} << 33U) - 5'000).out());
  ASSERT_TRUE(facts);
  EXPECT_DOUBLE_EQ(facts->frame_rate, 25);
}

TEST(FactsOfTs, AreFoundBehindRubbishAndNeverInIt) {
  auto all = bytes("00 11 22 47 00");
  live::test::append(all, programme().out());
  EXPECT_TRUE(facts_of_ts(all));
  const auto clean = programme().out();
  for (std::size_t at = 0; at < clean.size(); ++at) {
    auto broken = clean;
    broken[at] = static_cast<std::uint8_t>(~broken[at]);
    static_cast<void>(facts_of_ts(broken));
  }
  for (std::size_t cut = 0; cut < clean.size(); ++cut)
    static_cast<void>(facts_of_ts(Bytes{clean}.first(cut)));
}

TEST(FactsOfTs, AreNoneBeforeWhatThePmtPromises) {
  EXPECT_FALSE(facts_of_ts({}));
  EXPECT_FALSE(facts_of_ts(Programme{}.out()));
  Programme only_sound_so_far;
  only_sound_so_far.pes(0x101, 0, bytes("fff14c80 02bffc 0000"));
  EXPECT_FALSE(facts_of_ts(only_sound_so_far.out()));
}

}  // namespace
}  // namespace live::facts
