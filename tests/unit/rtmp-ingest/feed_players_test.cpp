// What players get, and FLV.
#include "tests/unit/rtmp-ingest/stage.hpp"

#include <algorithm>

namespace rtmp_ingest::test {
namespace {

namespace amf0 = live::flv::amf0;

Buffer metadata(double width, bool set_data_frame = true) {
  Buffer body;
  if (set_data_frame) amf0::write_text(body, "@setDataFrame");
  amf0::write_text(body, "onMetaData");
  amf0::write(body, {amf0::Object{{{"width", {width}}}, true}});
  return body;
}

class FeedPlayers : public Stage {
 protected:
  std::string player_starts() const {
    std::string out;
    for (const auto& passed : passed_)
      out += passed.start ? 'S' : '-';
    return out;
  }
};

TEST_F(FeedPlayers, GetFramesAsTheyWereSentFromZeroOn) {
  auto sent = messages_of(avc_aac_flv);
  for (const auto& m : sent) {
    auto late = m;
    late.timestamp += 1'000'000;
    send(late, m.timestamp);
  }
  std::erase_if(sent,
                [](const Message& m) { return m.type == MessageType::data || m.payload[1] != 1; });
  ASSERT_EQ(passed_.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(passed_[i].message.payload.data(), sent[i].payload.data()) << "shared, not copied";
    EXPECT_EQ(passed_[i].message.timestamp, sent[i].timestamp);
    EXPECT_EQ(passed_[i].message.type, sent[i].type);
  }
  EXPECT_EQ(player_starts(), "S--------S------------");
}

TEST_F(FeedPlayers, AreToldMetadataAndHeadersFirst) {
  for (const auto& m : messages_of(avc_aac_flv))
    send(m);
  const auto& preface = passed_.front().preface->messages;
  ASSERT_EQ(preface.size(), 3U);
  EXPECT_EQ(preface[0].type, MessageType::data);
  const auto values = amf0::read(preface[0].payload);
  EXPECT_EQ(std::get<std::vector<amf0::Value>>(values)[0].text(), "onMetaData");
  EXPECT_EQ(preface[1].payload, avc_header(avcc_32));
  EXPECT_EQ(preface[2].type, MessageType::audio);
  EXPECT_EQ(passed_.back().preface, passed_.front().preface) << "one object while it is the same";
}

TEST_F(FeedPlayers, GetNewMetadataWithTheNextFrame) {
  audio(0, aac_header());
  video(0, avc_header(avcc_32));
  send(message(MessageType::data, 0, metadata(32)));
  video(0, avc_frame(true, idr_32));
  send(message(MessageType::data, 10, metadata(32, false)));
  video(40, avc_frame(false, inter_32));
  EXPECT_EQ(passed_[0].preface, passed_[1].preface);
  auto amf3 = metadata(64);
  amf3.insert(amf3.begin(), 0);
  send(message(MessageType::data_amf3, 50, amf3));
  video(80, avc_frame(false, inter_32));
  EXPECT_NE(passed_[1].preface, passed_[2].preface);
  EXPECT_EQ(passed_[2].preface->messages[0].payload, metadata(64, false));
  Buffer clear;
  amf0::write_text(clear, "@clearDataFrame");
  amf0::write_text(clear, "onMetaData");
  send(message(MessageType::data, 90, clear));
  video(120, avc_frame(false, inter_32));
  EXPECT_EQ(passed_[3].preface->messages.size(), 2U);
}

TEST_F(FeedPlayers, GetOtherDataInItsPlace) {
  audio(0, aac_header());
  video(0, avc_header(avcc_32));
  Buffer text;
  amf0::write_text(text, "onTextData");
  amf0::write(text, {amf0::Object{{{"text", {std::string{"hello"}}}}, false}});
  send(message(MessageType::data, 0, text));
  EXPECT_TRUE(passed_.empty()) << "before the first frame it has none";
  video(0, avc_frame(true, idr_32));
  video(40, avc_frame(false, inter_32));
  send(message(MessageType::data, 50, text));
  ASSERT_EQ(passed_.size(), 3U);
  EXPECT_EQ(passed_[2].message.payload, text);
  EXPECT_EQ(passed_[2].message.timestamp, 40U);
  EXPECT_FALSE(passed_[2].start);
}

TEST_F(FeedPlayers, GetNewHeadersWithTheNextFrame) {
  audio(0, aac_header());
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  video(40, avc_header(avcc_64));
  video(40, avc_frame(true, idr_64));
  EXPECT_EQ(passed_[0].preface->messages[0].payload, avc_header(avcc_32));
  EXPECT_EQ(passed_[1].preface->messages[0].payload, avc_header(avcc_64));
}

TEST_F(FeedPlayers, OfSoundAloneCanBeginAnywhere) {
  audio(0, aac_header());
  for (std::uint32_t ms = 0; ms < 2'100; ms += 100)
    audio(ms, aac_frame());
  EXPECT_EQ(player_starts(), std::string(21, 'S'));
}

// FLV

class FeedFlv : public FeedPlayers {
 protected:
  FeedFlv() {
    FeedOptions options;
    options.format = Format::flv;
    make(options);
  }
};

TEST_F(FeedFlv, IsTheSameFileAgain) {
  for (const auto& m : messages_of(avc_aac_flv))
    send(m);
  feed().finish();
  ASSERT_EQ(headers_.size(), 1U);
  EXPECT_EQ(Bytes{bytes_}[4], 5) << "audio and video";
  auto sent = messages_of(avc_aac_flv);
  sent.pop_back();  // the end of the sequence
  auto got = messages_of(Bytes{bytes_});
  ASSERT_EQ(got.size(), sent.size());
  // The headers stand together in front; frames are in order.
  const auto is_frame = [](const Message& m) {
    return m.type != MessageType::data && m.payload[1] == 1;
  };
  EXPECT_EQ(got[0].type, MessageType::data);
  EXPECT_EQ(got[0].payload, sent[0].payload);
  EXPECT_EQ(got[1].payload, avc_header(avcc_32));
  std::erase_if(sent, [&](const Message& m) { return !is_frame(m); });
  std::erase_if(got, [&](const Message& m) { return !is_frame(m); });
  ASSERT_EQ(got.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(got[i].payload, sent[i].payload);
    EXPECT_EQ(got[i].timestamp, sent[i].timestamp);
  }
  EXPECT_EQ(starts_, player_starts());
}

TEST_F(FeedFlv, PutsNewHeadersInFrontOfAKeyFrame) {
  audio(0, aac_header());
  video(0, avc_header(avcc_32));
  video(0, avc_frame(true, idr_32));
  video(40, avc_header(avcc_64));
  video(40, avc_frame(false, inter_32));
  video(80, avc_frame(true, idr_64));
  ASSERT_EQ(headers_.size(), 2U);
  const auto got = messages_of(Bytes{bytes_});
  ASSERT_EQ(got.size(), 7U);
  EXPECT_EQ(got[4].payload, avc_header(avcc_64));
  EXPECT_EQ(got[4].timestamp, 80U);
  EXPECT_EQ(got[6].payload, avc_frame(true, idr_64));
  const auto whole = messages_of(Bytes{*headers_[1].first});
  EXPECT_EQ(whole.size(), 2U) << "a reader that begins here gets a file header too";
}

TEST_F(FeedFlv, KeepsEnhancedBodies) {
  const auto codec = live::flv::four_cc("av01");
  audio(0, aac_header());
  const auto start = video_start(codec, bytes(av1c));
  const auto key = video_frame(codec, true, bytes(av1_key));
  video(0, start);
  video(0, key);
  video(40, video_frame(codec, false, bytes(av1_inter)));
  const auto got = messages_of(Bytes{bytes_});
  ASSERT_EQ(got.size(), 4U);
  EXPECT_EQ(got[0].payload, start);
  EXPECT_EQ(got[2].payload, key);
  EXPECT_EQ(feed().facts().video, "AV1 64x48");
}

TEST_F(FeedFlv, SaysThatThereIsOnlySound) {
  audio(0, aac_header());
  for (std::uint32_t ms = 0; ms < 2'100; ms += 100)
    audio(ms, aac_frame());
  EXPECT_EQ(Bytes{bytes_}[4], 4);
}

}  // namespace
}  // namespace rtmp_ingest::test
