#include "common/flv/video.hpp"

#include "tests/support/bytes.hpp"
#include "tests/support/parsed.hpp"
#include "tests/unit/codec/vectors.hpp"

#include <gtest/gtest.h>

namespace live::flv {
namespace {

using codec::Codec;
using test::bytes;
using Kind = VideoPacket::Kind;

VideoBody parsed(Bytes body) { return test::good<VideoBody>(parse_video(body)); }
/// The only packet of a body.  `body` must live as long as its data is looked at.
VideoPacket packet(Bytes body) {
  const auto read = parsed(body);
  EXPECT_EQ(read.packets.size(), 1u);
  return read.packets.empty() ? VideoPacket{} : read.packets[0];
}
std::string why(Bytes body) { return test::why(parse_video(body)); }
Buffer data(const VideoPacket& packet) { return {packet.data.begin(), packet.data.end()}; }

// ---- legacy

TEST(FlvVideo, ReadsLegacyH264) {
  const auto start = bytes("17 00 000000 0164000c");
  EXPECT_FALSE(parsed(start).enhanced);
  EXPECT_EQ(packet(start).kind, Kind::sequence_start);
  EXPECT_EQ(packet(start).codec_id, four_cc("avc1"));
  EXPECT_EQ(data(packet(start)), bytes("0164000c"));

  const auto key = bytes("17 01 000050 0000000165");
  EXPECT_EQ(packet(key).kind, Kind::frame);
  EXPECT_TRUE(packet(key).key);
  EXPECT_EQ(packet(key).composition_ms, 80);
  EXPECT_EQ(data(packet(key)), bytes("0000000165"));

  const auto inter = bytes("27 01 ffffb0 0000000141");
  EXPECT_FALSE(packet(inter).key);
  EXPECT_EQ(packet(inter).composition_ms, -80);
}

TEST(FlvVideo, ReadsHevcAsEncodersInChinaSendIt) {
  const auto start = bytes("1c 00 000000 01");
  EXPECT_EQ(packet(start).kind, Kind::sequence_start);
  EXPECT_EQ(packet(start).codec_id, four_cc("hvc1"));
  EXPECT_EQ(packet(bytes("2c 01 000001 0000000102")).composition_ms, 1);
}

TEST(FlvVideo, EndsALegacySequence) {
  EXPECT_EQ(packet(bytes("17 02 000000")).kind, Kind::sequence_end);
  EXPECT_EQ(packet(bytes("27 02")).kind, Kind::sequence_end);
}

TEST(FlvVideo, NamesOtherLegacyCodecs) {
  for (const std::uint32_t id : {2, 3, 4, 5, 6, 8, 9, 13, 14, 15}) {
    const Buffer body{static_cast<std::uint8_t>(0x10 | id), 0xAA};
    EXPECT_EQ(packet(body).kind, Kind::frame);
    EXPECT_EQ(packet(body).codec_id, id);
    EXPECT_EQ(data(packet(body)), bytes("aa"));
    EXPECT_FALSE(video_codec(id));
  }
  EXPECT_EQ(codec_name(2), "Sorenson H.263 (2)");
  EXPECT_EQ(codec_name(13), "AV1, unofficial (13)");
  EXPECT_EQ(codec_name(10), "video codec (10)");
}

TEST(FlvVideo, IgnoresWhatHoldsNoPicture) {
  EXPECT_TRUE(parsed({}).packets.empty());
  EXPECT_EQ(packet(bytes("57 00")).kind, Kind::ignored) << "a seek command";
  EXPECT_EQ(packet(bytes("52 01")).kind, Kind::ignored);
  EXPECT_EQ(packet(bytes("27 01 000000")).kind, Kind::ignored) << "no data";
  EXPECT_EQ(packet(bytes("27 03 000000 aa")).kind, Kind::ignored) << "reserved";
  EXPECT_EQ(packet(bytes("d1 00")).kind, Kind::ignored) << "a seek command, enhanced";
}

TEST(FlvVideo, RefusesACutLegacyHead) {
  for (const auto* body : {"17", "17 00", "17 01 00", "1c 01 0000"})
    EXPECT_EQ(why(bytes(body)), "AVCVIDEOPACKET is cut") << body;
}

// ---- enhanced

TEST(FlvVideo, ReadsEnhancedPackets) {
  const auto start = bytes("90 68766331 01aa");
  EXPECT_TRUE(parsed(start).enhanced);
  EXPECT_EQ(packet(start).kind, Kind::sequence_start);
  EXPECT_EQ(packet(start).codec_id, four_cc("hvc1"));
  EXPECT_EQ(data(packet(start)), bytes("01aa"));

  const auto frame = bytes("a1 68766331 ffffff bb");
  EXPECT_EQ(packet(frame).kind, Kind::frame);
  EXPECT_FALSE(packet(frame).key);
  EXPECT_EQ(packet(frame).composition_ms, -1);
  EXPECT_EQ(data(packet(frame)), bytes("bb"));

  const auto frame_x = bytes("93 61766331 bb");
  EXPECT_TRUE(packet(frame_x).key);
  EXPECT_EQ(packet(frame_x).codec_id, four_cc("avc1"));
  EXPECT_EQ(packet(frame_x).composition_ms, 0);
  EXPECT_EQ(data(packet(frame_x)), bytes("bb"));

  EXPECT_EQ(packet(bytes("92 61763031")).kind, Kind::sequence_end);
}

TEST(FlvVideo, OnlyH264AndH265HaveACompositionTime) {
  for (const auto* head : {"91 61763031", "91 76703039", "91 76703038", "91 76766331"}) {
    auto body = bytes(head);
    body.push_back(0xBB);
    EXPECT_EQ(data(packet(body)), bytes("bb")) << head;
    EXPECT_EQ(packet(body).composition_ms, 0);
  }
}

TEST(FlvVideo, ReadsMetadataWhateverTheFrameType) {
  for (const auto* head : {"94 68766331", "d4 68766331"}) {
    auto body = bytes(head);
    Writer{body}.bytes(bytes("02 0009 636f6c6f72496e666f 06"));
    EXPECT_EQ(packet(body).kind, Kind::metadata);
    EXPECT_FALSE(packet(body).key);
    EXPECT_EQ(packet(body).data.size(), 13u);
  }
}

TEST(FlvVideo, SkipsReservedPacketTypes) {
  EXPECT_EQ(packet(bytes("95 61763031 aa")).kind, Kind::ignored) << "MPEG-2 TS";
  for (unsigned type = 8; type < 16; ++type) {
    const Buffer body{static_cast<std::uint8_t>(0x90 | type), 1, 2};
    EXPECT_EQ(packet(body).kind, Kind::ignored) << type;
    EXPECT_EQ(packet(body).codec_id, 0u);
  }
  EXPECT_EQ(packet(bytes("96 08 61763031 00")).kind, Kind::ignored) << "reserved, multitrack";
  EXPECT_EQ(packet(bytes("96 31 61763031 00")).kind, Kind::ignored) << "reserved kind";
  EXPECT_EQ(packet(bytes("96 f1")).kind, Kind::ignored) << "reserved kind";
  EXPECT_EQ(packet(bytes("a1 61763031")).kind, Kind::ignored) << "a frame without data";
}

TEST(FlvVideo, ReadsOneTrack) {
  // As OBS and FFmpeg send their further tracks.
  const auto body = bytes("96 01 61766331 02 000021 bb");
  EXPECT_EQ(packet(body).kind, Kind::frame);
  EXPECT_TRUE(packet(body).key);
  EXPECT_EQ(packet(body).track, 2);
  EXPECT_EQ(packet(body).codec_id, four_cc("avc1"));
  EXPECT_EQ(packet(body).composition_ms, 33);
  EXPECT_EQ(data(packet(body)), bytes("bb"));
}

TEST(FlvVideo, ReadsManyTracks) {
  const auto body = bytes("a6 11 68766331  00 000004 000001aa  01 000005 fffffebbbb  07 000000");
  const auto why_cut = why(body);
  EXPECT_EQ(why_cut, "composition time is cut") << "of track 7";
  const auto good = bytes("a6 11 68766331  00 000004 000001aa  01 000005 fffffebbbb");
  const auto packets = parsed(good).packets;
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[0].track, 0);
  EXPECT_EQ(packets[0].composition_ms, 1);
  EXPECT_EQ(data(packets[0]), bytes("aa"));
  EXPECT_EQ(packets[1].track, 1);
  EXPECT_EQ(packets[1].codec_id, four_cc("hvc1"));
  EXPECT_EQ(packets[1].composition_ms, -2);
  EXPECT_EQ(data(packets[1]), bytes("bbbb"));
  EXPECT_FALSE(packets[1].key);
}

TEST(FlvVideo, ReadsManyTracksOfManyCodecs) {
  const auto body = bytes("96 20  61763031 00 000002 8100  76703039 01 000001 00");
  const auto packets = parsed(body).packets;
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[0].kind, Kind::sequence_start);
  EXPECT_EQ(packets[0].codec_id, four_cc("av01"));
  EXPECT_EQ(data(packets[0]), bytes("8100"));
  EXPECT_EQ(packets[1].codec_id, four_cc("vp09"));
  EXPECT_EQ(packets[1].track, 1);
  EXPECT_EQ(data(packets[1]), bytes("00"));
}

