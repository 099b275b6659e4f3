#include "common/rtmp/chunk_reader.hpp"

#include "common/rtmp/chunk_writer.hpp"
#include "tests/support/bytes.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

using test::bytes;
using testing::ElementsAre;
using testing::HasSubstr;

/// "video@10 stream 1 on 6: 3 bytes" of each message.
std::vector<std::string> told(const std::vector<Message>& messages) {
  std::vector<std::string> out;
  for (const Message& m : messages)
    out.push_back(fmt::format("type {} at {} stream {} on {}: {:02X}",
                              static_cast<unsigned>(m.type), m.timestamp, m.stream, m.chunk_stream,
                              fmt::join(m.payload, " ")));
  return out;
}

std::vector<std::string> read(const Buffer& stream) {
  ChunkReader reader;
  std::vector<Message> messages;
  const auto bad = reader.feed(stream, messages);
  EXPECT_FALSE(bad) << bad->why;
  return told(messages);
}

std::string refusal(const Buffer& stream, const ChunkLimits& limits = {}) {
  ChunkReader reader{limits};
  std::vector<Message> messages;
  const auto bad = reader.feed(stream, messages);
  return bad ? bad->why : "";
}

std::vector<std::uint32_t> stamps(std::string_view hex) {
  ChunkReader reader;
  std::vector<Message> messages;
  EXPECT_FALSE(reader.feed(bytes(hex), messages));
  std::vector<std::uint32_t> out;
  for (const Message& message : messages)
    out.push_back(message.timestamp);
  return out;
}

/// `n` times `byte`, as hex.
std::string filled(std::string_view byte, std::size_t n) {
  std::string hex;
  for (std::size_t i = 0; i < n; ++i)
    hex += byte;
  return hex;
}
std::string zeros(std::size_t n) { return filled("00", n); }

// --- basic headers -------------------------------------------------------------------------------------------------

TEST(ChunkReader, ReadsAllThreeBasicHeaders) {
  EXPECT_THAT(read(bytes("02 000001 000001 08 00000000 AA   3F 000001 000001 08 00000000 AA"
                         "00 00 000001 000001 08 00000000 AA  00 FF 000001 000001 08 00000000 AA"
                         "01 0000 000001 000001 08 00000000 AA 01 0001 000001 000001 08 00000000 AA"
                         "01 FFFF 000001 000001 08 00000000 AA")),
              ElementsAre("type 8 at 1 stream 0 on 2: AA", "type 8 at 1 stream 0 on 63: AA",
                          "type 8 at 1 stream 0 on 64: AA", "type 8 at 1 stream 0 on 319: AA",
                          "type 8 at 1 stream 0 on 64: AA", "type 8 at 1 stream 0 on 320: AA",
                          "type 8 at 1 stream 0 on 65599: AA"));
}

TEST(ChunkReader, AChunkStreamIsTheSameInEveryForm) {
  EXPECT_THAT(
      read(bytes("00 10 000005 000002 09 01000000 AA BB  81 1000 000003 CC DD")),
      ElementsAre("type 9 at 5 stream 1 on 80: AA BB", "type 9 at 8 stream 1 on 80: CC DD"));
}

// --- message headers and time --------------------------------------------------------------------------------------

TEST(ChunkReader, TakesOverWhatAHeaderLeavesOut) {
  EXPECT_THAT(read(bytes("04 000064 000002 08 01000000 A0 A1"
                         "44 000014 000001 09 B0   84 000015 C0   C4 D0")),
              ElementsAre("type 8 at 100 stream 1 on 4: A0 A1", "type 9 at 120 stream 1 on 4: B0",
                          "type 9 at 141 stream 1 on 4: C0", "type 9 at 162 stream 1 on 4: D0"));
}

TEST(ChunkReader, MessageStreamIdsAreLittleEndian) {
  EXPECT_THAT(read(bytes("04 000000 000001 08 01020304 A0")),
              ElementsAre("type 8 at 0 stream 67305985 on 4: A0"));
}

TEST(ChunkReader, DeltasWrap) {
  EXPECT_THAT(stamps("04 FFFFFF 000001 08 01000000 FFFFFFF0 A0   84 000020 A0   C4 A0"),
              ElementsAre(0xFFFFFFF0U, 0x10U, 0x30U));
}

