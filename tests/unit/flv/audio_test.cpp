#include "common/flv/audio.hpp"

#include "tests/support/bytes.hpp"
#include "tests/support/parsed.hpp"

#include <gtest/gtest.h>

namespace live::flv {
namespace {

using codec::Codec;
using test::bytes;
using Kind = AudioPacket::Kind;

AudioBody parsed(Bytes body) { return test::good<AudioBody>(parse_audio(body)); }
/// The only packet of a body.  `body` must live as long as its data is looked at.
AudioPacket packet(Bytes body) {
  const auto read = parsed(body);
  EXPECT_EQ(read.packets.size(), 1u);
  return read.packets.empty() ? AudioPacket{} : read.packets[0];
}
std::string why(Bytes body) { return test::why(parse_audio(body)); }
Buffer data(const AudioPacket& packet) { return {packet.data.begin(), packet.data.end()}; }

constexpr auto opus_head = "4f707573486561640102380180bb0000000000";
constexpr auto dops = "000201380000bb80000000";
constexpr auto streaminfo = "0240024000010500014601f400f000000640ba1043a9ffa7c3755b54d7aa30ae48f0";
constexpr auto streaminfo_kept =
    "0240024000000000000001f400f00000000000000000000000000000000000000000";
constexpr auto mp3_frame = "fffb9064";  // layer III, 128 kbit/s, 44.1 kHz, joint stereo

TEST(FlvAudio, ReadsLegacyAac) {
  const auto start = bytes("af 00 1210");
  EXPECT_FALSE(parsed(start).enhanced);
  EXPECT_EQ(packet(start).kind, Kind::sequence_start);
  EXPECT_EQ(packet(start).codec_id, four_cc("mp4a"));
  EXPECT_EQ(data(packet(start)), bytes("1210"));
  const auto frame = bytes("af 01 de02");
  EXPECT_EQ(packet(frame).kind, Kind::frame);
  EXPECT_EQ(data(packet(frame)), bytes("de02"));
  EXPECT_EQ(why(bytes("af")), "AACPacketType is missing");
}

TEST(FlvAudio, ReadsLegacyMp3) {
  for (const auto* head : {"2f", "ef"}) {
    auto body = bytes(head);
    Writer{body}.bytes(bytes(mp3_frame));
    EXPECT_EQ(packet(body).kind, Kind::frame);
    EXPECT_EQ(packet(body).codec_id, four_cc(".mp3"));
    EXPECT_EQ(data(packet(body)), bytes(mp3_frame));
  }
}

TEST(FlvAudio, NamesOtherLegacyFormats) {
  for (const std::uint32_t format : {0, 1, 3, 4, 5, 6, 7, 8, 11, 12, 13, 15}) {
    const Buffer body{static_cast<std::uint8_t>(format << 4U | 0xFU), 0xAA};
    EXPECT_EQ(packet(body).kind, Kind::frame);
    EXPECT_EQ(packet(body).codec_id, format);
    EXPECT_FALSE(audio_codec(format));
  }
  EXPECT_EQ(audio_name(11), "Speex (11)");
  EXPECT_EQ(audio_name(12), "audio codec (12)");
  EXPECT_EQ(audio_name(four_cc("Opus")), "Opus");
  EXPECT_EQ(audio_name(four_cc("ec-3")), "E-AC-3");
  EXPECT_EQ(audio_name(four_cc("abcd")), "abcd");
}

TEST(FlvAudio, IgnoresWhatHoldsNoSound) {
  EXPECT_TRUE(parsed({}).packets.empty()) << "silence";
  EXPECT_EQ(packet(bytes("af 01")).kind, Kind::ignored);
  EXPECT_EQ(packet(bytes("af 02 aa")).kind, Kind::ignored) << "reserved";
  EXPECT_EQ(packet(bytes("2f")).kind, Kind::ignored);
  EXPECT_EQ(packet(bytes("91 4f707573")).kind, Kind::ignored);
  for (const unsigned type : {3, 6, 8, 9, 10, 11, 12, 13, 14, 15}) {
    const Buffer body{static_cast<std::uint8_t>(0x90 | type), 1};
    EXPECT_EQ(packet(body).kind, Kind::ignored) << type;
  }
  EXPECT_EQ(packet(bytes("95 03 4f707573 00 aa")).kind, Kind::ignored);
  EXPECT_EQ(packet(bytes("95 31 4f707573 00 aa")).kind, Kind::ignored);
}

TEST(FlvAudio, ReadsEnhancedPackets) {
  auto start = bytes("90 4f707573");
  Writer{start}.bytes(bytes(opus_head));
  EXPECT_TRUE(parsed(start).enhanced);
  EXPECT_EQ(packet(start).kind, Kind::sequence_start);
  EXPECT_EQ(packet(start).codec_id, four_cc("Opus"));
  EXPECT_EQ(data(packet(start)), bytes(opus_head));
  const auto frame = bytes("91 664c6143 fff8");
  EXPECT_EQ(packet(frame).kind, Kind::frame);
  EXPECT_EQ(packet(frame).codec_id, four_cc("fLaC"));
  EXPECT_EQ(data(packet(frame)), bytes("fff8"));
  EXPECT_EQ(packet(bytes("92 6d703461")).kind, Kind::sequence_end);
  const auto channels = bytes("94 6d703461 01 06 0000003f");
  EXPECT_EQ(packet(channels).kind, Kind::channels);
  EXPECT_EQ(data(packet(channels)), bytes("01 06 0000003f"));
}

TEST(FlvAudio, ReadsTracks) {
  const auto one = bytes("95 01 6d703461 01 de02");
  EXPECT_EQ(packet(one).track, 1);
  EXPECT_EQ(packet(one).kind, Kind::frame);
  EXPECT_EQ(data(packet(one)), bytes("de02"));

  const auto many = bytes("95 11 4f707573 00 000001 aa 01 000002 bbbb");
  const auto tracks = parsed(many).packets;
  ASSERT_EQ(tracks.size(), 2u);
  EXPECT_EQ(tracks[1].track, 1);
  EXPECT_EQ(tracks[1].codec_id, four_cc("Opus"));
  EXPECT_EQ(data(tracks[1]), bytes("bbbb"));

  const auto codecs = bytes("95 21 4f707573 00 000001 aa 6d703461 01 000000");
  const auto both = parsed(codecs).packets;
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].codec_id, four_cc("Opus"));
  EXPECT_EQ(both[1].codec_id, four_cc("mp4a"));
  EXPECT_EQ(both[1].kind, Kind::ignored) << "no data";
}