TEST(FlvVideo, ReadsNanoseconds) {
  const auto body = bytes("97 02 0f423f 01 68766331 000000 aa");
  EXPECT_EQ(parsed(body).nanoseconds, 999'999u);
  EXPECT_EQ(packet(body).kind, Kind::frame);
  EXPECT_EQ(data(packet(body)), bytes("aa"));
  EXPECT_EQ(parsed(bytes("97 02 0f4240 01 68766331 000000 aa")).nanoseconds, 0u) << "a millisecond";
  EXPECT_EQ(parsed(bytes("97 01 0f42 01 68766331 000000 aa")).nanoseconds, 0u) << "two bytes";
  EXPECT_EQ(parsed(bytes("97 03 000001ff 01 68766331 000000 aa")).nanoseconds, 1u) << "four bytes";
}

TEST(FlvVideo, SkipsUnknownModEx) {
  // An unknown one of one byte, then the nanoseconds, then one track.
  const auto body = bytes("97 00 ee 17  02 000007 06  01 68766331 03 000000 aa");
  EXPECT_EQ(parsed(body).nanoseconds, 7u);
  EXPECT_EQ(packet(body).track, 3);
  // 300 bytes: the size in 16 bits behind 0xff.
  Buffer large = bytes("97 ff 012b");
  large.resize(large.size() + 300);
  Writer{large}.bytes(bytes("13 68766331 aa"));
  EXPECT_EQ(data(packet(large)), bytes("aa"));
}

TEST(FlvVideo, EveryCutHeadIsMalformed) {
  struct Case {
    const char* head;
    std::size_t least;  ///< from here on the body is whole
  };
  for (const auto& [hex, least] :
       {Case{"90 68766331", 5}, Case{"91 68766331 000000", 8}, Case{"96 01 61766331 02 000021", 10},
        Case{"97 02 000001 03 61766331", 10}, Case{"a6 11 68766331 00 000004 000001aa", 14},
        Case{"a6 21 68766331 00 000004 000001aa", 14}}) {
    const auto body = bytes(hex);
    for (std::size_t n = 1; n < body.size(); ++n)
      EXPECT_EQ(why(Bytes{body}.first(n)).empty(), n >= least) << hex << " cut at " << n;
    EXPECT_EQ(why(body), "");
  }
}

TEST(FlvVideo, RefusesWhatCannotBe) {
  EXPECT_EQ(why(bytes("96 16 61766331")), "multitrack within multitrack");
  EXPECT_EQ(why(bytes("96 11 61766331 00 000005 00000000")), "track is longer than the message");
  EXPECT_EQ(why(bytes("97 ff ffff 00")), "ModEx is cut");
  Buffer many = bytes("96 12 61766331");
  for (int i = 0; i < 256; ++i)
    Writer{many}.bytes(bytes("00 000000"));
  EXPECT_EQ(parsed(many).packets.size(), 256u);
  Writer{many}.bytes(bytes("00 000000"));
  EXPECT_EQ(why(many), "more than 256 tracks");
}

TEST(FlvVideo, OfAnyCorruptedByteIsReadOrRefused) {
  const auto whole = bytes("97 02 000007 16  11 68766331  00 000004 000001aa  01 000004 000001aa");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      auto changed = whole;
      changed[at] = static_cast<std::uint8_t>(value);
      const auto read = parse_video(changed);
      if (const auto* bad = std::get_if<Malformed>(&read)) {
        EXPECT_LE(bad->at, changed.size());
      }
    }
  }
}

