// A publisher that comes back, stamps that go wrong, further tracks.
#include "tests/unit/rtmp-ingest/stage.hpp"

#include <gmock/gmock.h>

namespace rtmp_ingest::test {
namespace {

using live::flv::four_cc;

class FeedSessions : public Stage {
 protected:
  /// A second of pictures and sound, stamped from `stamp`, from `arrival` on.
  void second(std::uint32_t stamp, std::int64_t arrival, const Buffer& avcc = avcc_32,
              const Buffer& idr = idr_32) {
    video(stamp, avc_header(avcc), arrival);
    audio(stamp, aac_header(), arrival);
    for (std::uint32_t ms = 0; ms < 1'000; ms += 40) {
      video(stamp + ms, avc_frame(ms == 0, ms == 0 ? idr : inter_32), arrival + ms);
      audio(stamp + ms + 5, aac_frame(), arrival + ms + 5);
    }
  }
  void expect_no_steps_back() {
    for (const std::uint32_t track : {1U, 2U}) {
      const auto all = samples(track);
      for (std::size_t i = 1; i < all.size(); ++i)
        ASSERT_GT(all[i].dts, all[i - 1].dts) << "track " << track << " sample " << i;
    }
  }
};

TEST_F(FeedSessions, GoOnInTheSameEpochBehindTheOutage) {
  second(0, 0);
  feed().begin_session();
  second(77'000, 9'000);
  feed().finish();
  EXPECT_EQ(epoch_tracks(), "va");
  const auto pictures = samples(1);
  ASSERT_EQ(pictures.size(), 50U);
  EXPECT_EQ(pictures[25].dts, 900'000U + 9'000U * 90U) << "by the clock";
  EXPECT_TRUE(pictures[25].sync);
  EXPECT_EQ(pictures[26].dts - pictures[25].dts, 3'600U);
  expect_no_steps_back();
  EXPECT_EQ(passed_.front().preface, passed_.back().preface);
  EXPECT_EQ(passed_.back().message.timestamp, 9'965U);
}

TEST_F(FeedSessions, BeginWithAKeyFrameAgain) {
  second(0, 0);
  feed().begin_session();
  video(0, avc_header(avcc_32), 3'000);
  audio(0, aac_header(), 3'000);
  video(0, avc_frame(false, inter_32), 3'000);
  video(40, avc_frame(true, idr_32), 3'040);
  const auto pictures = samples(1);
  ASSERT_EQ(pictures.size(), 26U);
  EXPECT_TRUE(pictures[25].sync);
}

TEST_F(FeedSessions, WithOtherParametersBeginAnEpoch) {
  second(0, 0);
  feed().begin_session();
  second(0, 5'000, avcc_64, idr_64);
  feed().finish();
  ASSERT_EQ(epoch_tracks(), "va va");
  EXPECT_EQ(epochs()[1].video()->parameters.width, 64U);
  expect_no_steps_back();
  EXPECT_NE(passed_.front().preface, passed_.back().preface);
}

TEST_F(FeedSessions, TellNothingOfTheOneBefore) {
  audio(0, aac_header());
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  EXPECT_THAT(feed().facts().video, testing::StartsWith("H.264 32x"));
  EXPECT_NE(feed().facts().audio, "");
  feed().begin_session();
  EXPECT_EQ(feed().facts().video, "");
  EXPECT_EQ(feed().facts().audio, "");
  EXPECT_EQ(feed().facts().width, 0U);
  audio(0, aac_header());
  video(0, avc_header(avcc_64));
  video(0, avc_frame(true, idr_64));
  EXPECT_THAT(feed().facts().video, testing::StartsWith("H.264 64x"));
}

TEST_F(FeedSessions, WithoutSoundWaitForItAndBeginAnEpochWithoutIt) {
  second(0, 0);
  feed().begin_session();
  video(0, avc_header(avcc_32), 3'000);
  video(0, avc_frame(true, idr_32), 3'000);
  tick(3'999);
  EXPECT_EQ(epoch_tracks(), "va");
  tick(4'000);
  EXPECT_EQ(epoch_tracks(), "va v");
  EXPECT_EQ(passed_.back().preface->messages.size(), 1U) << "sound's headers are not in force";
}

TEST_F(FeedSessions, WithoutPicturesGoOnWithSound) {
  second(0, 0);
  feed().begin_session();
  audio(0, aac_header(), 3'000);
  for (std::uint32_t ms = 0; ms < 2'500; ms += 23)
    audio(ms, aac_frame(), 3'000 + ms);
  feed().finish();
  EXPECT_EQ(epoch_tracks(), "va a");
  EXPECT_TRUE(passed_.back().start);
}

TEST_F(FeedSessions, ThatNeverBeganLeaveNothing) {
  video(0, avc_header(avcc_32));
  video(0, avc_frame(false, inter_32));
  feed().begin_session();
  EXPECT_FALSE(feed().facts().begun);
  second(0, 1'000);
  EXPECT_EQ(epoch_tracks(), "va");
  EXPECT_EQ(samples(1)[0].dts, 900'000U);
}

TEST_F(FeedSessions, ThatEndedWhileSoundWasWaitedForAreNotLost) {
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  feed().begin_session();
  EXPECT_EQ(samples(1).size(), 1U);
}

// Stamps

TEST_F(FeedSessions, StampsThatJumpGoOnWithoutAGap) {
  second(0, 0);
  for (std::uint32_t ms = 1'000; ms < 2'000; ms += 40) {
    video(ms + 3'600'000, avc_frame(false, inter_32), ms);
    audio(ms + 3'600'005, aac_frame(), ms + 5);
  }
  feed().finish();
  const auto pictures = samples(1);
  ASSERT_EQ(pictures.size(), 50U);
  for (std::size_t i = 0; i < pictures.size(); ++i)
    EXPECT_NEAR(static_cast<double>(pictures[i].dts), 900'000.0 + static_cast<double>(i) * 3'600,
                90);
  EXPECT_GT(feed().facts().repairs, 0U);
  expect_no_steps_back();
}

TEST_F(FeedSessions, StampsThatWrapPassUnnoticed) {
  const auto before = std::uint32_t{0} - 500U;
  second(before, 0);
  const auto pictures = samples(1);
  ASSERT_EQ(pictures.size(), 25U);
  for (std::size_t i = 0; i < pictures.size(); ++i)
    EXPECT_EQ(pictures[i].dts, 900'000 + i * 3'600);
  EXPECT_EQ(feed().facts().repairs, 0U);
  EXPECT_EQ(passed_.back().message.timestamp, 965U);
}

TEST_F(FeedSessions, SoundThatBeganBeforeTheWrapIsComparedRightly) {
  audio(0, aac_header());
  audio(std::uint32_t{0} - 20U, aac_frame(), 0);
  audio(10, aac_frame(), 5);
  video(0, avc_header(avcc_32), 10);
  video(0, avc_frame(true, idr_32), 10);
  feed().finish();
  EXPECT_EQ(samples(2).size(), 1U);
  EXPECT_EQ(feed().facts().dropped_before_start, 1U);
}

TEST_F(FeedSessions, AnHourOfSoundNeitherJittersNorDrifts) {
  FeedOptions options;
  options.write = true;
  options.cut = {live::mux::Cut::At::duration, std::chrono::minutes{10}};
  make(options);
  video(0, avc_header(avcc_32));
  audio(0, aac_header());
  video(0, avc_frame(true, idr_32));
  const std::int64_t frames = 3'600 * 44'100 / 1'024;
  std::uint32_t ms = 0;
  for (std::int64_t i = 0; i < frames; ++i) {
    ms = static_cast<std::uint32_t>(live::rescale(i * 1'024, 1'000, 44'100));
    audio(ms, aac_frame());
  }
  feed().finish();
  const auto sound = samples(2);
  ASSERT_EQ(sound.size(), static_cast<std::size_t>(frames));
  for (std::size_t i = 0; i < sound.size(); ++i)
    ASSERT_EQ(sound[i].dts, 441'000 + i * 1'024) << i;
}

// Multitrack

Buffer many_video_tracks(bool key, std::uint8_t packet_type,
                         std::initializer_list<std::pair<std::uint8_t, Bytes>> tracks) {
  Buffer out;
  live::Writer w{out};
  w.u8((key ? 0x90 : 0xA0) | 6);
  w.u8(0x10 | packet_type);  // many tracks, one codec
  w.u32(four_cc("avc1"));
  for (const auto& [id, data] : tracks) {
    w.u8(id);
    w.be(3, data.size());
    w.bytes(data);
  }
  return out;
}

Buffer one_audio_track(std::uint8_t packet_type, std::uint8_t id, Bytes data) {
  Buffer out;
  live::Writer w{out};
  w.u8(0x90 | 5);
  w.u8(0x00 | packet_type);
  w.u32(four_cc("mp4a"));
  w.u8(id);
  w.bytes(data);
  return out;
}

class FeedTracks : public Stage {
 protected:
  void publish() {
    audio(0, aac_header());
    audio(0, one_audio_track(0, 2, bytes("1190")));
    video(0, many_video_tracks(true, 0, {{0, avcc_32}, {1, avcc_64}}));
    for (std::uint32_t ms = 0; ms < 200; ms += 40) {
      const bool key = ms == 0;
      video(ms, many_video_tracks(key, 3,
                                  {{0, key ? idr_32 : inter_32}, {1, key ? idr_64 : inter_64}}));
      audio(ms, aac_frame(0x11));
      audio(ms, one_audio_track(1, 2, Buffer(7, 0x22)));
    }
    feed().finish();
  }
};

TEST_F(FeedTracks, AreAllThereWhenAllAreWanted) {
  FeedOptions options;
  options.all_tracks = true;
  make(options);
  publish();
  ASSERT_EQ(epochs().size(), 1U);
  const auto init = epochs()[0];
  ASSERT_EQ(init.tracks.size(), 4U);
  EXPECT_EQ(init.video()->id, 1U);
  EXPECT_EQ(init.video()->parameters.width, 32U);
  EXPECT_EQ(init.audio()->id, 2U);
  EXPECT_EQ(init.tracks[2].parameters.sample_rate, 48'000U);
  EXPECT_EQ(init.tracks[3].parameters.width, 64U);
  for (const std::uint32_t track : {1U, 2U, 3U, 4U})
    EXPECT_EQ(samples(track).size(), 5U) << track;
  EXPECT_EQ(samples(4)[0].data, idr_64);
  EXPECT_EQ(samples(3)[0].data, Buffer(7, 0x22));
  EXPECT_EQ(samples(4)[4].dts, samples(1)[4].dts);
  EXPECT_EQ(passed_.size(), 15U);
  EXPECT_EQ(passed_[0].preface->messages.size(), 3U);
}

TEST_F(FeedTracks, OtherThanTheMainOnesAreLeftOutElse) {
  publish();
  ASSERT_EQ(epochs().size(), 1U);
  EXPECT_EQ(epochs()[0].tracks.size(), 2U);
  EXPECT_EQ(samples(1).size(), 5U);
  EXPECT_EQ(samples(2).size(), 5U);
  EXPECT_EQ(samples(2)[0].data, Buffer(10, 0x11));
  EXPECT_EQ(passed_.size(), 10U) << "messages without a main track";
  EXPECT_EQ(passed_[0].preface->messages.size(), 2U);
}

TEST_F(FeedTracks, BeyondSixteenAreLeftOut) {
  FeedOptions options;
  options.all_tracks = true;
  make(options);
  for (std::uint8_t id = 1; id < 40; ++id)
    audio(0, one_audio_track(0, id, bytes("1190")));
  publish();
  EXPECT_EQ(epochs()[0].tracks.size(), 16U);
}

}  // namespace
}  // namespace rtmp_ingest::test
