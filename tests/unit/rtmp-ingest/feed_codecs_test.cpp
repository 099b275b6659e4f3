// Codecs and what encoders make of them.
#include "common/codec/avc.hpp"
#include "common/codec/hevc.hpp"
#include "common/codec/nal.hpp"
#include "tests/unit/rtmp-ingest/stage.hpp"

#include <random>

namespace rtmp_ingest::test {
namespace {

using live::codec::Codec;
using live::flv::four_cc;
using Audio = live::flv::AudioPacket::Kind;

class FeedCodecs : public Stage {
 protected:
  /// Sound's headers, so that nothing waits for them.
  void sound() { audio(0, aac_header()); }
};

Buffer with_lengths(std::size_t length_size, std::initializer_list<Bytes> nals) {
  Buffer out;
  live::Writer writer{out};
  for (const auto nal : nals) {
    writer.be(length_size, nal.size());
    writer.bytes(nal);
  }
  return out;
}

const auto delimiter = bytes("09f0");
const auto idr_nal = Buffer(idr_32.begin() + 4, idr_32.end());
const auto inter_nal = Buffer(inter_32.begin() + 4, inter_32.end());

// H.264

TEST_F(FeedCodecs, LengthsOfTwoBytesAreWidenedAndPlayersGetWhatWasSent) {
  sound();
  auto avcc = avcc_32;
  avcc[4] = 0xFD;
  video(0, avc_header(avcc));
  const auto body = avc_frame(true, with_lengths(2, {delimiter, idr_nal}));
  const auto sent = message(MessageType::video, 0, body);
  send(sent);
  ASSERT_EQ(samples(1).size(), 1U);
  EXPECT_EQ(samples(1)[0].data, idr_32);
  ASSERT_EQ(passed_.size(), 1U);
  EXPECT_EQ(passed_[0].message.payload.data(), sent.payload.data()) << "shared, not copied";
  EXPECT_EQ(passed_[0].message.payload, body);
}

TEST_F(FeedCodecs, StartCodesInRtmpAreUnderstood) {
  sound();
  const auto record = live::codec::avc::parse_avcc(avcc_32);
  const auto start = bytes("00000001");
  const auto body = avc_frame(true, joined({start, delimiter, start, record->sps[0], start,
                                            record->pps[0], bytes("000001"), idr_nal}));
  video(0, avc_header(joined({start, record->sps[0], start, record->pps[0]})));
  video(0, body);
  video(40, avc_frame(false, joined({start, inter_nal})));
  ASSERT_EQ(samples(1).size(), 2U);
  EXPECT_EQ(samples(1)[0].data, idr_32);
  EXPECT_EQ(samples(1)[1].data, inter_32);
  EXPECT_EQ(passed_[0].message.payload, body);
}

TEST_F(FeedCodecs, SetsWithinTheFramesDoWithoutAHeader) {
  sound();
  const auto record = live::codec::avc::parse_avcc(avcc_32);
  video(0, avc_frame(true, with_lengths(4, {record->sps[0], record->pps[0], idr_nal})));
  ASSERT_EQ(samples(1).size(), 1U);
  EXPECT_EQ(samples(1)[0].data, idr_32) << "sets live in the init segment";
  EXPECT_EQ(epochs()[0].video()->parameters.width, 32U);
}

TEST_F(FeedCodecs, SetsWithinTheFramesThatChangeBeginAnEpoch) {
  sound();
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  const auto record = live::codec::avc::parse_avcc(avcc_64);
  const auto nal_64 = Bytes{idr_64}.subspan(4);
  video(40, avc_frame(true, with_lengths(4, {record->sps[0], record->pps[0], nal_64})));
  ASSERT_EQ(epochs().size(), 2U);
  EXPECT_EQ(epochs()[0].video()->parameters.width, 32U);
  EXPECT_EQ(epochs()[1].video()->parameters.width, 64U);
  EXPECT_EQ(feed().facts().video, "H.264 64x48");
}

TEST_F(FeedCodecs, HeadersThatRepeatChangeNothing) {
  audio(0, aac_header());
  for (std::uint32_t i = 0; i < 5; ++i) {
    video(i * 100, avc_header(avcc_32));
    audio(i * 100, aac_header());
    video(i * 100, avc_frame(true, idr_32));
    video(i * 100 + 40, avc_frame(false, inter_32));
  }
  EXPECT_EQ(epochs().size(), 1U);
  EXPECT_EQ(samples(1).size(), 10U);
  for (const auto& passed : passed_)
    EXPECT_EQ(passed.preface, passed_[0].preface);
}

TEST_F(FeedCodecs, NewHeadersBeginAnEpochAtTheNextKeyFrame) {
  sound();
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  video(40, avc_header(avcc_64));
  video(40, avc_frame(false, inter_32));
  EXPECT_EQ(epochs().size(), 1U);
  video(80, avc_frame(true, idr_64));
  ASSERT_EQ(epochs().size(), 2U);
  EXPECT_EQ(epochs()[1].video()->parameters.width, 64U);
  EXPECT_EQ(samples(1, 0).size(), 2U);
  EXPECT_EQ(samples(1, 1)[0].dts, 900'000U + 80U * 90U) << "time goes on";
}

TEST_F(FeedCodecs, NewHeadersWhileSoundIsWaitedForEndTheWaiting) {
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  video(40, avc_header(avcc_64));
  video(40, avc_frame(true, idr_64));
  ASSERT_EQ(epochs().size(), 2U);
  EXPECT_EQ(samples(1, 0)[0].data, idr_32);
  EXPECT_EQ(samples(1, 1)[0].data, idr_64);
}

TEST_F(FeedCodecs, NothingIsClaimedWhereFramesMayBeReordered) {
  sound();
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  const auto record = live::codec::avc::parse_avcc(epochs()[0].video()->parameters.config);
  EXPECT_EQ(record->sps[0], live::codec::avc::parse_avcc(avcc_32)->sps[0]);
}

TEST_F(FeedCodecs, BaselineSaysThatNothingIsReordered) {
  sound();
  for (const auto& m : only(MessageType::video, messages_of(baseline_flv)))
    send(m);
  const auto record = live::codec::avc::parse_avcc(epochs()[0].video()->parameters.config);
  EXPECT_EQ(live::codec::avc::parse_sps(record->sps[0])->max_num_reorder_frames, 0U);
  EXPECT_EQ(samples(1).size(), 3U);
}

TEST_F(FeedCodecs, AStreamWithoutIdrPicturesBeginsWhereItsFlagsSay) {
  sound();
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, inter_32));
  video(40, avc_frame(false, inter_32));
  EXPECT_FALSE(feed().facts().begun) << "an IDR may still come";
  video(80, avc_frame(true, inter_32));
  video(120, avc_frame(false, inter_32));
  ASSERT_EQ(samples(1).size(), 2U);
  EXPECT_TRUE(samples(1)[0].sync);
}

TEST_F(FeedCodecs, AFlagOnAPictureThatIsNoIdrIsNotBelieved) {
  sound();
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  video(40, avc_frame(true, inter_32));
  video(80, avc_frame(false, idr_32));
  ASSERT_EQ(samples(1).size(), 3U);
  EXPECT_FALSE(samples(1)[1].sync);
  EXPECT_TRUE(samples(1)[2].sync);
}

// The other ones

TEST_F(FeedCodecs, HevcComesThroughInBothForms) {
  const auto file = bytes(hevc_annex_b);
  const auto nals = live::codec::split_annex_b(file);
  ASSERT_EQ(nals.size(), 9U);
  const auto own = [](Bytes nal) { return std::vector<Buffer>{{nal.begin(), nal.end()}}; };
  const auto hvcc = live::codec::hevc::write_hvcc(own(nals[0]), own(nals[1]), own(nals[2]));
  for (const bool enhanced : {true, false}) {
    feed_.reset();
    bytes_.clear();
    headers_.clear();
    written_headers_ = 0;
    sound();
    const auto frame = [&](bool key, Bytes nal) {
      const auto data = with_lengths(4, {nal});
      return enhanced ? video_frame(four_cc("hvc1"), key, data)
                      : joined({bytes(key ? "1c 01 000000" : "2c 01 000000"), data});
    };
    video(0, enhanced ? video_start(four_cc("hvc1"), hvcc) : joined({bytes("1c 00 000000"), hvcc}));
    video(0, frame(true, nals[3]));
    video(40, frame(false, nals[4]));
    ASSERT_EQ(samples(1).size(), 2U);
    EXPECT_EQ(epochs()[0].video()->parameters.codec, Codec::hevc);
    EXPECT_EQ(epochs()[0].video()->parameters.width, 32U);
    EXPECT_TRUE(samples(1)[0].sync);
    EXPECT_FALSE(samples(1)[1].sync);
  }
}

TEST_F(FeedCodecs, Av1AndVp9ComeThroughAsTheyAre) {
  sound();
  video(0, video_start(four_cc("av01"), bytes(av1c)));
  video(0, video_frame(four_cc("av01"), true, joined({bytes("1200"), bytes(av1_key)})));
  video(40, video_frame(four_cc("av01"), false, bytes(av1_inter)));
  ASSERT_EQ(samples(1).size(), 2U);
  EXPECT_EQ(samples(1)[0].data, bytes(av1_key)) << "without the temporal delimiter";
  EXPECT_EQ(feed().facts().video, "AV1 64x48");
  video(80, video_start(four_cc("vp09"), bytes("01000000 000a8202 02020000")));
  video(80, video_frame(four_cc("vp09"), false, bytes(vp9_inter)));
  EXPECT_EQ(samples(1).size(), 2U) << "another codec begins with its own key frame";
  video(120, video_frame(four_cc("vp09"), true, bytes(vp9_key)));
  video(160, video_frame(four_cc("vp09"), false, bytes(vp9_inter)));
  ASSERT_EQ(epochs().size(), 2U);
  EXPECT_EQ(epochs()[1].video()->parameters.codec, Codec::vp9);
  EXPECT_EQ(epochs()[1].video()->parameters.width, 64U);
  EXPECT_EQ(samples(1, 1).size(), 2U);
}

TEST_F(FeedCodecs, VideoThatMp4DoesNotCarryIsRefused) {
  EXPECT_EQ(video(0, video_start(four_cc("vvc1"), bytes("01020304"))),
            "video codec H.266 is not carried: publish H.264, H.265, AV1 or VP9");
  make();
  EXPECT_EQ(video(0, bytes("22 00112233")),
            "video codec Sorenson H.263 (2) is not carried: publish H.264, H.265, AV1 or VP9");
}

TEST_F(FeedCodecs, SoundThatMp4DoesNotCarryIsLeftOutAndNotWaitedFor) {
  EXPECT_EQ(audio(0, bytes("b6 0011223344")), "");
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  EXPECT_EQ(audio(20, bytes("b6 0011223344")), "");
  EXPECT_EQ(epoch_tracks(), "v");
}

TEST_F(FeedCodecs, Mp3TellsItsParametersInItsFrames) {
  const auto both = bytes(mp3_frames);
  const auto first = Bytes{both}.first(104), second = Bytes{both}.subspan(104);
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  audio(0, joined({bytes("2e"), first}));
  EXPECT_TRUE(feed().facts().begun);
  audio(26, joined({bytes("2e"), second}));
  audio(52, joined({bytes("2e"), second}));
  feed().finish();
  EXPECT_EQ(feed().facts().audio, "MP3 44100 Hz 1 ch");
  const auto sound = samples(2);
  ASSERT_EQ(sound.size(), 3U);
  EXPECT_EQ(sound[2].dts - sound[0].dts, 2U * 1'152U);
  EXPECT_EQ(sound[0].data.size(), 104U);
}

TEST_F(FeedCodecs, OpusComesThrough) {
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  audio(0, audio_body(Audio::sequence_start, four_cc("Opus"), bytes(opus_head)));
  for (std::uint32_t i = 0; i < 20; ++i)
    audio(i * 20, audio_body(Audio::frame, four_cc("Opus"), bytes(opus_packet)));
  feed().finish();
  EXPECT_EQ(epochs()[0].audio()->parameters.codec, Codec::opus);
  EXPECT_EQ(epochs()[0].audio()->timescale, 48'000U);
  ASSERT_EQ(samples(2).size(), 20U);
  EXPECT_EQ(samples(2)[19].dts, 480'000U + 19U * 960U);
  EXPECT_EQ(samples(2)[19].duration, 960U);
}

TEST_F(FeedCodecs, FlacComesThrough) {
  auto info = bytes("1000 1000 00000e 00000e 0ac442f0 00000000");
  info.resize(34);
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  audio(0, audio_body(Audio::sequence_start, four_cc("fLaC"),
                      joined({bytes("664c6143 80000022"), info})));
  // Frames of 4096 samples: sync, block size code 12, 44.1 kHz.
  audio(0, audio_body(Audio::frame, four_cc("fLaC"), bytes("fff8 c918 00 c2 0000")));
  audio(93, audio_body(Audio::frame, four_cc("fLaC"), bytes("fff8 c918 01 c5 0000")));
  feed().finish();
  EXPECT_EQ(epochs()[0].audio()->parameters.codec, Codec::flac);
  ASSERT_EQ(samples(2).size(), 2U);
  EXPECT_EQ(samples(2)[1].dts - samples(2)[0].dts, 4'096U);
}

TEST_F(FeedCodecs, SoundOfAnotherRateBeginsAnEpochAndKeepsItsPlace) {
  sound();
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  audio(0, aac_frame());
  audio(500, aac_header("1190"));  // 48 kHz
  audio(500, aac_frame());
  video(1'000, avc_frame(true, idr_32));
  audio(1'000, aac_frame());
  feed().finish();
  ASSERT_EQ(epoch_tracks(), "va va");
  EXPECT_EQ(epochs()[1].audio()->timescale, 48'000U);
  ASSERT_EQ(samples(2, 0).size(), 1U) << "none between the headers and the key frame";
  ASSERT_EQ(samples(2, 1).size(), 1U);
  EXPECT_EQ(samples(2, 1)[0].dts, 480'000U + 48'000U);
}

TEST_F(FeedCodecs, NanosecondsOfModExAreAdded) {
  sound();
  video(0, video_start(four_cc("avc1"), avcc_32));
  // Enhanced, ModEx: TimestampOffsetNano of 500000 ns, then CodedFramesX.
  const auto frame = [](bool key, std::uint32_t ns, Bytes data) {
    Buffer out;
    live::Writer w{out};
    w.u8(key ? 0x97 : 0xA7);
    w.u8(2);
    w.be(3, ns);
    w.u8(0x03);  // kind 0, then packet type 3
    w.u32(four_cc("avc1"));
    w.bytes(data);
    return out;
  };
  video(0, frame(true, 0, idr_32));
  video(16, frame(false, 666'667, inter_32));
  video(33, frame(false, 333'333, inter_32));
  ASSERT_EQ(samples(1).size(), 3U);
  EXPECT_EQ(samples(1)[1].dts, 901'500U);
  EXPECT_EQ(samples(1)[2].dts, 903'000U);
  EXPECT_EQ(passed_[1].message.timestamp, 16U);
}

TEST_F(FeedCodecs, RubbishIsCountedAndLeftOut) {
  sound();
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  const auto before = feed().facts().ignored;
  video(10, bytes("17 01"));
  audio(10, bytes("90 4f70"));
  send(message(MessageType::data, 10, bytes("ffff")));
  EXPECT_EQ(feed().facts().ignored - before, 3U);
  std::mt19937 random{1};
  for (int i = 0; i < 20'000; ++i) {
    Buffer body(random() % 40);
    for (auto& byte : body)
      byte = static_cast<std::uint8_t>(random());
    const auto ms = static_cast<std::uint32_t>(20 + i);
    if (!body.empty() && i % 3 != 0) body[0] = i % 3 == 1 ? 0x17 : 0xAF;
    send(message(i % 3 == 1 ? MessageType::video : MessageType::audio, ms, body));
  }
  items();
}

// Colours

/// A metadata packet: BT.2020 with this transfer, by its code point.
Buffer color_info(double transfer) {
  Buffer told;
  live::flv::amf0::write_text(told, "colorInfo");
  live::flv::amf0::Object config, info;
  config.properties = {{"colorPrimaries", {9.0}},
                       {"transferCharacteristics", {transfer}},
                       {"matrixCoefficients", {9.0}}};
  info.properties = {{"colorConfig", {config}}};
  live::flv::amf0::write(told, {info});
  return video_body(live::flv::VideoPacket::Kind::metadata, four_cc("avc1"), false, told);
}

bool has_nclx(const Buffer& init, const char* code_points) {
  const auto nclx = bytes(std::string{"6e636c78 "} + code_points);
  return live::as_text(init).find(live::as_text(nclx)) != std::string_view::npos;
}

TEST_F(FeedCodecs, ColoursOfHighDynamicRangeStandInTheInitSegment) {
  sound();
  const auto body = color_info(16);
  video(0, body);
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  video(40, avc_frame(false, inter_32));
  feed().finish();
  ASSERT_EQ(epochs().size(), 1U);
  EXPECT_EQ(samples(1, 0).size(), 2U);
  EXPECT_TRUE(has_nclx(*headers_.at(0).first, "0009 0010 0009 00"));
  EXPECT_EQ(passed_.at(1).preface->messages.at(1).payload, body) << "players get it as it was sent";
}

TEST_F(FeedCodecs, ColoursThatComeOrChangeLaterBeginAnEpochAtTheNextKeyFrame) {
  sound();
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  video(40, color_info(16));
  video(40, avc_frame(false, inter_32));
  video(80, avc_frame(true, idr_32));
  video(120, color_info(16));
  video(120, avc_frame(true, idr_32));
  video(160, color_info(18));
  video(160, avc_frame(true, idr_32));
  feed().finish();
  ASSERT_EQ(epochs().size(), 3U) << "told again is no change";
  EXPECT_FALSE(has_nclx(*headers_.at(0).first, "0009"));
  EXPECT_TRUE(has_nclx(*headers_.at(1).first, "0009 0010 0009 00"));
  EXPECT_TRUE(has_nclx(*headers_.at(2).first, "0009 0012 0009 00"));
  EXPECT_EQ(samples(1, 0).size(), 2U);
  EXPECT_EQ(samples(1, 1).size(), 2U);
  EXPECT_EQ(samples(1, 2).size(), 1U);
}

}  // namespace
}  // namespace rtmp_ingest::test