// ---- codecs and their parameters

TEST(FlvVideo, KnowsItsCodecs) {
  EXPECT_EQ(video_codec(four_cc("avc1")), Codec::avc);
  EXPECT_EQ(video_codec(four_cc("hvc1")), Codec::hevc);
  EXPECT_EQ(video_codec(four_cc("av01")), Codec::av1);
  EXPECT_EQ(video_codec(four_cc("vp09")), Codec::vp9);
  EXPECT_FALSE(video_codec(four_cc("vvc1")));
  EXPECT_FALSE(video_codec(four_cc("vp08")));
  EXPECT_FALSE(video_codec(7));
  EXPECT_EQ(codec_name(four_cc("avc1")), "H.264");
  EXPECT_EQ(codec_name(four_cc("vvc1")), "H.266");
  EXPECT_EQ(codec_name(four_cc("abcd")), "abcd");
  EXPECT_EQ(codec_name(0x1B5B324A), "\\x1b[2J");
}

VideoPacket start(std::uint32_t codec_id, Bytes record) {
  VideoPacket packet;
  packet.kind = Kind::sequence_start;
  packet.codec_id = codec_id;
  packet.data = record;
  return packet;
}

TEST(FlvVideoParameters, OfH264) {
  const auto record = bytes(test::x264_avcc);
  const auto parameters = video_parameters(start(four_cc("avc1"), record));
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->codec, Codec::avc);
  EXPECT_EQ(parameters->config, record);
  EXPECT_EQ(parameters->width, 320u);
  EXPECT_EQ(parameters->height, 180u);
  EXPECT_EQ(parameters->sar_num, 1u);
  EXPECT_FALSE(video_parameters(start(four_cc("avc1"), {})));
  EXPECT_FALSE(video_parameters(start(four_cc("avc1"), bytes("0164000cffe000"))));
  EXPECT_FALSE(video_parameters(start(four_cc("vvc1"), record)));
}

