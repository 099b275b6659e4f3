#include "common/registry/redis_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RedisUrl parsed(std::string_view text) {
  const auto url = parse_redis_url(text);
  const auto* why = std::get_if<std::string>(&url);
  EXPECT_EQ(why, nullptr) << text << ": " << *why;
  return why == nullptr ? std::get<RedisUrl>(url) : RedisUrl{};
}

TEST(RedisUrl, HasDefaults) {
  EXPECT_EQ(parsed("redis://cache"), (RedisUrl{{"cache", 6379, {}}, "", "", 0}));
  EXPECT_EQ(parsed("redis://cache/"), (RedisUrl{{"cache", 6379, {}}, "", "", 0}));
  EXPECT_EQ(parsed("redis://[::1]"), (RedisUrl{{"::1", 6379, {}}, "", "", 0}));
}

TEST(RedisUrl, NamesUserPasswordPortAndDatabase) {
  EXPECT_EQ(parsed("redis://anna:s3cret@cache:7000/2"),
            (RedisUrl{{"cache", 7000, {}}, "anna", "s3cret", 2}));
  EXPECT_EQ(parsed("redis://:s3cret@[2001:db8::1]:7000"),
            (RedisUrl{{"2001:db8::1", 7000, {}}, "", "s3cret", 0}));
}

TEST(RedisUrl, APasswordMayHoldAnything) {
  EXPECT_EQ(parsed("redis://a%40b:p%2Fq%25@cache").password, "p/q%");
  EXPECT_EQ(parsed("redis://a%40b:p%2Fq%25@cache").user, "a@b");
  EXPECT_EQ(parsed("redis://:p@ss/word@cache/3"),
            (RedisUrl{{"cache", 6379, {}}, "", "p@ss/word", 3}));
}

TEST(RedisUrl, MayBeAUnixSocket) {
  EXPECT_EQ(parsed("unix:/run/redis.sock"), (RedisUrl{{"", 0, "/run/redis.sock"}, "", "", 0}));
  EXPECT_EQ(parsed("unix:/run/redis.sock?db=4"), (RedisUrl{{"", 0, "/run/redis.sock"}, "", "", 4}));
  EXPECT_EQ(parsed("unix://anna:pw@/run/redis.sock?db=4"),
            (RedisUrl{{"", 0, "/run/redis.sock"}, "anna", "pw", 4}));
  EXPECT_EQ(parsed("unix:///run/redis.sock").address.unix_path, "/run/redis.sock");
}

TEST(RedisUrl, RefusesTheRestWithoutRepeatingIt) {
  for (const auto* text :
       {"", "cache", "http://cache", "redis://", "redis://:hush@", "redis://:hush@cache:0",
        "redis://:hush@cache:99999", "redis://:hush@cache/x", "redis://:hush@cache/-1",
        "redis://:hush@cache/1/2", "unix:", "unix:/hush?database=1",
        "unix:/hush?db=", "rediss://:hush@cache"}) {
    const auto url = parse_redis_url(text);
    const auto* why = std::get_if<std::string>(&url);
    ASSERT_NE(why, nullptr) << text;
    EXPECT_THAT(*why, Not(HasSubstr("hush")));
  }
}

TEST(RedisUrl, IsShownWithoutItsSecrets) {
  EXPECT_EQ(parsed("redis://anna:s3cret@cache:7000/2").shown(), "redis://cache:7000/2");
  EXPECT_EQ(parsed("redis://:s3cret@cache").shown(), "redis://cache:6379");
  EXPECT_EQ(parsed("unix://a:b@/run/s?db=1").shown(), "unix:/run/s?db=1");
}

}  // namespace
}  // namespace live::registry