TEST(ChunkReader, TypeZeroMayGoBack) {
  EXPECT_THAT(stamps("04 000064 000001 08 01000000 A0  04 000005 000001 08 01000000 A0"),
              ElementsAre(100U, 5U));
}

TEST(ChunkReader, TypeThreeBehindTypeZeroRepeatsItsStampAsDelta) {
  EXPECT_THAT(stamps("04 000028 000001 08 01000000 A0  C4 A0  C4 A0"), ElementsAre(40U, 80U, 120U));
  EXPECT_THAT(stamps("04 000000 000001 08 01000000 A0  C4 A0"), ElementsAre(0U, 0U));
}

TEST(ChunkReader, TypeThreeBehindALateTypeZeroIsAtTheSameTime) {
  EXPECT_THAT(stamps("04 100000 000001 08 01000000 A0  C4 A0  84 000001 A0  C4 A0"),
              ElementsAre(0x100000U, 0x100000U, 0x100001U, 0x100002U));
  EXPECT_THAT(stamps("04 FFFFFF 000001 08 01000000 01000000 A0  C4 01000000 A0"),
              ElementsAre(0x1000000U, 0x1000000U));
}

TEST(ChunkReader, ExtendedDeltasAreDeltas) {
  EXPECT_THAT(stamps("04 002AF8 000001 08 01000000 A0  44 FFFFFF 000001 08 00FFFC18 A0"),
              ElementsAre(11'000U, 16'776'216U + 11'000U));
}

TEST(ChunkReader, AChunkStreamMayBeginWithTypeOne) {  // librtmp's Set Buffer Length
  EXPECT_THAT(read(bytes("42 000000 00000A 04 0003 00000001 00000BB8")),
              ElementsAre("type 4 at 0 stream 0 on 2: 00 03 00 00 00 01 00 00 0B B8"));
}

TEST(ChunkReader, AChunkStreamMustNotBeginWithTypeTwoOrThree) {
  EXPECT_EQ(refusal(bytes("85 000000 AA")), "chunk stream 5 begins with a header of type 2");
  EXPECT_EQ(refusal(bytes("C5")), "chunk stream 5 begins with a header of type 3");
}

// --- chunks of one message -----------------------------------------------------------------------------------------

TEST(ChunkReader, JoinsInterleavedMessages) {
  const std::string first = zeros(128);
  EXPECT_THAT(
      read(bytes("06 000001 000081 09 01000000" + first + "04 000002 000081 08 01000000" + first +
                 "C6 AB C4 CD")),
      ElementsAre(
          testing::AllOf(testing::StartsWith("type 9 at 1 "), testing::EndsWith(" 00 AB")),
          testing::AllOf(testing::StartsWith("type 8 at 2 "), testing::EndsWith(" 00 CD"))));
}

TEST(ChunkReader, ObeysSetChunkSizeFromTheNextChunkOn) {
  EXPECT_THAT(read(bytes("02 000000 000004 01 00000000 00000002"
                         "04 000000 000005 08 01000000 A0 A1"
                         "02 000000 000004 01 00000000 0000"  // cut in two chunks itself
                         "C2 0001"
                         "C4 A2 C4 A3 C4 A4")),
              ElementsAre("type 8 at 0 stream 1 on 4: A0 A1 A2 A3 A4"));
}

TEST(ChunkReader, RefusesAbsurdChunkSizes) {
  EXPECT_THAT(refusal(bytes("02 000000 000004 01 00000000 00000000")),
              HasSubstr("Set Chunk Size 0"));
  EXPECT_THAT(refusal(bytes("02 000000 000004 01 00000000 80000000")),
              HasSubstr("Set Chunk Size 2147483648"));
  EXPECT_EQ(refusal(bytes("02 000000 000004 01 00000000 7FFFFFFF")), "");
  EXPECT_EQ(refusal(bytes("02 000000 000003 01 00000000 000001")),
            "Set Chunk Size of 3 bytes, must be 4");
}

