#include "common/ingest/auth_url.hpp"

#include "tests/unit/ingest/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace live::ingest {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Claim claim(const std::string& path = "anna", const std::string& query = "key=s%26cret&twitch=t") {
  return test::claim(path, query);
}

struct Outcome {
  std::string name, complaint;
  std::optional<Denial::Why> why;
  std::optional<std::uint64_t> max_bit_rate;
};

Outcome outcome(int status, const std::string& body, const Claim& asked = claim()) {
  Outcome out;
  const auto got =
      auth_answer({status, "why", body, {}, {}}, asked, present(asked).value(), out.complaint);
  if (const auto* grant = std::get_if<Grant>(&got)) {
    EXPECT_TRUE(grant->by_url);
    EXPECT_EQ(grant->query, public_query(asked.query));
    out.name = grant->name;
    out.max_bit_rate = grant->max_bit_rate;
  } else {
    out.why = std::get<Denial>(got).why;
  }
  return out;
}

TEST(AuthRequest, IsAForm) {
  const auto asked = claim();
  const auto request =
      auth_request("http://h/a", AuthFormat::form, AuthEvent::start, asked, present(asked).value());
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://h/a");
  EXPECT_EQ(request.body,
            "event=start&app=live&key=s%26cret&name=anna&user=&address=203.0.113.9%3A4711&"
            "query=key%3Ds%2526cret%26twitch%3Dt&protocol=rtmp&id=0123456789abcdef");
  EXPECT_EQ(request.headers.at(0).second, "application/x-www-form-urlencoded");
}

TEST(AuthRequest, IsJsonWhateverThePeerSent) {
  const auto asked = claim("\xFF\"");
  const auto request =
      auth_request("http://h/a", AuthFormat::json, AuthEvent::play, asked, present(asked).value());
  const auto object = nlohmann::json::parse(request.body);
  EXPECT_EQ(object.at("event"), "play");
  EXPECT_EQ(object.at("key"), "s&cret");
  EXPECT_EQ(object.at("name"), "\xEF\xBF\xBD\"");
  EXPECT_EQ(request.headers.at(0).second, "application/json");
}

TEST(EndRequest, HasNoKey) {
  const auto request =
      end_request("http://h/a", AuthFormat::form, claim(), {"public", "twitch=t", {}, true});
  EXPECT_THAT(request.body, HasSubstr("event=end&app=live&name=public&"));
  EXPECT_THAT(request.body, HasSubstr("&id=0123456789abcdef"));
  EXPECT_THAT(request.body, Not(HasSubstr("cret")));
}

TEST(AuthAnswer, GivesThePublicName) {
  EXPECT_EQ(outcome(200, "name=public").name, "public");
  EXPECT_EQ(outcome(299, "\nname=pub%6Cic&x=1\r\n").name, "public");
  EXPECT_EQ(outcome(201, R"({"name": "public", "x": [1]})").name, "public");
  EXPECT_EQ(outcome(200, "name=public", claim("s3cret-key", "")).name, "public");
}

TEST(AuthAnswer, LeavesTheNameOfTheClaim) {
  for (const auto* body : {"", "  \n", "OK", "name=", "{}", R"({"name": null})", R"({"name": ""})"})
    EXPECT_EQ(outcome(200, body).name, "anna") << body;
}

TEST(AuthAnswer, NeverMakesAKeyAName) {
  const auto alone = outcome(200, "OK", claim("s3cret-key", ""));
  EXPECT_EQ(alone.why, Denial::Why::bad_name);
  EXPECT_EQ(alone.complaint, "it allowed a key and gave no public name");
  EXPECT_EQ(outcome(200, "", claim("s3cret", "key=s3cret")).why, Denial::Why::bad_name);
  const auto given = outcome(200, "name=s3cret-key", claim("s3cret-key", ""));
  EXPECT_EQ(given.why, Denial::Why::bad_name);
  EXPECT_EQ(given.complaint, "it gave the key as the public name");
}

TEST(AuthAnswer, MustBeAName) {
  for (const auto* body : {"name=..%2Fetc", R"({"name": "a b"})"}) {
    const auto got = outcome(200, body);
    EXPECT_EQ(got.why, Denial::Why::bad_name) << body;
    EXPECT_THAT(got.complaint, HasSubstr("a name that is none")) << body;
  }
  for (const auto* body :
       {"{", R"({"name": {}})", "{}x", R"({"max-bitrate": -1})", "max-bitrate=fast"}) {
    const auto got = outcome(200, body);
    EXPECT_EQ(got.why, Denial::Why::unauthorized) << body;
    EXPECT_THAT(got.complaint, HasSubstr("not one that we read")) << body;
  }
  EXPECT_EQ(outcome(200, "", claim("a b")).why, Denial::Why::bad_name);
}

TEST(AuthAnswer, MayLimitTheBitRate) {
  EXPECT_EQ(outcome(200, "max-bitrate=8M").max_bit_rate, 8'000'000U);
  EXPECT_EQ(outcome(200, R"({"max-bitrate": 5000})").max_bit_rate, 5000U);
  EXPECT_EQ(outcome(200, "").max_bit_rate, std::nullopt);
}

TEST(AuthAnswer, RefusesOrSaysLater) {
  for (const int status : {100, 199, 301, 302, 400, 401, 403, 404, 499}) {
    const auto got = outcome(status, "name=public");
    EXPECT_EQ(got.why, Denial::Why::unauthorized) << status;
    EXPECT_EQ(got.complaint, "") << status;
  }
  EXPECT_EQ(outcome(503, "name=public").why, Denial::Why::unavailable);
  EXPECT_EQ(outcome(503, "").complaint, "status 503");
  EXPECT_EQ(outcome(0, "").why, Denial::Why::unavailable);
  EXPECT_EQ(outcome(0, "").complaint, "why");
}

}  // namespace
}  // namespace live::ingest
