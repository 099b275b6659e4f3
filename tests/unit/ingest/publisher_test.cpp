#include "common/ingest/publisher.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

Claim claim(const std::string& path, const std::string& query = {}) {
  Claim out;
  out.app = "live";
  out.path = path;
  out.query = query;
  return out;
}

TEST(PublicQuery, LeavesSecretsOutAndTheRestByteForByte) {
  EXPECT_EQ(public_query("a=%41+b&key=K&c"), "a=%41+b&c");
  EXPECT_EQ(public_query("key=1&sign=2&user=3&pass=4&password=5"), "");
  EXPECT_EQ(public_query("twitch=live_1&&facebook_s_bl=x%26y"),
            "twitch=live_1&&facebook_s_bl=x%26y");
  EXPECT_EQ(public_query(""), "");
}

TEST(PublicQuery, KnowsASecretHoweverItsNameIsWritten) {
  EXPECT_EQ(public_query("KEY=1&%6Bey=2&Pass&a=1"), "a=1");
  EXPECT_EQ(public_query("keys=1&monkey=2"), "keys=1&monkey=2");
}

TEST(QueryValue, IsDecodedButForThePlus) {
  EXPECT_EQ(query_value("a=1&key=x%2By+z", "key"), "x+y+z");
  EXPECT_EQ(query_value("key=50%&key=2", "key"), "50%");
  EXPECT_EQ(query_value("key=%zz%4", "key"), "%zz%4");
  EXPECT_EQ(query_value("key=a=b", "key"), "a=b");
  EXPECT_EQ(query_value("key", "key"), std::nullopt);
  EXPECT_EQ(query_value("monkey=1", "key"), std::nullopt);
}

TEST(Present, AloneThePathIsTheKey) {
  const auto got = present(claim("/secret/"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->key, "secret");
  EXPECT_EQ(got->also, "");
  EXPECT_THAT(got->names, IsEmpty());
}

TEST(Present, AKeyInThePathIsReadInTwoWays) {
  const auto got = present(claim("a%2fb"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->key, "a%2fb");
  EXPECT_EQ(got->also, "a/b");
}

TEST(Present, BesideAKeyThePathIsAName) {
  for (const std::string name : {"key", "pass", "password"}) {
    const auto got = present(claim("anna/", name + "=se%63ret"));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->key, "secret");
    EXPECT_THAT(got->names, ElementsAre("anna"));
  }
}

TEST(Present, AnEmptyKeyIsNone) {
  EXPECT_EQ(present(claim("secret", "key=&pass="))->key, "secret");
}

TEST(Present, TheUserIsANameToo) {
  EXPECT_THAT(present(claim("anna", "user=bob&pass=x"))->names, ElementsAre("anna", "bob"));
  auto asked = claim("anna");
  asked.user = "bob";
  asked.password = "secret";
  EXPECT_EQ(present(asked)->key, "secret");
  EXPECT_THAT(present(asked)->names, ElementsAre("anna", "bob"));
  asked.path = "";
  EXPECT_EQ(present(asked)->name(), "bob");
}

TEST(Present, AUserWithoutPasswordLeavesTheKeyInThePath) {
  auto asked = claim("secret");
  asked.user = "bob";
  EXPECT_EQ(present(asked)->key, "secret");
  EXPECT_THAT(present(asked)->names, ElementsAre("bob"));
}

TEST(Present, TheQueryCountsBeforeThePassword) {
  auto asked = claim("anna", "key=one");
  asked.password = "two";
  EXPECT_EQ(present(asked)->key, "one");
}

TEST(Present, BesideAnAnswerThePathIsAName) {
  auto asked = claim("anna");
  asked.user = "anna";
  asked.answer = AdobeAnswer{};
  EXPECT_EQ(present(asked)->key, "");
  EXPECT_THAT(present(asked)->names, ElementsAre("anna", "anna"));
}

TEST(Present, RefusesWhatMustNotGetIntoAnEnvironment) {
  EXPECT_FALSE(present(claim("a\nb")));
  EXPECT_FALSE(present(claim("anna", std::string{"x=\0y", 4})));
  EXPECT_FALSE(present(claim("anna", "key=a%00b")));
  EXPECT_FALSE(present(claim("a%0ab")));
  EXPECT_FALSE(present(claim(std::string(most_key + 1, 'x'))));
  EXPECT_FALSE(present(claim("anna", std::string(most_query + 1, 'x'))));
}

TEST(PercentEncode, LeavesOnlyWhatMeansItself) {
  EXPECT_EQ(percent_encode("aZ9-._~ &=%+/\xC3\xA9"), "aZ9-._~%20%26%3D%25%2B%2F%C3%A9");
}

TEST(NewId, IsSixteenLettersAndDigitsAndNeverTheSame) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i)
    ids.insert(new_id());
  EXPECT_EQ(ids.size(), 100U);
  EXPECT_THAT(*ids.begin(), MatchesRegex("[0-9A-Za-z]{16}"));
}

}  // namespace
}  // namespace live::ingest
