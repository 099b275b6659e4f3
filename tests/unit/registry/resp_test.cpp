#include "common/registry/resp.hpp"

#include <gtest/gtest.h>

namespace live::registry::resp {
namespace {

TEST(Resp, WritesACommandWithAnyBytes) {
  EXPECT_EQ(command({"GET", std::string{"a\0b", 3}}),
            std::string("*2\r\n$3\r\nGET\r\n$3\r\na\0b\r\n", 22));
}

TEST(Resp, ReadsEveryKindWhereverItIsCut) {
  const std::string all = "+OK\r\n-ERR no\r\n:-7\r\n$3\r\nabc\r\n$-1\r\n*2\r\n$1\r\nx\r\n:1\r\n";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    ReplyReader reader;
    std::vector<Reply> replies;
    for (const auto& piece : {all.substr(0, cut), all.substr(cut)}) {
      ASSERT_TRUE(reader.feed(as_bytes(piece)));
      while (auto reply = reader.next())
        replies.push_back(std::move(*reply));
    }
    ASSERT_EQ(replies.size(), 6U) << cut;
    EXPECT_EQ(replies[0].text, "OK");
    EXPECT_EQ(replies[1].kind, Reply::Kind::error);
    EXPECT_EQ(replies[1].text, "ERR no");
    EXPECT_EQ(replies[2].number, -7);
    EXPECT_EQ(replies[3].text, "abc");
    EXPECT_EQ(replies[4].kind, Reply::Kind::nothing);
    ASSERT_EQ(replies[5].list.size(), 2U);
    EXPECT_EQ(replies[5].list[0].text, "x");
    EXPECT_EQ(replies[5].list[1].number, 1);
  }
}

TEST(Resp, IsBrokenByAnotherProtocol) {
  ReplyReader reader;
  const bool fed = reader.feed(as_bytes("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_FALSE(fed && reader.next());
  EXPECT_TRUE(reader.broken());
  EXPECT_FALSE(reader.feed(as_bytes("+OK\r\n")));
}

TEST(Resp, BoundsWhatIsNotWhole) {
  ReplyReader reader;
  bool fed = reader.feed(as_bytes("$2000000000\r\n"));
  const std::string some(1U << 20U, 'x');
  for (int i = 0; fed && i < 10; ++i) {
    fed = reader.feed(as_bytes(some));
    EXPECT_FALSE(reader.next());
  }
  EXPECT_FALSE(fed);
}

}  // namespace
}  // namespace live::registry::resp
