#include "common/base/user_info.hpp"

#include <gtest/gtest.h>

namespace live {
namespace {

struct Taken {
  std::string user, password, rest;
  bool operator==(const Taken&) const = default;
};
Taken take(std::string_view authority) {
  auto [user, password] = take_user_info(authority);
  return {user, password, std::string{authority}};
}

TEST(UserInfo, IsTakenOffTheFront) {
  EXPECT_EQ(take("host:1935"), (Taken{"", "", "host:1935"}));
  EXPECT_EQ(take("me@host"), (Taken{"me", "", "host"}));
  EXPECT_EQ(take("me:secret@host:1"), (Taken{"me", "secret", "host:1"}));
  EXPECT_EQ(take(":secret@host"), (Taken{"", "secret", "host"}));
  EXPECT_EQ(take("@host"), (Taken{"", "", "host"}));
  EXPECT_EQ(take(""), (Taken{"", "", ""}));
}

TEST(UserInfo, MayHoldWhatPeopleType) {
  EXPECT_EQ(take("me:p@ss:word@host"), (Taken{"me", "p@ss:word", "host"}));
  EXPECT_EQ(take("m%40e:%3a%zz@host"), (Taken{"m@e", ":%zz", "host"}));
}

}  // namespace
}  // namespace live