TEST(ChunkReader, AbortDropsTheMessageUnderWay) {
  EXPECT_THAT(read(bytes("06 000001 000081 09 01000000" + zeros(128) +
                         "02 000000 000004 02 00000000 00000006"
                         "06 000002 000001 09 01000000 AA"
                         "02 000000 000004 02 00000000 00000009")),
              ElementsAre("type 9 at 2 stream 1 on 6: AA"));
  EXPECT_EQ(refusal(bytes("02 000000 000002 02 00000000 0006")), "Abort of 2 bytes, must be 4");
}

TEST(ChunkReader, EmptyMessagesAreMessages) {
  EXPECT_THAT(read(bytes("04 000001 000000 08 01000000  84 000002  C4")),
              ElementsAre("type 8 at 1 stream 1 on 4: ", "type 8 at 3 stream 1 on 4: ",
                          "type 8 at 5 stream 1 on 4: "));
}

TEST(ChunkReader, AWholeHeaderMayGoOnWithAMessage) {
  EXPECT_THAT(read(bytes("02 000000 000004 01 00000000 00000002"
                         "06 000001 000005 09 01000000 A0 A1  06 000001 000005 09 01000000 A2 A3"
                         "46 000000 000005 09 A4")),
              ElementsAre("type 9 at 1 stream 1 on 6: A0 A1 A2 A3 A4"));
}

TEST(ChunkReader, AnotherMessageMustNotBeginWithinOne) {
  EXPECT_EQ(refusal(bytes("06 000001 000081 09 01000000" + zeros(128) +
                          "06 000001 000002 09 01000000 AA BB")),
            "a message of 2 bytes begins within one of 129 on chunk stream 6");
}

// --- extended timestamps of type 3 ---------------------------------------------------------------------------------

TEST(ChunkReader, TypeThreeMayRepeatAnExtendedTimestampOrNot) {
  const std::string size_two = "02 000000 000004 01 00000000 00000002";
  const std::string first = "06 FFFFFF 000005 09 01000000 01020304 A0 A1";
  for (const char* rest : {"C6 01020304 A2 A3  C6 01020304 A4", "C6 A2 A3 C6 A4"})
    EXPECT_THAT(read(bytes(size_two + first + rest)),
                ElementsAre("type 9 at 16909060 stream 1 on 6: A0 A1 A2 A3 A4"));
}

TEST(ChunkReader, PayloadThatBeginsLikeTheTimestampIsPayload) {
  EXPECT_THAT(read(bytes("02 000000 000004 01 00000000 00000003"
                         "06 FFFFFF 000005 09 01000000 01020304 A0 A1 A2  C6 01 02"
                         "06 000000 000001 09 01000000 AA")),
              ElementsAre("type 9 at 16909060 stream 1 on 6: A0 A1 A2 01 02",
                          "type 9 at 0 stream 1 on 6: AA"));
}

// --- any cut, any limit --------------------------------------------------------------------------------------------

/// A stream with everything in it.
Buffer everything() {
  Buffer stream = bytes(
      "02 000000 000004 01 00000000 00000005"
      "00 80 000064 000002 08 01000000 A0 A1   80 80 000014 B0 B1   C0 80 C0 C1"
      "01 FFFF FFFFFF 000010 09 01000000 01020304 00 01 02 03 04"
      "44 000000 000001 08 DD"
      "C1 FFFF 01020304 05 06 07 08 09   C1 FFFF 0A 01 02 03 04   C1 FFFF 01020304 01"
      "06 FFFFFF 000007 09 01000000 01020304 A0 A1 A2 A3 A4  C6 01 02"
      "02 000000 000004 02 00000000 00000006   04 000000 000000 08 00000000");
  const Buffer payload(300, 7);
  write_message(stream, {MessageType::video, 0x7000000, 1, 70}, payload, 5);
  return stream;
}

TEST(ChunkReader, CutsMakeNoDifference) {
  const Buffer stream = everything();
  const std::vector<std::string> whole = read(stream);
  ASSERT_EQ(whole.size(), 8U);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    for (const std::size_t second : {std::size_t{0}, std::size_t{1}, std::size_t{7}}) {
      ChunkReader reader;
      std::vector<Message> messages;
      const std::size_t middle = std::min(second, stream.size() - cut);
      EXPECT_FALSE(reader.feed(Bytes{stream}.first(cut), messages));
      EXPECT_FALSE(reader.feed(Bytes{stream}.subspan(cut, middle), messages));
      EXPECT_FALSE(reader.feed(Bytes{stream}.subspan(cut + middle), messages));
      EXPECT_EQ(told(messages), whole) << cut;
      EXPECT_EQ(reader.bytes(), stream.size());
      EXPECT_EQ(reader.unfinished_bytes(), 0U);
    }
  }
}

