#include "common/live/time_line.hpp"

#include "tests/unit/live/fragments.hpp"

#include <gtest/gtest.h>

namespace live {
namespace {

using test::fragment_item;
using test::h264_and_aac;
using test::init_item;
using test::Stamps;

class TimeLineTest : public testing::Test {
 protected:
  TimeLineTest() { epoch_ = make_epoch(); }

  static std::shared_ptr<Epoch> make_epoch() {
    auto item = init_item(h264_and_aac());
    auto epoch = std::make_shared<Epoch>();
    epoch->init_bytes = std::move(item.bytes);
    epoch->init = std::move(item.init);
    return epoch;
  }
  FragmentPtr fragment(const Stamps& stamps) const {
    return make_fragment(fragment_item(stamps, epoch_->init), epoch_, test::at(0));
  }
  /// The fragment as the viewer gets it, read again.
  mp4::Fragment sent(const TimeLine& line, const Fragment& f, std::uint32_t sequence = 1) const {
    Buffer out(TimeLine::head_bytes(f));
    line.write_head(f, sequence, out);
    out.insert(out.end(), f.bytes.begin() + static_cast<std::ptrdiff_t>(f.payload_at),
               f.bytes.end());
    EXPECT_EQ(load_be(Bytes{out}.subspan(8 + 8 + 4 + (f.parsed.moof_at - f.head_at)), 4), sequence);
    return std::get<mp4::Fragment>(mp4::read_fragment(out, epoch_->init));
  }

  std::shared_ptr<Epoch> epoch_;
};

TEST_F(TimeLineTest, TheEarlierTrackIsAtZeroAndTheOtherKeepsItsDistance) {
  const auto first = fragment({.video = 900'000, .audio = 479'000});  // audio 20.83 ms earlier
  TimeLine line;
  line.begin(*first);
  const auto got = sent(line, *first);
  EXPECT_EQ(got.of(2)->decode_time, 0u);
  EXPECT_EQ(got.of(1)->decode_time, 1'875u);  // 1000 / 48000 s in 90000ths, exactly
  ASSERT_TRUE(got.producer);
  EXPECT_EQ(got.producer->media_time, 1'875u);
  EXPECT_EQ(got.producer->ntp, 0x0102030405060708U);
}

TEST_F(TimeLineTest, TheOffsetIsOneForAllFragmentsSoThatTicksNeverDrift) {
  const auto first = fragment({.video = 900'001, .audio = 481'001});
  TimeLine line;
  line.begin(*first);
  for (std::uint64_t n = 0; n < 1'000; ++n) {
    const auto got = sent(line, *fragment({900'001 + n * 3'600, 481'001 + n * 1'920}));
    EXPECT_EQ(got.of(1)->decode_time, n * 3'600);
    EXPECT_EQ(got.of(2)->decode_time - sent(line, *first).of(2)->decode_time, n * 1'920);
  }
}

TEST_F(TimeLineTest, WritesTheViewersOwnSequenceNumber) {
  const auto first = fragment({});
  TimeLine line;
  line.begin(*first);
  sent(line, *first, 1);
  sent(line, *first, 0xfffffffe);
}

TEST_F(TimeLineTest, LeavesTheSharedBytesAlone) {
  const auto first = fragment({});
  const auto before = first->bytes;
  TimeLine line;
  line.begin(*first);
  sent(line, *first);
  EXPECT_EQ(first->bytes, before);
}

TEST_F(TimeLineTest, HugeStampsLoseNothing) {
  const std::uint64_t days = 90'000ULL * 86'400 * 3'650;
  const auto first = fragment({.video = days, .audio = days / 90'000 * 48'000});
  TimeLine line;
  line.begin(*first);
  const auto got = sent(line, *fragment({days + 3'601, days / 90'000 * 48'000 + 1'025}));
  EXPECT_EQ(got.of(1)->decode_time, 3'601u);
  EXPECT_EQ(got.of(2)->decode_time, 1'025u);
}

TEST_F(TimeLineTest, AStampBeforeTheViewersZeroIsZero) {
  TimeLine line;
  line.begin(*fragment({.video = 900'000, .audio = 480'000}));
  EXPECT_EQ(sent(line, *fragment({.video = 899'000, .audio = 480'000})).of(1)->decode_time, 0u);
}

TEST_F(TimeLineTest, ANewEpochThatBeginsAnewGoesOnWhereTheLastEnded) {
  TimeLine line;
  line.begin(*fragment({.video = 1'800'000, .audio = 960'000}));  // 20 s
  Epoch last;
  last.end = MediaTime{2'250'000, 90'000};  // 25 s: 5 s for this viewer
  Epoch next;
  next.begin = MediaTime{480'000, 48'000};  // 10 s
  line.cross(last, next);
  const auto got = sent(line, *fragment({.video = 901'800, .audio = 480'000}));
  EXPECT_EQ(got.of(2)->decode_time, 5u * 48'000);
  EXPECT_EQ(got.of(1)->decode_time, 5u * 90'000 + 1'800);
}

TEST_F(TimeLineTest, ANewEpochThatGoesOnByItselfKeepsItsGap) {
  TimeLine line;
  line.begin(*fragment({.video = 900'000, .audio = 480'000}));
  Epoch last;
  last.end = MediaTime{1'350'000, 90'000};  // 15 s
  Epoch next;
  next.begin = MediaTime{1'620'000, 90'000};  // 18 s
  line.cross(last, next);
  const auto got = sent(line, *fragment({.video = 1'620'000, .audio = 864'000}));
  EXPECT_EQ(got.of(1)->decode_time, 8u * 90'000);
}

TEST_F(TimeLineTest, ASidxBeforeTheMoofIsLeftOut) {
  auto item = fragment_item({}, epoch_->init);
  const Buffer sidx{0, 0, 0, 12, 's', 'i', 'd', 'x', 0, 0, 0, 0};
  Buffer bytes = sidx;
  bytes.insert(bytes.end(), item.bytes.begin(), item.bytes.end());
  auto parsed = std::get<mp4::Fragment>(mp4::read_fragment(bytes, epoch_->init));
  const auto f = make_fragment({bytes, parsed}, epoch_, test::at(0));
  EXPECT_EQ(f->head_at, sidx.size());
  TimeLine line;
  line.begin(*f);
  EXPECT_EQ(sent(line, *f).of(1)->decode_time, 0u);
}

}  // namespace
}  // namespace live
