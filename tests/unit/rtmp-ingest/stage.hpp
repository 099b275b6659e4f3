// A feed between a publisher that is played here and readers that remember everything.
#pragma once

#include "common/flv/amf0.hpp"
#include "common/flv/audio.hpp"
#include "common/flv/tag.hpp"
#include "common/flv/video.hpp"
#include "common/mp4/stream_reader.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/rtmp-ingest/real_streams.hpp"
#include "tools/rtmp-ingest/feed.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace rtmp_ingest::test {

using live::Buffer;
using live::Bytes;
using live::rtmp::Message;
using live::rtmp::MessageType;
using live::test::bytes;

inline Message message(MessageType type, std::uint32_t timestamp, Buffer body) {
  Message out;
  out.type = type;
  out.timestamp = timestamp;
  out.payload = live::rtmp::Payload{std::move(body)};
  return out;
}

/// The tags of an FLV file as messages.
inline std::vector<Message> messages_of(Bytes file) {
  std::vector<Message> out;
  auto rest = file.subspan(live::flv::file_header_bytes);
  for (;;) {
    const auto step = live::flv::parse_tag_header(rest);
    const auto* tag = std::get_if<live::Taken<live::flv::TagHeader>>(&step);
    if (tag == nullptr) return out;
    const auto body = rest.subspan(tag->used, tag->value.size);
    out.push_back(message(static_cast<MessageType>(tag->value.type), tag->value.timestamp_ms,
                          {body.begin(), body.end()}));
    rest = rest.subspan(tag->used + body.size() + live::flv::back_pointer_bytes);
  }
}
inline std::vector<Message> messages_of(const char* hex) {
  static std::vector<Buffer> kept;
  return messages_of(kept.emplace_back(bytes(hex)));
}
inline std::vector<Message> only(MessageType type, std::vector<Message> all) {
  std::erase_if(all, [type](const Message& m) { return m.type != type; });
  return all;
}