TEST(FlvAudio, ReadsNanoseconds) {
  const auto body = bytes("97 02 000102 05  01 6d703461 01 de02");
  EXPECT_EQ(parsed(body).nanoseconds, 258u);
  EXPECT_EQ(packet(body).track, 1);
}

TEST(FlvAudio, RefusesWhatCannotBe) {
  EXPECT_EQ(why(bytes("91 4f7075")), "FourCC is cut");
  EXPECT_EQ(why(bytes("95")), "multitrack head is cut");
  EXPECT_EQ(why(bytes("95 05 4f707573")), "multitrack within multitrack");
  EXPECT_EQ(why(bytes("95 01 4f707573")), "track head is cut");
  EXPECT_EQ(why(bytes("95 11 4f707573 00 0000")), "track head is cut");
  EXPECT_EQ(why(bytes("95 11 4f707573 00 000002 aa")), "track is longer than the message");
  EXPECT_EQ(why(bytes("97")), "ModEx is cut");
  EXPECT_EQ(why(bytes("97 00 aa")), "ModEx is cut");
}

// ---- parameters

AudioPacket of(Kind kind, std::uint32_t codec_id, Bytes data) { return {kind, 0, codec_id, data}; }

TEST(FlvAudioParameters, OfAac) {
  const auto asc = bytes("1210");
  const auto lc = audio_parameters(of(Kind::sequence_start, four_cc("mp4a"), asc));
  ASSERT_TRUE(lc);
  EXPECT_EQ(lc->codec, Codec::aac);
  EXPECT_EQ(lc->config, asc);
  EXPECT_EQ(lc->sample_rate, 44'100u);
  EXPECT_EQ(lc->channels, 2u);
  EXPECT_EQ(frame_samples(*lc, {}), 1024u);
  const auto he = audio_parameters(of(Kind::sequence_start, four_cc("mp4a"), bytes("2b11 8800")));
  ASSERT_TRUE(he);
  EXPECT_EQ(he->sample_rate, 48'000u);
  EXPECT_EQ(frame_samples(*he, {}), 2048u);
  EXPECT_FALSE(audio_parameters(of(Kind::sequence_start, four_cc("mp4a"), {})));
  EXPECT_FALSE(audio_parameters(of(Kind::frame, four_cc("mp4a"), asc)));
}

TEST(FlvAudioParameters, OfOpus) {
  const auto head = bytes(opus_head);
  const auto parameters = audio_parameters(of(Kind::sequence_start, four_cc("Opus"), head));
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->codec, Codec::opus);
  EXPECT_EQ(parameters->config, bytes(dops));
  EXPECT_EQ(parameters->sample_rate, 48'000u);
  EXPECT_EQ(parameters->channels, 2u);
  EXPECT_EQ(frame_samples(*parameters, bytes("fc00")), 960u);
  EXPECT_FALSE(frame_samples(*parameters, {}));
  EXPECT_EQ(audio_parameters(of(Kind::sequence_start, four_cc("Opus"), {})), parameters)
      << "no header";
  EXPECT_FALSE(audio_parameters(of(Kind::sequence_start, four_cc("Opus"), bytes("4f"))));
}

TEST(FlvAudioParameters, OfFlac) {
  auto header = bytes("664c6143 80000022");
  Writer{header}.bytes(bytes(streaminfo));
  const auto parameters = audio_parameters(of(Kind::sequence_start, four_cc("fLaC"), header));
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->codec, Codec::flac);
  EXPECT_EQ(parameters->config, bytes(streaminfo_kept));
  EXPECT_EQ(parameters->sample_rate, 8000u);
  EXPECT_EQ(parameters->channels, 1u);
  EXPECT_EQ(frame_samples(*parameters, bytes("fff8 24 08 00")), 576u);
  EXPECT_FALSE(audio_parameters(of(Kind::sequence_start, four_cc("fLaC"), bytes("664c6143"))));
}

TEST(FlvAudioParameters, OfFlacAreTheSameAtTheEnd) {
  // ffmpeg 9.0, its first and its last sequence start: STREAMINFO without "fLaC".
  const auto first =
      bytes("0400 0400 000000 000815 0bb800f000000000 00000000000000000000000000000000");
  const auto last =
      bytes("0400 0400 0000fc 00018b 0bb800f000023280 0e9d7dce5ba2b3c21e0da827578eebfe");
  const auto at = [](Bytes data) {
    return audio_parameters(of(Kind::sequence_start, four_cc("fLaC"), data));
  };
  ASSERT_TRUE(at(first));
  EXPECT_EQ(at(first)->sample_rate, 48'000u);
  EXPECT_EQ(at(first), at(last));
}

TEST(FlvAudioParameters, OfMp3AreInItsFrames) {
  EXPECT_TRUE(parameters_in_frames(Codec::mp3));
  EXPECT_FALSE(parameters_in_frames(Codec::aac));
  auto frames = bytes(mp3_frame);
  const auto parameters = audio_parameters(of(Kind::frame, four_cc(".mp3"), frames));
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->codec, Codec::mp3);
  EXPECT_EQ(parameters->sample_rate, 44'100u);
  EXPECT_EQ(parameters->channels, 2u);
  EXPECT_EQ(frame_samples(*parameters, frames), 1152u);
  frames.resize(417);
  Writer{frames}.bytes(bytes(mp3_frame));
  EXPECT_EQ(frame_samples(*parameters, frames), 2304u) << "two frames";
  EXPECT_FALSE(frame_samples(*parameters, bytes("00")));
  EXPECT_FALSE(audio_parameters(of(Kind::sequence_start, four_cc(".mp3"), frames)));
  EXPECT_FALSE(audio_parameters(of(Kind::frame, four_cc(".mp3"), bytes("fffd9064")))) << "layer II";
  EXPECT_FALSE(audio_parameters(of(Kind::frame, 11, frames)));
}

TEST(FlvAudioParameters, OfDolbyAreInItsFrames) {
  EXPECT_TRUE(parameters_in_frames(Codec::ac3));
  EXPECT_TRUE(parameters_in_frames(Codec::eac3));
  const auto ac3 = bytes("0b77c4fd144043e106f4"), eac3 = bytes("0b77017f3f87c00020f8");
  const auto stereo = audio_parameters(of(Kind::frame, four_cc("ac-3"), ac3));
  ASSERT_TRUE(stereo);
  EXPECT_EQ(stereo->codec, Codec::ac3);
  EXPECT_EQ(stereo->config, bytes("101140"));
  EXPECT_EQ(frame_samples(*stereo, ac3), 1536u);
  const auto surround = audio_parameters(of(Kind::frame, four_cc("ec-3"), eac3));
  ASSERT_TRUE(surround);
  EXPECT_EQ(surround->codec, Codec::eac3);
  EXPECT_EQ(surround->channels, 6u);
  EXPECT_EQ(frame_samples(*surround, eac3), 1536u);
  EXPECT_FALSE(audio_parameters(of(Kind::frame, four_cc("ac-3"), eac3)));
  EXPECT_TRUE(write_audio_sequence_start(*stereo, Form::enhanced).empty());
}

// ---- writing

TEST(FlvAudio, IsReadAsWritten) {
  for (const auto id : {four_cc("mp4a"), four_cc("Opus"), four_cc("fLaC"), four_cc(".mp3")}) {
    for (const auto kind :
         {Kind::sequence_start, Kind::frame, Kind::sequence_end, Kind::channels}) {
      Buffer body;
      write_audio_head(body, of(kind, id, {}), Form::enhanced);
      body.push_back(0xAA);
      EXPECT_EQ(packet(body).kind, kind);
      EXPECT_EQ(packet(body).codec_id, id);
      EXPECT_EQ(data(packet(body)), bytes("aa"));
    }
  }
}

TEST(FlvAudio, WritesLegacy) {
  const auto head = [](Kind kind, std::uint32_t id, const char* hex) {
    Buffer out;
    const auto frame = bytes(hex);
    write_audio_head(out, of(kind, id, frame), Form::legacy);
    return out;
  };
  EXPECT_EQ(head(Kind::sequence_start, four_cc("mp4a"), ""), bytes("af 00"));
  EXPECT_EQ(head(Kind::frame, four_cc("mp4a"), ""), bytes("af 01"));
  EXPECT_EQ(head(Kind::frame, four_cc(".mp3"), mp3_frame), bytes("2f"));
  EXPECT_EQ(head(Kind::frame, four_cc(".mp3"), "fffb90c4"), bytes("2e")) << "mono";
  EXPECT_EQ(head(Kind::frame, four_cc(".mp3"), "fff39064"), bytes("2b")) << "22.05 kHz";
  EXPECT_EQ(head(Kind::frame, four_cc(".mp3"), "ffe39064"), bytes("27")) << "11.025 kHz";
  EXPECT_EQ(head(Kind::frame, four_cc(".mp3"), "ffe398c4"), bytes("e2")) << "8 kHz";
  EXPECT_EQ(head(Kind::frame, four_cc(".mp3"), ""), bytes("2f"));
}

TEST(FlvAudio, WritesSequenceStarts) {
  const auto aac = audio_parameters(of(Kind::sequence_start, four_cc("mp4a"), bytes("1210")));
  EXPECT_EQ(write_audio_sequence_start(*aac, Form::legacy), bytes("af 00 1210"));
  EXPECT_EQ(write_audio_sequence_start(*aac, Form::enhanced), bytes("90 6d703461 1210"));

  const auto head = bytes(opus_head);
  const auto opus = audio_parameters(of(Kind::sequence_start, four_cc("Opus"), head));
  auto expected = bytes("90 4f707573");
  Writer{expected}.bytes(head);
  EXPECT_EQ(write_audio_sequence_start(*opus, Form::enhanced), expected);

  const auto flac = audio_parameters(of(Kind::sequence_start, four_cc("fLaC"), bytes(streaminfo)));
  expected = bytes("90 664c6143 664c6143 80000022");
  Writer{expected}.bytes(bytes(streaminfo_kept));
  EXPECT_EQ(write_audio_sequence_start(*flac, Form::enhanced), expected);

  codec::Parameters mp3;
  mp3.codec = Codec::mp3;
  EXPECT_TRUE(write_audio_sequence_start(mp3, Form::enhanced).empty());
}

}  // namespace
}  // namespace live::flv
