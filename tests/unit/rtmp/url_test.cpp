#include "common/rtmp/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

using testing::HasSubstr;
using testing::Not;

Url good(std::string_view text) {
  auto read = parse_url(text);
  if (const auto* why = std::get_if<std::string>(&read)) {
    ADD_FAILURE() << text << ": " << *why;
    return {};
  }
  return std::get<Url>(std::move(read));
}
std::string why(std::string_view text) {
  const auto read = parse_url(text);
  const auto* why = std::get_if<std::string>(&read);
  return why == nullptr ? "it is taken" : *why;
}

TEST(RtmpUrl, HasServerApplicationAndName) {
  const auto url = good("rtmp://host.example/live/cam");
  EXPECT_FALSE(url.tls);
  EXPECT_EQ(url.host, "host.example");
  EXPECT_EQ(url.port, 1935);
  EXPECT_EQ(url.app, "live");
  EXPECT_EQ(url.name, "cam");
  EXPECT_EQ(url.tc_url(), "rtmp://host.example/live");
}

TEST(RtmpUrl, TakesAllBeforeTheLastSlashForTheApplication) {
  const auto url = good("rtmps://host:8443/app/instance/name?a=b/c&d=e");
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.app, "app/instance");
  EXPECT_EQ(url.name, "name?a=b/c&d=e");
  EXPECT_EQ(url.tc_url(), "rtmps://host:8443/app/instance");
}

TEST(RtmpUrl, KnowsUsualPorts) {
  EXPECT_EQ(good("rtmps://h/a/n").port, 443);
  EXPECT_EQ(good("rtmps://h:443/a/n").tc_url(), "rtmps://h/a");
  EXPECT_EQ(good("rtmp://h:443/a/n").tc_url(), "rtmp://h:443/a");
}

TEST(RtmpUrl, KnowsAddressesOfIpv6) {
  const auto url = good("rtmp://[2001:db8::1]:1936/a/n");
  EXPECT_EQ(url.host, "2001:db8::1");
  EXPECT_EQ(url.tc_url(), "rtmp://[2001:db8::1]:1936/a");
  EXPECT_EQ(good("rtmp://[::1]/a/n").port, 1935);
}

TEST(RtmpUrl, KeepsCredentialsOutOfWhatIsShown) {
  const auto url = good("rtmp://us%40er:p%3Ass@host/app/name");
  EXPECT_EQ(url.user, "us@er");
  EXPECT_EQ(url.password, "p:ss");
  EXPECT_EQ(url.host, "host");
  EXPECT_EQ(url.tc_url(), "rtmp://host/app");
  EXPECT_EQ(good("rtmp://user@host/a/n").password, "");
}

TEST(RtmpUrl, MayBeWithoutAName) {
  EXPECT_EQ(good("rtmp://host/app").name, "");
  EXPECT_EQ(good("rtmp://host/app/").name, "");
  EXPECT_EQ(good("rtmp://host/app/").app, "app");
}

TEST(RtmpUrl, SaysWhatIsWrongAndRepeatsNothing) {
  EXPECT_THAT(why("http://host/s3cret/s3cret"), HasSubstr("rtmp:// or rtmps://"));
  EXPECT_THAT(why("rtmp:/host/app/s3cret"), HasSubstr("rtmp://"));
  EXPECT_THAT(why("rtmp:///app/s3cret"), HasSubstr("no host"));
  EXPECT_THAT(why("rtmp://:1935/app/s3cret"), HasSubstr("no host"));
  EXPECT_THAT(why("rtmp://host:0/app/s3cret"), HasSubstr("port"));
  EXPECT_THAT(why("rtmp://host:65536/app/s3cret"), HasSubstr("port"));
  EXPECT_THAT(why("rtmp://unix:/app/s3cret"), HasSubstr("no host"));
  EXPECT_THAT(why("rtmp://host"), HasSubstr("no application"));
  EXPECT_THAT(why("rtmp://host/"), HasSubstr("no application"));
  EXPECT_THAT(why("rtmp://host//s3cret"), HasSubstr("no application"));
  EXPECT_THAT(why("rtmp://host/?s3cret"), HasSubstr("no"));
  EXPECT_THAT(why("rtmp://host/app?s3cret"), HasSubstr("query"));
  EXPECT_THAT(why("rtmp://host/app/s3cret name"), HasSubstr("space"));
  EXPECT_THAT(why("rtmp://host/app/s3cret\n"), HasSubstr("control"));
  EXPECT_THAT(why("rtmp://host/app/" + std::string(5'000, 'a')), HasSubstr("4096"));
  for (const auto* text : {"http://s3cret/a/b", "rtmp://s3cret:x/a/b", "rtmp://h/ s3cret"})
    EXPECT_THAT(why(text), Not(HasSubstr("s3cret")));
}

TEST(RtmpAppUrl, IsAllApplication) {
  const auto read = parse_app_url("rtmps://b.example:443/live2?backup=1");
  const auto* url = std::get_if<Url>(&read);
  ASSERT_NE(url, nullptr);
  EXPECT_EQ(url->app, "live2?backup=1");
  EXPECT_EQ(url->name, "");
  EXPECT_EQ(url->tc_url(), "rtmps://b.example/live2?backup=1");
  const auto slash = parse_app_url("rtmp://h/rtmp/");
  EXPECT_EQ(std::get<Url>(slash).app, "rtmp");
  EXPECT_TRUE(std::holds_alternative<std::string>(parse_app_url("rtmp://h")));
}

}  // namespace
}  // namespace live::rtmp