TEST(ChunkReader, ByteByByteIsTheSame) {
  const Buffer stream = everything();
  ChunkReader reader;
  std::vector<Message> messages;
  for (const std::uint8_t& byte : stream)
    EXPECT_FALSE(reader.feed({&byte, 1}, messages));
  EXPECT_EQ(told(messages), read(stream));
}

TEST(ChunkReader, ChangedBytesDoNoHarm) {
  const Buffer stream = everything();
  for (std::size_t at = 0; at < stream.size(); ++at)
    for (const int flip : {0x01, 0x80, 0xC0, 0xFF}) {
      Buffer changed = stream;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
      ChunkReader reader;
      std::vector<Message> messages;
      const auto bad = reader.feed(changed, messages);
      EXPECT_TRUE(!bad || !bad->why.empty());
    }
}

TEST(ChunkReader, LimitsTheMessage) {
  ChunkLimits limits;
  limits.message_bytes = 1000;
  EXPECT_EQ(refusal(bytes("04 000000 0003E9 08 01000000"), limits),
            "a message of 1001 bytes, at most 1000");
  EXPECT_EQ(refusal(bytes("04 000000 0003E8 08 01000000"), limits), "");
}

TEST(ChunkReader, LimitsTheChunkStreams) {
  Buffer stream;
  for (std::uint32_t id = 2; id < 67; ++id) {
    EXPECT_EQ(refusal(stream), "") << id;
    write_message(stream, {MessageType::audio, 0, 1, id}, bytes("AA"), 128);
  }
  EXPECT_EQ(refusal(stream), "more than 64 chunk streams");
}

TEST(ChunkReader, LimitsWhatIsUnfinished) {
  ChunkLimits limits;
  limits.unfinished_bytes = 300;
  Buffer stream;
  for (const char* id : {"04", "05", "06"}) {
    EXPECT_EQ(refusal(stream, limits), "");
    const Buffer chunk = bytes(std::string{id} + "000000 000100 08 01000000" + zeros(128));
    stream.insert(stream.end(), chunk.begin(), chunk.end());
  }
  EXPECT_EQ(refusal(stream, limits), "more than 300 bytes of unfinished messages");
}

TEST(ChunkReader, AnAnnouncementAllocatesNothing) {
  ChunkReader reader;
  std::vector<Message> messages;
  EXPECT_FALSE(reader.feed(bytes("04 000000 FFFFFF 08 01000000"), messages));
  EXPECT_EQ(reader.unfinished_bytes(), 0U);
  EXPECT_FALSE(reader.feed(bytes(zeros(128)), messages));
  EXPECT_EQ(reader.unfinished_bytes(), 128U);
}

/// Everything that `stream` holds, fed in pieces.
std::vector<Message> read_in_pieces(const Buffer& stream, std::size_t piece) {
  ChunkReader reader;
  std::vector<Message> messages;
  for (std::size_t at = 0; at < stream.size(); at += piece)
    EXPECT_FALSE(
        reader.feed(Bytes{stream}.subspan(at, std::min(piece, stream.size() - at)), messages));
  EXPECT_EQ(reader.unfinished_bytes(), 0U);
  return messages;
}

