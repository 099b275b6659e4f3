#include "common/http/ws_frame.hpp"

#include "tests/support/bytes.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace live::http {
namespace {

using test::bytes;

/// What a client would send: one masked frame.
Buffer client_frame(Opcode opcode, std::string_view payload, bool final = true) {
  constexpr std::array<std::uint8_t, 4> mask{0x37, 0xfa, 0x21, 0x3d};
  const auto header = frame_header(opcode, payload.size());
  Buffer out(header.bytes.begin(), header.bytes.begin() + static_cast<long>(header.size));
  if (!final) out[0] = static_cast<std::uint8_t>(out[0] & 0x7FU);
  out[1] = static_cast<std::uint8_t>(out[1] | 0x80U);
  out.insert(out.end(), mask.begin(), mask.end());
  for (std::size_t i = 0; i < payload.size(); ++i)
    out.push_back(
        static_cast<std::uint8_t>(static_cast<unsigned char>(payload[i]) ^ mask.at(i % 4)));
  return out;
}

Buffer operator+(Buffer a, const Buffer& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Outcome {
  std::vector<Message> messages;
  std::optional<CloseCode> refused;
};

/// Feeds `parts` one after the other.
Outcome read(const std::vector<Bytes>& parts, std::size_t limit = 4096) {
  MessageReader reader{limit};
  Outcome outcome;
  for (auto part : parts) {
    for (;;) {
      auto step = reader.next(part);
      if (auto* message = std::get_if<Message>(&step)) {
        outcome.messages.push_back(std::move(*message));
        continue;
      }
      if (const auto* violation = std::get_if<Violation>(&step)) {
        outcome.refused = violation->code;
        return outcome;
      }
      EXPECT_TRUE(part.empty()) << "NeedMore takes all that there is";
      break;
    }
  }
  return outcome;
}

TEST(MessageReader, ReadsTheMaskedHelloOfTheStandard) {  // RFC 6455 §5.7
  const auto outcome = read({bytes("81 85 37 fa 21 3d 7f 9f 4d 51 58")});
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.messages[0].opcode, Opcode::text);
  EXPECT_EQ(as_text(outcome.messages[0].payload), "Hello");
}

TEST(MessageReader, ReadsEverySplitOfAStreamAlike) {
  const auto stream = client_frame(Opcode::text, "Hel", false) + client_frame(Opcode::ping, "?") +
                      client_frame(Opcode::continuation, "lo") +
                      client_frame(Opcode::binary, std::string(300, 'x')) +
                      client_frame(Opcode::close, "\x03\xe8 bye");
  for (std::size_t n = 0; n <= stream.size(); ++n) {
    const auto outcome = read({Bytes{stream}.first(n), Bytes{stream}.subspan(n)});
    ASSERT_FALSE(outcome.refused) << n;
    ASSERT_EQ(outcome.messages.size(), 4U) << n;
    EXPECT_EQ(outcome.messages[0].opcode, Opcode::ping) << "control frames come between fragments";
    EXPECT_EQ(as_text(outcome.messages[1].payload), "Hello");
    EXPECT_EQ(outcome.messages[1].opcode, Opcode::text);
    EXPECT_EQ(outcome.messages[2].payload.size(), 300U);
    EXPECT_EQ(as_text(outcome.messages[3].payload).substr(2), " bye");
  }
}

TEST(MessageReader, EveryPrefixAsksForMore) {
  const auto frame = client_frame(Opcode::binary, std::string(200, 'x'));
  for (std::size_t n = 0; n < frame.size(); ++n) {
    MessageReader reader;
    auto part = Bytes{frame}.first(n);
    const auto step = reader.next(part);
    ASSERT_TRUE(std::holds_alternative<NeedMore>(step)) << n;
    EXPECT_GT(std::get<NeedMore>(step).bytes, 0U);
    EXPECT_LE(std::get<NeedMore>(step).bytes, frame.size() - n);
  }
}

TEST(MessageReader, AnyChangedByteIsReadOrRefused) {
  const auto good = client_frame(Opcode::text, "Hel", false) +
                    client_frame(Opcode::continuation, "lo") +
                    client_frame(Opcode::close, "\x03\xe8");
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      auto bad = good;
      bad[at] = static_cast<std::uint8_t>(value);
      EXPECT_LE(read({bad}).messages.size(), 3U);
    }
  }
}

