// When a stream begins, with what, and what of it is kept.
#include "tests/unit/rtmp-ingest/stage.hpp"

namespace rtmp_ingest::test {
namespace {

class FeedStart : public Stage {};

TEST_F(FeedStart, AStreamOfPicturesAndSoundComesThroughWhole) {
  for (const auto& m : messages_of(avc_aac_flv))
    EXPECT_EQ(send(m), "");
  feed().finish();
  ASSERT_EQ(epoch_tracks(), "va");
  const auto init = epochs().front();
  EXPECT_EQ(init.video()->parameters.width, 32U);
  EXPECT_EQ(init.audio()->parameters.sample_rate, 44'100U);
  EXPECT_EQ(init.audio()->timescale, 44'100U);

  const auto pictures = samples(1);
  ASSERT_EQ(pictures.size(), 8U);
  const std::int32_t order[] = {80, 160, 40, 40, 80, 160, 40, 40};
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    EXPECT_EQ(pictures[i].dts, 900'000 + i * 3'600);
    EXPECT_EQ(pictures[i].composition, order[i] * 90);
    EXPECT_EQ(pictures[i].sync, i % 4 == 0);
  }
  EXPECT_EQ(pictures[0].data, idr_32);
  EXPECT_EQ(pictures[1].data, inter_32);

  const auto sound = samples(2);
  ASSERT_EQ(sound.size(), 14U);
  for (std::size_t i = 1; i < sound.size(); ++i)
    EXPECT_EQ(sound[i].dts - sound[i - 1].dts, 1'024U) << "no jitter of ms";
  EXPECT_NEAR(static_cast<double>(sound[0].dts), 441'000 + 0.057 * 44'100, 1);
  EXPECT_EQ(feed().facts().video, "H.264 32x32");
  EXPECT_EQ(feed().facts().audio, "AAC 44100 Hz 1 ch");
  EXPECT_EQ(feed().facts().repairs, 0U);
  EXPECT_EQ(feed().facts().dropped_before_start, 0U);
  EXPECT_EQ(feed().facts().video_frames, 8U);
  EXPECT_EQ(feed().facts().audio_frames, 14U);
}

TEST_F(FeedStart, WaitsASecondForTheHeadersOfSound) {
  video(0, avc_header(avcc_32));
  for (std::uint32_t ms = 0; ms < 1'000; ms += 40)
    video(ms, avc_frame(ms == 0, ms == 0 ? idr_32 : inter_32));
  tick(999);
  EXPECT_FALSE(feed().facts().begun);
  tick(1'000);
  EXPECT_TRUE(feed().facts().begun);
  EXPECT_EQ(epoch_tracks(), "v");
  EXPECT_EQ(samples(1).size(), 25U) << "what was held is not lost";
  EXPECT_EQ(samples(1).front().dts, 900'000U);
}

TEST_F(FeedStart, BeginsAsSoonAsBothAreThere) {
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  video(40, avc_frame(false, inter_32));
  EXPECT_FALSE(feed().facts().begun);
  audio(50, aac_header());
  EXPECT_TRUE(feed().facts().begun);
  audio(50, aac_frame());
  video(80, avc_frame(false, inter_32));
  EXPECT_EQ(epoch_tracks(), "va");
  EXPECT_EQ(samples(1).size(), 3U);
  EXPECT_EQ(samples(2).size(), 1U);
}

TEST_F(FeedStart, SoundThatTurnsUpLaterBeginsAnEpochAtAKeyFrame) {
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  tick(1'000);
  audio(1'500, aac_header());
  audio(1'500, aac_frame());
  video(1'520, avc_frame(false, inter_32));
  EXPECT_EQ(epoch_tracks(), "v");
  video(2'000, avc_frame(true, idr_32));
  audio(2'010, aac_frame());
  feed().finish();
  EXPECT_EQ(epoch_tracks(), "v va");
  ASSERT_EQ(samples(2).size(), 1U);
  EXPECT_EQ(samples(2)[0].dts, 441'000U + 2'010U * 441U / 10U);
}

TEST_F(FeedStart, KeepsSoundThatCameBeforeTheFirstPictureAndBelongsBehindIt) {
  audio(0, aac_header());
  for (std::uint32_t ms = 0; ms < 300; ms += 20)
    audio(ms, aac_frame(static_cast<std::uint8_t>(ms / 20)));
  video(0, avc_header(avcc_32), 300);
  video(200, avc_frame(true, idr_32), 310);
  feed().finish();
  EXPECT_EQ(epoch_tracks(), "va");
  EXPECT_EQ(samples(1).front().dts, 900'000U);
  const auto sound = samples(2);
  ASSERT_EQ(sound.size(), 5U);
  EXPECT_EQ(sound[0].data, Buffer(10, 10)) << "stamped 200";
  EXPECT_EQ(sound[0].dts, 441'000U);
  EXPECT_EQ(feed().facts().dropped_before_start, 10U);
}

TEST_F(FeedStart, PicturesBeforeTheFirstKeyFrameAreDropped) {
  audio(0, aac_header());
  video(0, avc_header(avcc_32));
  video(0, avc_frame(false, inter_32));
  video(40, avc_frame(false, inter_32));
  video(80, avc_frame(true, idr_32));
  EXPECT_EQ(samples(1).size(), 1U);
  EXPECT_EQ(feed().facts().dropped_before_start, 2U);
}

TEST_F(FeedStart, SoundAloneBeginsAfterTwoSecondsWithoutLosingAny) {
  audio(0, aac_header());
  std::uint32_t ms = 0;
  for (; ms < 2'000; ms += 23)
    audio(ms, aac_frame());
  EXPECT_FALSE(feed().facts().begun);
  tick(2'000);
  EXPECT_TRUE(feed().facts().begun);
  audio(ms, aac_frame());
  feed().finish();
  EXPECT_EQ(epoch_tracks(), "a");
  EXPECT_EQ(samples(2).size(), 88U);
  EXPECT_EQ(starts_.find('-'), std::string::npos);
}

TEST_F(FeedStart, VideoThatTurnsUpLaterBeginsAnEpochAtItsKeyFrame) {
  audio(0, aac_header());
  for (std::uint32_t ms = 0; ms < 3'000; ms += 23)
    audio(ms, aac_frame());
  video(3'000, avc_header(avcc_32));
  video(3'000, avc_frame(false, inter_32));
  video(3'040, avc_frame(true, idr_32));
  video(3'080, avc_frame(false, inter_32));
  audio(3'080, aac_frame());
  feed().finish();
  EXPECT_EQ(epoch_tracks(), "a va");
  EXPECT_EQ(samples(1).size(), 2U);
  EXPECT_EQ(samples(1)[0].dts, 900'000U + 3'040U * 90U);
  EXPECT_EQ(samples(2, 1).size(), 1U);
}

TEST_F(FeedStart, VideoThatCannotBeBegunWithIsWaitedForTenSeconds) {
  audio(0, aac_header());
  video(0, avc_header(avcc_32));
  for (std::uint32_t ms = 0; ms < 10'000; ms += 40) {
    video(ms, avc_frame(false, inter_32));
    audio(ms, aac_frame());
  }
  EXPECT_FALSE(feed().facts().begun);
  tick(10'000);
  EXPECT_EQ(epoch_tracks(), "a");
}

TEST_F(FeedStart, MetadataIsNotBelieved) {
  Buffer body;
  namespace amf0 = live::flv::amf0;
  amf0::write_text(body, "@setDataFrame");
  amf0::write_text(body, "onMetaData");
  amf0::write(body, {amf0::Object{{{"hasVideo", {true}},
                                   {"videocodecid", {7.0}},
                                   {"width", {1920.0}},
                                   {"height", {1080.0}},
                                   {"encoder", {std::string{"Liar/1.0"}}}}}});
  send(message(MessageType::data, 0, body));
  audio(0, aac_header());
  audio(0, aac_frame());
  tick(2'000);
  feed().finish();
  EXPECT_EQ(epoch_tracks(), "a");
  EXPECT_EQ(feed().facts().width, 0U);
  EXPECT_EQ(feed().facts().encoder, "Liar/1.0");
}

TEST_F(FeedStart, WhatIsHeldIsBounded) {
  video(0, avc_header(avcc_32));
  Buffer big = idr_32;
  const Buffer tail(1U << 20U, 0x55);
  Buffer length;
  live::Writer{length}.u32(tail.size() + 1);
  big = joined({big, length, bytes("06"), tail});
  for (std::uint32_t i = 0; i < 9; ++i)
    video(i, avc_frame(i == 0, big));
  EXPECT_TRUE(feed().facts().begun) << "8 MiB of pictures wait for no sound";
  EXPECT_EQ(samples(1).size(), 9U);
}

TEST_F(FeedStart, SoundThatIsHeldLosesTheOldest) {
  audio(0, aac_header());
  for (std::uint32_t i = 0; i < Feed::most_held_messages + 100; ++i)
    audio(i, aac_frame(), 0);
  EXPECT_EQ(feed().facts().dropped_before_start, 100U);
  EXPECT_FALSE(feed().facts().begun);
}

TEST_F(FeedStart, FinishLetsGoOfWhatIsHeld) {
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  feed().finish();
  EXPECT_EQ(epoch_tracks(), "v");
}

TEST_F(FeedStart, AFragmentThatNothingFollowsLeavesAfterThreeSeconds) {
  FeedOptions options;
  options.cut = {live::mux::Cut::At::gop, {}};
  make(options);
  audio(0, aac_header());
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  tick(2'900);
  EXPECT_TRUE(bytes_.empty());
  tick(3'000);
  EXPECT_EQ(samples(1).size(), 1U);
}

TEST_F(FeedStart, WithoutAnyoneToReadFmp4NothingIsMuxed) {
  FeedOptions options;
  options.write = false;
  make(options);
  for (const auto& m : messages_of(avc_aac_flv))
    send(m);
  feed().finish();
  EXPECT_TRUE(headers_.empty());
  EXPECT_TRUE(bytes_.empty());
  EXPECT_EQ(passed_.size(), 22U);
  EXPECT_EQ(feed().facts().video, "H.264 32x32");
}

}  // namespace
}  // namespace rtmp_ingest::test