TEST(FlvVideoParameters, OfAv1) {
  const auto record = bytes("81004c00 0a0b000000043cfeccfbf94040");  // FFmpeg, 320x180
  const auto parameters = video_parameters(start(four_cc("av01"), record));
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->codec, Codec::av1);
  EXPECT_EQ(parameters->config, record);
  EXPECT_EQ(parameters->width, 320u);
  EXPECT_EQ(parameters->height, 180u);
  // Bare OBUs make a record; a record without its sequence header waits for a key frame.
  EXPECT_EQ(video_parameters(start(four_cc("av01"), bytes("0a0b000000043cfeccfbf94040"))),
            parameters);
  auto waiting = video_parameters(start(four_cc("av01"), bytes("81004c00")));
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->width, 0u);
  EXPECT_FALSE(complete_video(*waiting, bytes("1200")));
  EXPECT_TRUE(complete_video(*waiting, bytes("1200 0a0b000000043cfeccfbf94040 32e6")));
  EXPECT_EQ(waiting->width, 320u);
  EXPECT_EQ(waiting->height, 180u);
  EXPECT_FALSE(video_parameters(start(four_cc("av01"), bytes("0164"))));
  EXPECT_FALSE(video_parameters(start(four_cc("av01"), {}))) << "as ffmpeg 9.0 begins";
}

