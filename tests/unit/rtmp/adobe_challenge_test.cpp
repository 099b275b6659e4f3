#include "common/rtmp/adobe_challenge.hpp"

#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

constexpr std::uint32_t nonce = 0xABCD;

TEST(AdobeChallenge, IsFirstAnsweredWithTheUser) {
  EXPECT_EQ(answer_adobe("[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ",
                         "anna", "secret", nonce),
            "?authmod=adobe&user=anna");
}

// By hand: printf 'annaSALTsecret' | openssl md5 -binary | base64, and the same of that with OPAQUE0000abcd behind.
TEST(AdobeChallenge, IsThenAnsweredWithTheHashOfThePassword) {
  EXPECT_EQ(answer_adobe("[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=anna"
                         "&salt=SALT&challenge=CHALLENGE&opaque=OPAQUE",
                         "anna", "secret", nonce),
            "?authmod=adobe&user=anna&challenge=0000abcd&response=IC6uHipOXAkqg/"
            "rMpkF1sQ==&opaque=OPAQUE");
  EXPECT_EQ(answer_adobe("[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=anna"
                         "&salt=SALT&challenge=CHALLENGE",
                         "anna", "secret", nonce),
            "?authmod=adobe&user=anna&challenge=0000abcd&response=wfrOGcZcRcQ/Bhjl11TZAg==");
}

TEST(AdobeChallenge, IsAnsweredOnlyWhereThereIsOne) {
  for (const auto* description :
       {"", "no", "[ code=403 need auth; authmod=llnw ]",
        "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed&opaque=OPAQUE",
        "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=nosuchuser"})
    EXPECT_EQ(answer_adobe(description, "anna", "secret", nonce), std::nullopt) << description;
  EXPECT_EQ(answer_adobe("[ code=403 need auth; authmod=adobe ]", "", "", nonce), std::nullopt);
}

}  // namespace
}  // namespace live::rtmp