inline Buffer joined(std::initializer_list<Bytes> parts) {
  Buffer out;
  for (const auto part : parts)
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

// Bodies.
inline Buffer video_body(live::flv::VideoPacket::Kind kind, std::uint32_t codec, bool key,
                         Bytes data) {
  live::flv::VideoPacket packet;
  packet.kind = kind;
  packet.codec_id = codec;
  packet.key = key;
  Buffer out;
  live::flv::write_video_head(out, packet, live::flv::Form::enhanced);
  out.insert(out.end(), data.begin(), data.end());
  return out;
}
inline Buffer video_start(std::uint32_t codec, Bytes data) {
  return video_body(live::flv::VideoPacket::Kind::sequence_start, codec, true, data);
}
inline Buffer video_frame(std::uint32_t codec, bool key, Bytes data) {
  return video_body(live::flv::VideoPacket::Kind::frame, codec, key, data);
}
inline Buffer audio_body(live::flv::AudioPacket::Kind kind, std::uint32_t codec, Bytes data) {
  live::flv::AudioPacket packet;
  packet.kind = kind;
  packet.codec_id = codec;
  Buffer out;
  live::flv::write_audio_head(out, packet, live::flv::Form::enhanced);
  out.insert(out.end(), data.begin(), data.end());
  return out;
}
inline Buffer avc_header(Bytes avcc) { return joined({bytes("17 00 000000"), avcc}); }
inline Buffer avc_frame(bool key, Bytes data) {
  return joined({bytes(key ? "17 01 000000" : "27 01 000000"), data});
}
inline Buffer aac_header(const char* config = "1210") {
  return joined({bytes("af 00"), bytes(config)});
}
inline Buffer aac_frame(std::uint8_t value = 0x21) {
  return joined({bytes("af 01"), Buffer(10, value)});
}

// What is in the small streams.
inline const auto avcc_32 =
    bytes("0164000affe100176764000aacd9496c0440000003004000000c83c489658001000468ef8fcbfdf8f800");
inline const auto idr_32 = bytes("00000013 6588840033fffa7f0fd7ffdfdf6a4756f21afd");
inline const auto inter_32 = bytes("00000008 419a2318857ffe56");
inline const auto avcc_64 =
    bytes("0142c00affe100176742c00ad9047b011000000300100000030320f122648001000568cb83cb20");
inline const auto idr_64 = bytes("00000012 6588840bf26280019939393aebaebaebaebc");
inline const auto inter_64 = bytes("00000006 419a3817e360");

struct Sample {
  std::uint64_t dts;
  std::uint32_t duration;
  std::int32_t composition;
  bool sync;
  Buffer data;
};

class Stage : public testing::Test {
 protected:
  void make(FeedOptions options = {}) {
    FeedSinks sinks;
    sinks.header = [this](auto header, auto change) {
      headers_.emplace_back(std::move(header), std::move(change));
    };
    sinks.media = [this](live::Gather media, bool start) { take(std::move(media), start); };
    sinks.players = [this](Passed passed) { passed_.push_back(std::move(passed)); };
    feed_ = std::make_unique<Feed>(options, std::move(sinks), "test");
    feed_->begin_session();
  }
  Feed& feed() {
    if (!feed_) make();
    return *feed_;
  }

  static live::Monotonic at(std::int64_t ms) {
    return live::Monotonic{} + std::chrono::hours{1} + std::chrono::milliseconds{ms};
  }
  /// Sent at its stamp, or at `arrival`; what push() says.
  std::string send(const Message& m, std::optional<std::int64_t> arrival = {}) {
    now_ = arrival.value_or(m.timestamp);
    return feed().push(m, at(now_), {});
  }
  std::string video(std::uint32_t timestamp, Buffer body,
                    std::optional<std::int64_t> arrival = {}) {
    return send(message(MessageType::video, timestamp, std::move(body)), arrival);
  }
  std::string audio(std::uint32_t timestamp, Buffer body,
                    std::optional<std::int64_t> arrival = {}) {
    return send(message(MessageType::audio, timestamp, std::move(body)), arrival);
  }
  void tick(std::int64_t ms) { feed().tick(at(ms)); }

  /// As Pipeline does it.
  void take(live::Gather media, bool start) {
    if (start && headers_.size() > written_headers_) {
      written_headers_ = headers_.size();
      const auto& [whole, change] = headers_.back();
      const auto& header = bytes_.empty() || !change ? whole : change;
      bytes_.insert(bytes_.end(), header->begin(), header->end());
    }
    if (bytes_.empty()) ++lost_;
    std::size_t size = 0;
    for (const auto piece : media.pieces) {
      bytes_.insert(bytes_.end(), piece.begin(), piece.end());
      size += piece.size();
    }
    EXPECT_EQ(size, media.size);
    starts_ += start ? 'S' : '-';
  }

  /// The fMP4 so far.
  std::vector<live::mp4::Item> items() {
    EXPECT_EQ(lost_, 0U) << "media before the first header";
    live::mp4::StreamReader reader;
    std::vector<live::mp4::Item> out;
    const auto broken = reader.feed(bytes_, out);
    EXPECT_FALSE(broken) << broken->why;
    EXPECT_TRUE(reader.at_boundary());
    return out;
  }
  std::vector<live::mp4::Init> epochs() {
    std::vector<live::mp4::Init> out;
    for (const auto& item : items()) {
      if (const auto* init = std::get_if<live::mp4::InitItem>(&item)) out.push_back(init->init);
    }
    return out;
  }
  /// "v", "a" or "va" for each epoch.
  std::string epoch_tracks() {
    std::string out;
    for (const auto& init : epochs()) {
      out += out.empty() ? "" : " ";
      out += init.video() != nullptr ? "v" : "";
      out += init.audio() != nullptr ? "a" : "";
    }
    return out;
  }
  /// Of a track id, of all epochs or one (from 0).
  std::vector<Sample> samples(std::uint32_t track, std::optional<int> epoch = {}) {
    std::vector<Sample> out;
    const auto all = items();
    const live::mp4::Init* init = nullptr;
    int number = -1;
    for (const auto& item : all) {
      if (const auto* begun = std::get_if<live::mp4::InitItem>(&item)) {
        init = &begun->init;
        ++number;
      }
      const auto* fragment = std::get_if<live::mp4::FragmentItem>(&item);
      if (fragment == nullptr || (epoch && *epoch != number)) continue;
      for (const auto& s : live::mp4::samples(fragment->bytes, fragment->parsed, *init)) {
        if (s.track == track)
          out.push_back(
              {s.decode_time, s.duration, s.composition, s.sync, {s.data.begin(), s.data.end()}});
      }
    }
    return out;
  }

  std::unique_ptr<Feed> feed_;
  std::vector<std::pair<std::shared_ptr<const Buffer>, std::shared_ptr<const Buffer>>> headers_;
  std::size_t written_headers_ = 0;
  Buffer bytes_;
  std::string starts_;
  unsigned lost_ = 0;
  std::vector<Passed> passed_;
  std::int64_t now_ = 0;
};

}  // namespace rtmp_ingest::test