TEST(ChunkReader, MediaLiesOneBehindTheOther) {
  Buffer stream;
  for (std::uint8_t i = 0; i < 4; ++i)
    write_message(stream, {MessageType::video, 0, 1, 6}, Buffer(9'000, i), default_chunk_bytes);
  const auto messages = read_in_pieces(stream, 1'000);
  ASSERT_EQ(messages.size(), 4U);
  for (std::uint8_t i = 0; i < 4; ++i) {
    EXPECT_EQ(messages[i].payload, Buffer(9'000, i));
    EXPECT_EQ(messages[i].payload.begin(), messages[0].payload.begin() + 9'000 * i);
  }
}

TEST(ChunkReader, WhatIsLargerThanABlockHasItsOwnPlace) {
  Buffer stream;
  for (const std::size_t size : {Blocks::most_bytes, Blocks::most_bytes + 1, std::size_t{200'000}})
    write_message(stream, {MessageType::video, 0, 1, 6}, Buffer(size, 7), default_chunk_bytes);
  const auto messages = read_in_pieces(stream, 1'000);
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0].payload, Buffer(Blocks::most_bytes, 7));
  EXPECT_EQ(messages[1].payload, Buffer(Blocks::most_bytes + 1, 7));
  EXPECT_EQ(messages[2].payload, Buffer(200'000, 7));
}

TEST(ChunkReader, InterleavedMessagesKeepToTheirPlaces) {
  // Audio between two chunks of video.
  const auto stream = bytes("06 000000 000100 09 01000000" + filled("AA", 128) +
                            "04 000000 000003 08 01000000 010203" + "C6" + filled("BB", 128));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()}) {
    const auto messages = read_in_pieces(stream, piece);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].payload, (Buffer{1, 2, 3}));
    EXPECT_EQ(messages[1].payload, bytes(filled("AA", 128) + filled("BB", 128)));
  }
}

TEST(ChunkReader, WhatIsAbortedGivesItsPlaceBack) {
  const std::string head = "06 000000 000100 09 01000000";  // 256 bytes of video, in two chunks
  const auto video = bytes(head + zeros(128) + "C6" + zeros(128));
  const auto aborted = bytes(head + zeros(128) + "02 000000 000004 02 00000000 00000006");
  ChunkReader reader;
  std::vector<Message> messages;
  EXPECT_FALSE(reader.feed(video, messages));
  EXPECT_FALSE(reader.feed(aborted, messages));
  EXPECT_EQ(reader.unfinished_bytes(), 0U);
  EXPECT_FALSE(reader.feed(video, messages));
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[1].payload.begin(), messages[0].payload.end());
}

// --- aggregates ----------------------------------------------------------------------------------------------------

Message aggregate(std::string_view hex) {
  Message message;
  message.type = MessageType::aggregate;
  message.timestamp = 1000;
  message.stream = 1;
  message.chunk_stream = 7;
  message.payload = Payload{bytes(hex)};
  return message;
}

TEST(SplitAggregate, MovesStampsToTheAggregates) {
  std::vector<Message> messages;
  EXPECT_FALSE(split_aggregate(aggregate("08 000002 FFFFFE 00 000000 AAAB 0000000D"
                                         "09 000001 000008 01 000000 BB   0000000C"),
                               messages));
  EXPECT_THAT(told(messages), ElementsAre("type 8 at 1000 stream 1 on 7: AA AB",
                                          "type 9 at 1010 stream 1 on 7: BB"));
}

TEST(SplitAggregate, TheLastBackPointerMayBeMissing) {
  std::vector<Message> messages;
  EXPECT_FALSE(split_aggregate(aggregate("08 000001 000005 00 000000 AA"), messages));
  EXPECT_FALSE(split_aggregate(aggregate(""), messages));
  EXPECT_THAT(told(messages), ElementsAre("type 8 at 1000 stream 1 on 7: AA"));
}

TEST(SplitAggregate, RefusesWhatDoesNotAddUp) {
  const auto why = [](std::string_view hex) {
    std::vector<Message> messages;
    const auto bad = split_aggregate(aggregate(hex), messages);
    return bad ? bad->why : "";
  };
  EXPECT_THAT(why("08 000002 000005 00 000000 AA"), HasSubstr("beyond its end"));
  EXPECT_THAT(why("08 0000"), HasSubstr("beyond its end"));
  EXPECT_THAT(why("08 000001 000005 00 000000 AA 0000"), HasSubstr("back pointer"));
  EXPECT_THAT(why("16 000001 000005 00 000000 AA"), HasSubstr("within an aggregate"));
  std::string many;
  for (std::size_t i = 0; i < max_aggregate_messages; ++i)
    many += "08 000000 000005 00 000000 0000000B";
  EXPECT_EQ(why(many), "");
  EXPECT_EQ(why(many + "08 000000 000005 00 000000"), "an aggregate of more than 4096 messages");
}

}  // namespace
}  // namespace live::rtmp