TEST(FlvVideoParameters, OfVp9) {
  const auto bare = bytes("000b82 020202 0000");
  auto parameters = video_parameters(start(four_cc("vp09"), bytes("01000000 000b82 020202 0000")));
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->codec, Codec::vp9);
  EXPECT_EQ(parameters->config, bare);
  EXPECT_EQ(video_parameters(start(four_cc("vp09"), bare)), parameters) << "without version";
  EXPECT_FALSE(video_parameters(start(four_cc("vp09"), bytes("01000000 000b82 0202"))));
  EXPECT_EQ(parameters->width, 0u);
  EXPECT_FALSE(complete_video(*parameters, bytes("8649834200")));
  EXPECT_TRUE(complete_video(*parameters, bytes("824983420013f00b360638241c184a000ce05f")));
  EXPECT_EQ(parameters->width, 320u);
  EXPECT_EQ(parameters->height, 180u);
}

// ---- writing

TEST(FlvVideo, IsReadAsWritten) {
  for (const auto id : {four_cc("avc1"), four_cc("hvc1"), four_cc("av01"), four_cc("vp09")}) {
    for (const auto kind :
         {Kind::sequence_start, Kind::frame, Kind::sequence_end, Kind::metadata}) {
      for (const bool key : {true, false}) {
        for (const int composition : {0, 80, -80, 8388607, -8388608}) {
          const bool timed =
              kind == Kind::frame && (id == four_cc("avc1") || id == four_cc("hvc1"));
          VideoPacket written;
          written.kind = kind;
          written.codec_id = id;
          written.key = key;
          written.composition_ms = timed ? composition : 0;
          Buffer body;
          write_video_head(body, written, Form::enhanced);
          body.push_back(0xAA);
          const auto read = packet(body);
          EXPECT_EQ(read.kind, kind);
          EXPECT_EQ(read.codec_id, id);
          EXPECT_EQ(read.composition_ms, written.composition_ms);
          EXPECT_EQ(data(read), bytes("aa"));
          if (kind == Kind::frame) {
            EXPECT_EQ(read.key, key);
          }
        }
      }
    }
  }
}

TEST(FlvVideo, WritesLegacy) {
  const auto head = [](Kind kind, bool key, int composition) {
    VideoPacket packet;
    packet.kind = kind;
    packet.codec_id = four_cc("avc1");
    packet.key = key;
    packet.composition_ms = composition;
    Buffer out;
    write_video_head(out, packet, Form::legacy);
    return out;
  };
  EXPECT_EQ(head(Kind::sequence_start, false, 0), bytes("17 00 000000"));
  EXPECT_EQ(head(Kind::frame, true, 80), bytes("17 01 000050"));
  EXPECT_EQ(head(Kind::frame, false, -1), bytes("27 01 ffffff"));
  EXPECT_EQ(head(Kind::sequence_end, false, 0), bytes("17 02 000000"));
}

TEST(FlvVideo, WritesCompositionTimesOnlyWhereThereIsOne) {
  VideoPacket packet;
  packet.kind = Kind::frame;
  packet.codec_id = four_cc("hvc1");
  Buffer out;
  write_video_head(out, packet, Form::enhanced);
  EXPECT_EQ(out, bytes("a3 68766331"));
  out.clear();
  packet.codec_id = four_cc("av01");
  write_video_head(out, packet, Form::enhanced);
  EXPECT_EQ(out, bytes("a1 61763031"));
}

TEST(FlvVideo, WritesSequenceStarts) {
  const auto avcc = bytes(test::x264_avcc);
  const auto parameters = video_parameters(start(four_cc("avc1"), avcc));
  auto expected = bytes("17 00 000000");
  Writer{expected}.bytes(avcc);
  EXPECT_EQ(write_sequence_start(*parameters, Form::legacy), expected);
  for (const auto& [id, record] :
       {std::pair{four_cc("avc1"), avcc}, std::pair{four_cc("av01"), bytes("81004c00")},
        std::pair{four_cc("vp09"), bytes("01000000 000b82 020202 0000")}}) {
    Buffer enhanced = bytes("90");
    Writer{enhanced}.u32(id);
    Writer{enhanced}.bytes(record);
    EXPECT_EQ(write_sequence_start(*video_parameters(start(id, record)), Form::enhanced), enhanced);
  }
  codec::Parameters hevc{.codec = Codec::hevc, .config = bytes("01")};
  EXPECT_EQ(write_sequence_start(hevc, Form::enhanced), bytes("90 68766331 01"));
}

}  // namespace
}  // namespace live::flv
