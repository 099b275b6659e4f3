#include "common/rtmp/chunk_writer.hpp"

#include "common/rtmp/chunk_reader.hpp"
#include "tests/support/bytes.hpp"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

using test::bytes;

Buffer written(const MessageHead& head, const Buffer& payload, std::uint32_t chunk_bytes) {
  Buffer out;
  write_message(out, head, payload, chunk_bytes);
  return out;
}

Buffer counting(std::size_t n) {
  Buffer payload(n);
  std::iota(payload.begin(), payload.end(), std::uint8_t{0});
  return payload;
}

Buffer joined(const std::vector<iovec>& pieces) {
  Buffer out;
  for (const iovec& piece : pieces) {
    const auto* begin = static_cast<const std::uint8_t*>(piece.iov_base);
    out.insert(out.end(), begin, begin + piece.iov_len);
  }
  return out;
}

constexpr MessageHead video{MessageType::video, 0x1234, 1, 6};
constexpr MessageHead late_video{MessageType::video, 0x01020304, 1, 6};

TEST(WriteMessage, BeginsWithTypeZeroAndGoesOnWithTypeThree) {
  EXPECT_EQ(written(video, counting(5), 2),
            bytes("06 001234 000005 09 01000000  00 01  C6 02 03  C6 04"));
}

TEST(WriteMessage, PutsALateStampIntoEveryChunk) {
  EXPECT_EQ(written(late_video, counting(3), 2),
            bytes("06 FFFFFF 000003 09 01000000 01020304  00 01  C6 01020304 02"));
  EXPECT_EQ(written({MessageType::audio, 0xFFFFFF, 1, 4}, counting(1), 2),
            bytes("04 FFFFFF 000001 08 01000000 00FFFFFF  00"));
  EXPECT_EQ(written({MessageType::audio, 0xFFFFFE, 1, 4}, counting(1), 2),
            bytes("04 FFFFFE 000001 08 01000000  00"));
}

TEST(WriteMessage, UsesTheShortestBasicHeader) {
  const auto start = [](std::uint32_t id) {
    Buffer out = written({MessageType::audio, 0, 0, id}, counting(3), 2);
    return out;
  };
  EXPECT_EQ(start(63), bytes("3F 000000 000003 08 00000000 0001 FF 02"));
  EXPECT_EQ(start(64), bytes("00 00 000000 000003 08 00000000 0001 C0 00 02"));
  EXPECT_EQ(start(319), bytes("00 FF 000000 000003 08 00000000 0001 C0 FF 02"));
  EXPECT_EQ(start(320), bytes("01 0001 000000 000003 08 00000000 0001 C1 0001 02"));
  EXPECT_EQ(start(65599), bytes("01 FFFF 000000 000003 08 00000000 0001 C1 FFFF 02"));
}

TEST(WriteMessage, AnEmptyMessageIsOneChunk) {
  EXPECT_EQ(written(video, {}, 128), bytes("06 001234 000000 09 01000000"));
}

TEST(WriteMessage, IsReadBackWhateverTheSizes) {
  for (const std::uint32_t chunk : {1U, 2U, 127U, 128U, 60'000U})
    for (const std::size_t length : {0U, 1U, 127U, 128U, 129U, 1000U, 70'000U})
      for (const MessageHead& head : {video, late_video}) {
        Buffer stream = written({MessageType::set_chunk_size, 0, 0, 2},
                                {std::uint8_t(chunk >> 24U), std::uint8_t(chunk >> 16U),
                                 std::uint8_t(chunk >> 8U), std::uint8_t(chunk)},
                                default_chunk_bytes);
        const Buffer payload = counting(length);
        write_message(stream, head, payload, chunk);
        ChunkReader reader;
        std::vector<Message> messages;
        ASSERT_FALSE(reader.feed(stream, messages));
        ASSERT_EQ(messages.size(), 1U);
        EXPECT_EQ(messages[0].payload, payload);
        EXPECT_EQ(messages[0].timestamp, head.timestamp);
        EXPECT_EQ(messages[0].stream, 1U);
        EXPECT_EQ(messages[0].chunk_stream, 6U);
        EXPECT_EQ(messages[0].type, MessageType::video);
      }
}

TEST(SharedChunks, AreWhatWriteMessageWritesFromAnyByteOn) {
  for (const std::uint32_t chunk : {1U, 2U, 5U, 6U, 7U, 60'000U})
    for (const std::size_t length : {0U, 1U, 6U, 12U, 13U})
      for (const MessageHead& head : {video, late_video}) {
        const auto payload = Payload{counting(length)};
        const SharedChunks chunks{head, payload, chunk};
        const Buffer whole = written(head, counting(length), chunk);
        ASSERT_EQ(chunks.size(), whole.size());
        for (std::size_t sent = 0; sent <= whole.size(); ++sent) {
          std::vector<iovec> pieces;
          EXPECT_TRUE(chunks.append_pieces(pieces, sent, 100));
          const Buffer rest(whole.begin() + static_cast<std::ptrdiff_t>(sent), whole.end());
          EXPECT_EQ(joined(pieces), rest) << chunk << ' ' << length << ' ' << sent;
        }
      }
}

TEST(SharedChunks, TellWhenThereIsNoRoomForAllPieces) {
  const SharedChunks chunks{video, Payload{counting(5)}, 2};
  std::vector<iovec> pieces(3);
  EXPECT_FALSE(chunks.append_pieces(pieces, 0, 5));
  EXPECT_EQ(pieces.size(), 8U);
  pieces.clear();
  EXPECT_TRUE(chunks.append_pieces(pieces, 0, 6));
  pieces.clear();
  EXPECT_FALSE(chunks.append_pieces(pieces, 0, 0));
  EXPECT_TRUE(chunks.append_pieces(pieces, chunks.size(), 0));
  EXPECT_TRUE(pieces.empty());
}

TEST(SharedChunks, CopyNoPayload) {
  const auto payload = Payload{counting(5)};
  const SharedChunks chunks{video, payload, 128};
  std::vector<iovec> pieces;
  EXPECT_TRUE(chunks.append_pieces(pieces, 0, 10));
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[1].iov_base, payload.data());
}

}  // namespace
}  // namespace live::rtmp
