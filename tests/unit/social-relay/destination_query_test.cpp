#include "tools/social-relay/destination_query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace social_relay {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Server and stream name of each destination: "rtmps://host/app NAME".
std::vector<std::string> urls(const FromQuery& read) {
  std::vector<std::string> out;
  for (const auto& it : read.destinations)
    out.push_back(it.url.tc_url() + " " + it.url.name);
  return out;
}
std::vector<std::string> urls(std::string_view query) { return urls(read_query(query)); }
std::vector<std::string> refused(std::string_view query) {
  const auto read = read_query(query);
  EXPECT_THAT(read.destinations, IsEmpty());
  return read.refused;
}

constexpr auto youtube = "rtmps://a.rtmps.youtube.com/live2 ";
constexpr auto facebook = "rtmps://rtmp-api.facebook.com/rtmp ";
constexpr auto twitch = "rtmps://ingest.global-contribute.live-video.net/app ";

TEST(DestinationQuery, StartsARelayForEachServiceThatIsNamed) {
  EXPECT_THAT(urls("youtube=abcd-efgh"), ElementsAre(std::string{youtube} + "abcd-efgh"));
  EXPECT_THAT(urls("facebook=12345"), ElementsAre(std::string{facebook} + "12345"));
  EXPECT_THAT(urls("twitch=live_1_x"), ElementsAre(std::string{twitch} + "live_1_x"));
  EXPECT_THAT(urls("twitch=t&youtube=y&facebook=f"),
              ElementsAre(std::string{youtube} + "y", std::string{facebook} + "f",
                          std::string{twitch} + "t"));
}

TEST(DestinationQuery, HandsPrefixedParametersOnWithoutTheirPrefix) {
  EXPECT_THAT(
      urls("facebook=FB-1&facebook_s_bl=1&facebook_s_sc=2&facebook_s_sw=0&facebook_s_vt=api-s"
           "&facebook_a=AbCd"),
      ElementsAre(std::string{facebook} + "FB-1?s_bl=1&s_sc=2&s_sw=0&s_vt=api-s&a=AbCd"));
  EXPECT_THAT(urls("youtube_backup=1&youtube=y"), ElementsAre(std::string{youtube} + "y?backup=1"));
  EXPECT_THAT(urls("twitch=t&twitch_bandwidthtest=true"),
              ElementsAre(std::string{twitch} + "t?bandwidthtest=true"));
}

TEST(DestinationQuery, KeepsServicesApart) {
  EXPECT_THAT(urls("youtube=y&facebook=f&facebook_a=1&youtube_b=2&twitch_c=3"),
              ElementsAre(std::string{youtube} + "y?b=2", std::string{facebook} + "f?a=1"));
}

TEST(DestinationQuery, AddsToAQueryThatTheKeyHas) {
  EXPECT_THAT(urls("facebook=FB-1%3Fs_bl%3D1%26a%3Dx&facebook_s_sc=2"),
              ElementsAre(std::string{facebook} + "FB-1?s_bl=1&a=x&s_sc=2"));
}

TEST(DestinationQuery, DecodesAndEncodesAnew) {
  EXPECT_THAT(urls("facebook=f&facebook_a=x%26y%3Dz%20%2B%C3%A9+w"),
              ElementsAre(std::string{facebook} + "f?a=x%26y%3Dz%20%2B%C3%A9%20w"));
  EXPECT_THAT(urls("facebook=f&facebook_%61%20b=-._~"),
              ElementsAre(std::string{facebook} + "f?a%20b=-._~"));
  EXPECT_THAT(urls("facebook=f&facebook_flag"), ElementsAre(std::string{facebook} + "f?flag="));
}

TEST(DestinationQuery, IgnoresWhatIsNotOurs) {
  EXPECT_THAT(urls(""), IsEmpty());
  EXPECT_THAT(urls("&&=&a=b&name=cam&x=1&facebook_a=1&url=rtmp%3A%2F%2Fevil%2Fa%2Fb&custom=k"),
              IsEmpty());
  EXPECT_THAT(urls("YouTube=y"), IsEmpty());
  EXPECT_THAT(urls("youtube=y&youtube_"), ElementsAre(std::string{youtube} + "y"));
}

TEST(DestinationQuery, RefusesAParameterThatIsRepeated) {
  EXPECT_THAT(
      refused("youtube=s3cret&youtube=other"),
      ElementsAre(AllOf(HasSubstr("youtube"), HasSubstr("twice"), Not(HasSubstr("s3cret")))));
  EXPECT_THAT(refused("facebook=f&facebook_a=1&facebook_a=2"), ElementsAre(HasSubstr("facebook")));
  const auto read = read_query("youtube=a&youtube=b&twitch=t");
  EXPECT_THAT(urls(read), ElementsAre(std::string{twitch} + "t")) << "the others are relayed";
  EXPECT_EQ(read.refused.size(), 1U);
}

TEST(DestinationQuery, RefusesKeysThatAreNone) {
  EXPECT_THAT(refused("youtube="), ElementsAre("youtube: the key is empty"));
  EXPECT_THAT(refused("youtube"), ElementsAre("youtube: the key is empty"));
  for (const auto* query : {"youtube=a%2Fb", "youtube=a%20b", "youtube=a%0Ab", "youtube=%00",
                            "youtube=a%23b", "youtube=..%2F..%2Fx"})
    EXPECT_EQ(refused(query).size(), 1U) << query;
}

TEST(DestinationQuery, NamesNoOtherHost) {
  for (const auto* query :
       {"youtube=rtmp%3A%2F%2Fevil.example%2Fapp%2Fkey", "youtube=%2F%2Fevil.example%2Fapp",
        "youtube=x&youtube_host=evil.example", "twitch=k&twitch_server=evil.example"}) {
    for (const auto& url : urls(read_query(query)))
      EXPECT_THAT(url, testing::AnyOf(testing::StartsWith(youtube), testing::StartsWith(twitch)));
  }
}

TEST(DestinationQuery, HasLimits) {
  EXPECT_EQ(refused("youtube=y&a=" + std::string(max_query_bytes, 'a')).size(), 1U);
  std::string many = "youtube=y";
  for (std::size_t i = 0; i < max_query_parameters; ++i)
    many += "&a=" + std::to_string(i);
  EXPECT_EQ(refused(many).size(), 1U);
  EXPECT_EQ(refused("youtube=" + std::string(max_key_bytes + 1, 'k')).size(), 1U);
}

}  // namespace
}  // namespace social_relay