TEST(MessageReader, RefusesWhatTheStandardForbids) {
  const auto refusal = [](Buffer in) { return read({in}).refused; };
  EXPECT_EQ(refusal(bytes("81 05 48 65 6c 6c 6f")), CloseCode::protocol_error) << "no mask";
  EXPECT_EQ(refusal(bytes("c1 80 00000000")), CloseCode::protocol_error) << "RSV1";
  EXPECT_EQ(refusal(bytes("83 80 00000000")), CloseCode::protocol_error) << "opcode 3";
  EXPECT_EQ(refusal(bytes("8b 80 00000000")), CloseCode::protocol_error) << "opcode 11";
  EXPECT_EQ(refusal(bytes("09 80 00000000")), CloseCode::protocol_error) << "a ping in fragments";
  EXPECT_EQ(refusal(bytes("89 fe 007e 00000000")), CloseCode::protocol_error)
      << "a ping of 126 bytes";
  EXPECT_EQ(refusal(bytes("80 80 00000000")), CloseCode::protocol_error) << "continues nothing";
  EXPECT_EQ(refusal(client_frame(Opcode::text, "a", false) + client_frame(Opcode::text, "b")),
            CloseCode::protocol_error)
      << "a message within a message";
  EXPECT_EQ(refusal(bytes("82 fe 0005 00000000")), CloseCode::protocol_error)
      << "length not minimal";
  EXPECT_EQ(refusal(bytes("82 ff 000000000000ffff 00000000")), CloseCode::protocol_error);
  EXPECT_EQ(refusal(bytes("82 ff 8000000000000000 00000000")), CloseCode::protocol_error);
  EXPECT_EQ(refusal(client_frame(Opcode::text, "\xff")), CloseCode::bad_text);
  EXPECT_EQ(refusal(client_frame(Opcode::close, "\x03")), CloseCode::protocol_error);
  EXPECT_EQ(refusal(client_frame(Opcode::close, "\x03\xed")), CloseCode::protocol_error) << "1005";
  EXPECT_EQ(refusal(client_frame(Opcode::close, "\x03\xe8\xff")), CloseCode::bad_text);
}

TEST(MessageReader, KeepsNoMoreThanItsLimit) {
  EXPECT_FALSE(read({client_frame(Opcode::binary, std::string(10, 'x'))}, 10).refused);
  EXPECT_EQ(read({client_frame(Opcode::binary, std::string(11, 'x'))}, 10).refused,
            CloseCode::too_big);
  EXPECT_EQ(read({bytes("82 ff 7fffffffffffffff 00000000")}, 10).refused, CloseCode::too_big);
  EXPECT_EQ(read({client_frame(Opcode::text, std::string(6, 'x'), false) +
                  client_frame(Opcode::continuation, std::string(5, 'x'))},
                 10)
                .refused,
            CloseCode::too_big);
}

TEST(FrameHeader, HasTheLengthsOfTheStandard) {  // RFC 6455 §5.7
  const auto header = [](Opcode opcode, std::uint64_t size) {
    const auto made = frame_header(opcode, size);
    return Buffer(made.span().begin(), made.span().end());
  };
  EXPECT_EQ(header(Opcode::text, 5), bytes("81 05"));
  EXPECT_EQ(header(Opcode::binary, 125), bytes("82 7d"));
  EXPECT_EQ(header(Opcode::binary, 126), bytes("82 7e 007e"));
  EXPECT_EQ(header(Opcode::binary, 256), bytes("82 7e 0100"));
  EXPECT_EQ(header(Opcode::binary, 65535), bytes("82 7e ffff"));
  EXPECT_EQ(header(Opcode::binary, 65536), bytes("82 7f 0000000000010000"));
}

TEST(MakeFrame, WritesWholeFrames) {
  EXPECT_EQ(make_frame(Opcode::text, as_bytes("Hello")), bytes("81 05 48 65 6c 6c 6f"));
  EXPECT_EQ(make_close(CloseCode::going_away, "bye"), bytes("88 05 03e9 62 79 65"));
  EXPECT_EQ(make_close(CloseCode::normal, std::string(500, 'x')).size(), 2U + 125U);
}

}  // namespace
}  // namespace live::http
