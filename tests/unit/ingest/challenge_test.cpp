#include "common/ingest/challenge.hpp"

#include "common/ingest/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace live::ingest {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto* peer = "203.0.113.9:4711";
constexpr std::chrono::seconds start{1000};

std::string md5(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_md5(), nullptr);
  std::array<unsigned char, 32> out{};
  EVP_EncodeBlock(out.data(), digest.data(), static_cast<int>(length));
  return reinterpret_cast<const char*>(out.data());
}

std::string refusal(const Challenges& challenges, std::string_view query) {
  const auto got = challenges.read(query, peer, start);
  return std::holds_alternative<std::string>(got) ? std::get<std::string>(got) : "";
}

/// What ffmpeg sends after the refusal `description`.
std::string answer(const std::string& description, const std::string& password) {
  const auto query = description.substr(description.find('?') + 1);
  const auto user = *query_value(query, "user");
  const auto opaque = *query_value(query, "opaque");
  const auto response =
      md5(md5(user + *query_value(query, "salt") + password) + opaque + "deadbeef");
  return "authmod=adobe&user=" + user + "&challenge=deadbeef&response=" + response +
         "&opaque=" + opaque;
}

TEST(Challenges, AskTwice) {
  const Challenges challenges;
  EXPECT_EQ(refusal(challenges, ""),
            "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ]");
  EXPECT_EQ(refusal(challenges, "authmod=llnw&user=anna"), refusal(challenges, ""));
  EXPECT_THAT(
      refusal(challenges, "authmod=adobe&user=anna"),
      StartsWith(
          "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=anna&salt="));
  EXPECT_THAT(refusal(challenges, "authmod=adobe&user=an%26na"), HasSubstr("?reason=nosuchuser"));
}

// libavformat/rtmpproto.c, handle_invoke_error(): char tmpstr[256].
TEST(Challenges, FitIntoWhatFfmpegReadsWhateverTheName) {
  const auto text = refusal(Challenges{}, "authmod=adobe&user=" + std::string(64, 'n'));
  EXPECT_THAT(text, HasSubstr("&opaque="));
  EXPECT_LT(text.size(), 256U);
}

TEST(Challenges, GiveAnAnswerThatTheKeysCheck) {
  const Challenges challenges;
  const auto query = answer(refusal(challenges, "authmod=adobe&user=anna"), "password1");
  const auto got = challenges.read("a=1&" + query + "&b=%41", "203.0.113.9:9999", start + 60s);
  ASSERT_TRUE(std::holds_alternative<Challenged>(got));
  const auto& challenged = std::get<Challenged>(got);
  EXPECT_EQ(challenged.query, "a=1&b=%41");
  const auto keys = Keys::parse("anna password1\n", "keys");
  Claim claim;
  claim.path = "anna";
  claim.user = challenged.user;
  claim.answer = challenged.answer;
  EXPECT_TRUE(std::holds_alternative<Grant>(keys.check(claim)));
  const auto other = Keys::parse("anna password2\n", "keys");
  EXPECT_TRUE(std::holds_alternative<Denial>(other.check(claim)));
}

TEST(Challenges, AnAnswerIsGoodForAMinuteAndOneAddress) {
  const Challenges challenges;
  const auto query = answer(refusal(challenges, "authmod=adobe&user=anna"), "password1");
  const auto is_taken = [&](const Challenges& of, const char* client, std::chrono::seconds now) {
    return std::holds_alternative<Challenged>(of.read(query, client, now));
  };
  EXPECT_TRUE(is_taken(challenges, peer, start));
  EXPECT_FALSE(is_taken(challenges, peer, start + 61s));
  EXPECT_FALSE(is_taken(challenges, peer, start - 1s));
  EXPECT_FALSE(is_taken(challenges, "203.0.113.10:4711", start));
  EXPECT_FALSE(is_taken(Challenges{}, peer, start)) << "of another server";
}

TEST(Challenges, AForgedAnswerIsAskedAgain) {
  const Challenges challenges;
  for (const auto* opaque :
       {"", "x", "000003e8", "-00003e8", "000003e80000000000000000", "ffffffff"})
    EXPECT_THAT(
        refusal(challenges, std::string{"authmod=adobe&user=anna&response=x&opaque="} + opaque),
        HasSubstr("?reason=needauth"))
        << opaque;
}

}  // namespace
}  // namespace live::ingest
