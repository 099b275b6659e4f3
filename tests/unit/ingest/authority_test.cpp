#include "common/ingest/authority.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/ingest/key_file.hpp"
#include "common/net/spawn.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/http_server.hpp"
#include "tests/unit/ingest/claims.hpp"

#include <array>
#include <filesystem>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace live::ingest {
namespace {

using namespace std::chrono_literals;
using test::claim;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto patience = 20s;  // of a test, on a slow machine
constexpr std::string_view bcrypt = "$2b$04$/uaF/uaF/uaF/uaF/uaF/uDoLTv0.GKuyIUIWMpfQvuOZKorP5RFK";

class AuthorityTest : public live::test::FolderTest {
 protected:
  AuthorityTest() {
    options_.penalties.first_penalty = 10ms;
    options_.penalties.most_penalty = 40ms;
    log::start("test", log::Level::info, log::Format::text);
    log::set_sink([this](std::string_view line) { lines_.emplace_back(line); });
    ::unsetenv("http_proxy");
  }
  ~AuthorityTest() override { log::set_sink({}); }
  AuthorityTest(const AuthorityTest&) = delete;
  AuthorityTest& operator=(const AuthorityTest&) = delete;

  /// The key file, replaced as editors do it.
  std::string keys(std::string_view text) {
    const auto file = folder_ / "keys.txt";
    publish_file(file, text);
    ::chmod(file.c_str(), 0600);
    options_.keys_file = file;
    return file;
  }
  static awaitable<void> ask(Authority& authority, Claim claim, Wish wish,
                             std::variant<Grant, Denial>& verdict, int& left) {
    // Not with ?: GCC 12 copies what is awaited in its branches byte by byte.
    if (wish == Wish::publish) {
      verdict = co_await authority.publish(claim);
    } else {
      verdict = co_await authority.play(claim);
    }
    --left;
  }
  static awaitable<void> settle(Authority& authority, int& left) {
    co_await authority.settle();
    --left;
  }
  void run() {
    const auto end = std::chrono::steady_clock::now() + patience;
    io_.restart();
    while (left_ > 0 && std::chrono::steady_clock::now() < end)
      io_.run_one_for(100ms);
    ASSERT_EQ(left_, 0);
  }
  std::variant<Grant, Denial> verdict(Authority& authority, const Claim& claim,
                                      Wish wish = Wish::publish) {
    std::variant<Grant, Denial> out;
    ++left_;
    net::spawn(io_, "test", ask(authority, claim, wish, out, left_));
    run();
    return out;
  }
  /// The name that `claim` gets, or the text of its denial in brackets.
  std::string name(Authority& authority, const Claim& claim, Wish wish = Wish::publish) {
    const auto got = verdict(authority, claim, wish);
    const auto* grant = std::get_if<Grant>(&got);
    return grant != nullptr ? grant->name : "[" + std::get<Denial>(got).text + "]";
  }

  asio::io_context io_;
  AuthorityOptions options_;
  std::vector<std::string> lines_;
  int left_ = 0;
};

constexpr auto no = "[the key is not accepted]";

TEST_F(AuthorityTest, AsksTheKeyFile) {
  keys("anna 12345678\nanna look-at-me play-only\n");
  Authority authority{io_, options_};
  EXPECT_EQ(name(authority, claim("12345678")), "anna");
  EXPECT_EQ(name(authority, claim("anna")), no);
  EXPECT_EQ(name(authority, claim("anna", "key=look-at-me")), no);
  EXPECT_EQ(name(authority, claim("anna", "key=look-at-me"), Wish::play), "anna");
  EXPECT_EQ(name(authority, claim("anna"), Wish::play), no);
}

TEST_F(AuthorityTest, AllowsAnybodyByThePath) {
  options_.allow_any = true;
  Authority authority{io_, options_};
  EXPECT_EQ(name(authority, claim("/anna/")), "anna");
  EXPECT_EQ(name(authority, claim("anna", "key=x")), "anna");
  EXPECT_EQ(name(authority, claim("..")), "[the stream has no name that can be used]");
  EXPECT_EQ(name(authority, claim("")), "[the stream has no name that can be used]");
  EXPECT_EQ(name(authority, claim("", "key=secret")), "[the stream has no name that can be used]");
  EXPECT_EQ(name(authority, claim("anna"), Wish::play), no) << "there is no key";
}

TEST_F(AuthorityTest, RefusesOptionsThatContradictEachOther) {
  options_.allow_any = true;
  keys("");
  EXPECT_THROW((Authority{io_, options_}), Failure);
  options_ = {};
  options_.auth_url = "ftp://h/";
  EXPECT_THROW((Authority{io_, options_}), Failure);
  options_ = {};
  options_.keys_file = folder_ / "none";
  EXPECT_THROW((Authority{io_, options_}), Failure);
}

TEST_F(AuthorityTest, RefusesControlCharacters) {
  options_.allow_any = true;
  Authority authority{io_, options_};
  EXPECT_THAT(name(authority, claim("anna", "a=\n")), HasSubstr("control characters"));
}

TEST_F(AuthorityTest, ADenialComesLateAndLater) {
  keys("anna 12345678\n");
  Authority authority{io_, options_};
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(name(authority, claim("1")), no);
  EXPECT_EQ(name(authority, claim("2")), no);
  EXPECT_EQ(name(authority, claim("3")), no);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 70ms);
}

TEST_F(AuthorityTest, NobodyElseWaitsForADenial) {
  keys("anna 12345678\n");
  options_.penalties.first_penalty = options_.penalties.most_penalty = 1h;
  Authority authority{io_, options_};
  std::variant<Grant, Denial> denied;
  int never = 1;
  net::spawn(io_, "test", ask(authority, claim("1"), Wish::publish, denied, never));
  EXPECT_EQ(name(authority, claim("12345678")), "anna");
  EXPECT_EQ(never, 1);
}

TEST_F(AuthorityTest, TheNextClaimSeesANewKeyFile) {
  keys("anna 12345678\n");
  Authority authority{io_, options_};
  EXPECT_EQ(name(authority, claim("12345678")), "anna");
  keys("anna 123456789\n");
  EXPECT_EQ(name(authority, claim("12345678")), no);
  EXPECT_EQ(name(authority, claim("123456789")), "anna");
}

TEST_F(AuthorityTest, AWrongKeyFileChangesNothing) {
  const auto file = keys("anna 12345678\n");
  Authority authority{io_, options_};
  keys("anna secret\n");
  EXPECT_EQ(name(authority, claim("12345678")), "anna");
  EXPECT_EQ(name(authority, claim("12345678")), "anna");
  authority.reload();
  ASSERT_EQ(lines_.size(), 1U) << "once";
  EXPECT_THAT(
      lines_[0],
      HasSubstr("keys.txt:1: the key is shorter than 8 characters; the 1 keys of before stay"));
  std::filesystem::remove(file);
  EXPECT_EQ(name(authority, claim("12345678")), "anna");
  keys("bob 12345678\n");
  EXPECT_EQ(name(authority, claim("12345678")), "bob");
}

TEST_F(AuthorityTest, AChangeThatLeavesNoTraceIsSeenSoon) {
  const auto file = keys("anna 12345678\n");
  Authority authority{io_, options_};
  struct stat before {};
  ASSERT_EQ(::stat(file.c_str(), &before), 0);
  {
    const Fd same{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
    write_all(same.get(), as_bytes("cara 12345678\n"));
  }
  const timespec times[] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (name(authority, claim("12345678")) != "cara" && std::chrono::steady_clock::now() < end)
    io_.run_for(10ms);
  EXPECT_LT(std::chrono::steady_clock::now(), end);
}

TEST_F(AuthorityTest, SaysOnceThatOthersCanReadTheKeys) {
  const auto file = keys("anna 12345678\n");
  ::chmod(file.c_str(), 0644);
  Authority authority{io_, options_};
  authority.reload();
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_THAT(lines_[0], HasSubstr("every user of this machine can read it"));
}

TEST_F(AuthorityTest, ComparesSlowHashesBesideTheLoop) {
  keys("bob " + std::string{bcrypt} + "\n");
  Authority authority{io_, options_};
  EXPECT_EQ(name(authority, claim("bob", "key=password")), "bob");
  EXPECT_EQ(name(authority, claim("bob", "key=passwort")), no);
  EXPECT_EQ(name(authority, claim("nobody", "key=password")), no);
}

TEST_F(AuthorityTest, SoManySlowHashesWait) {
  keys("bob " + std::string{bcrypt} + "\n");
  options_.hashing = 3;
  Authority authority{io_, options_};
  std::array<std::variant<Grant, Denial>, 5> verdicts;
  for (auto& verdict : verdicts) {
    ++left_;
    net::spawn(io_, "test",
               ask(authority, claim("bob", "key=password"), Wish::publish, verdict, left_));
  }
  run();
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(std::holds_alternative<Grant>(verdicts[i]));
  for (std::size_t i = 3; i < 5; ++i)
    EXPECT_EQ(std::get<Denial>(verdicts[i]).why, Denial::Why::unavailable);
}

TEST_F(AuthorityTest, OneAddressDoesNotTakeThePlacesOfOthers) {
  keys("bob " + std::string{bcrypt} + "\n");
  options_.hashing_per_address = 2;
  Authority authority{io_, options_};
  std::array<std::variant<Grant, Denial>, 4> verdicts;
  for (std::size_t i = 0; i < 4; ++i) {
    auto asked = claim("bob", "key=password");
    asked.client = i < 3 ? fmt::format("203.0.113.9:{}", i) : "203.0.113.10:1";
    ++left_;
    net::spawn(io_, "test", ask(authority, asked, Wish::publish, verdicts[i], left_));
  }
  run();
  EXPECT_TRUE(std::holds_alternative<Grant>(verdicts[0]));
  EXPECT_TRUE(std::holds_alternative<Grant>(verdicts[1]));
  EXPECT_EQ(std::get<Denial>(verdicts[2]).why, Denial::Why::unavailable);
  EXPECT_TRUE(std::holds_alternative<Grant>(verdicts[3]));
  EXPECT_EQ(name(authority, claim("bob", "key=password")), "bob") << "places are given back";
}

TEST_F(AuthorityTest, ASlowHashIsNotWaitedForForEver) {
  keys("bob $6$rounds=500000$salt$" + std::string(86, '.') + "\n");  // some tenths of a second
  options_.hashing_wait = 1ms;
  Authority authority{io_, options_};
  std::array<std::variant<Grant, Denial>, 3> verdicts;
  for (auto& verdict : verdicts) {
    ++left_;
    net::spawn(io_, "test",
               ask(authority, claim("bob", "key=password"), Wish::publish, verdict, left_));
  }
  run();
  for (const auto& verdict : verdicts)
    EXPECT_EQ(std::get<Denial>(verdict).why, Denial::Why::unavailable);
}

TEST_F(AuthorityTest, AsksAnotherUrlOnceItIsTold) {
  const auto answers = [](const char* body) {
    return [body](const std::string&) { return test::http_answer("200 OK", body); };
  };
  const test::HttpServer before{answers("name=before")};
  const test::HttpServer after{answers("name=after")};
  options_.auth_url = before.url();
  Authority authority{io_, options_};
  EXPECT_EQ(name(authority, claim("good")), "before");
  EXPECT_THROW(authority.ask("ftp://nowhere"), Failure);
  EXPECT_EQ(name(authority, claim("good")), "before");
  authority.ask(after.url());
  EXPECT_EQ(name(authority, claim("good")), "after");
}

TEST_F(AuthorityTest, MayGoWhileAHashIsCompared) {
  keys("bob " + std::string{bcrypt} + "\n");
  std::variant<Grant, Denial> verdict;
  int left = 3;
  {
    Authority authority{io_, options_};
    for (int i = 0; i < 3; ++i)
      net::spawn(io_, "test",
                 ask(authority, claim("bob", "key=password"), Wish::publish, verdict, left));
    io_.poll();
  }
  io_.run_for(10ms);
}

TEST_F(AuthorityTest, AsksTheUrl) {
  std::vector<std::string> asked;
  const test::HttpServer server{[&](const std::string& request) {
    asked.push_back(request.substr(request.find("\r\n\r\n") + 4));
    return test::http_answer(request.find("key=good") != std::string::npos ? "200 OK" : "403 No",
                             "name=public");
  }};
  options_.auth_url = server.url("/auth");
  Authority authority{io_, options_};
  EXPECT_EQ(name(authority, claim("good")), "public");
  EXPECT_EQ(name(authority, claim("anna", "key=bad")), no);
  EXPECT_EQ(name(authority, claim("anna", "key=good"), Wish::play), "public");
  EXPECT_EQ(name(authority, claim("")), no) << "not worth a question";
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_THAT(asked[0], StartsWith("event=start&app=live&key=good&name=&"));
  EXPECT_THAT(asked[1], StartsWith("event=start&app=live&key=bad&name=anna&"));
  EXPECT_THAT(asked[2], StartsWith("event=play&app=live&key=good&name=anna&"));
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(AuthorityTest, AsksTheUrlOnlyForWhatTheFileDoesNotKnow) {
  int asked = 0;
  const test::HttpServer server{[&](const std::string&) {
    ++asked;
    return test::http_answer("200 OK", R"({"name": "guest"})");
  }};
  options_.auth_url = server.url();
  keys("anna 12345678\n");
  Authority authority{io_, options_};
  EXPECT_EQ(name(authority, claim("12345678")), "anna");
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(name(authority, claim("other")), "guest");
  EXPECT_EQ(asked, 1);
}

TEST_F(AuthorityTest, SaysOnceThatTheUrlFails) {
  std::atomic<bool> broken{true};
  const test::HttpServer server{[&](const std::string&) {
    return test::http_answer(broken ? "500 Broken" : "200 OK", "name=x");
  }};
  options_.auth_url = server.url("/?token=secret");
  Authority authority{io_, options_};
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(name(authority, claim("good")), "[try again later]");
  broken = false;
  EXPECT_EQ(name(authority, claim("good")), "x");
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("auth URL: status 500"),
                                  HasSubstr("auth URL: answers again, after 3 failures")));
}

TEST_F(AuthorityTest, SaysWhatIsWrongWithAnAnswer) {
  const test::HttpServer server{[](const std::string&) { return test::http_answer("200 OK", ""); }};
  options_.auth_url = server.url();
  Authority authority{io_, options_};
  EXPECT_EQ(name(authority, claim("good")), "[the stream has no name that can be used]");
  EXPECT_EQ(name(authority, claim("anna", "key=good")), "anna");
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("auth URL: it allowed a key and gave no public name")));
}

TEST_F(AuthorityTest, AUrlThatIsSilentRefusesLater) {
  const test::HttpServer server{[](const std::string&) { return "-"; }};
  options_.auth_url = server.url();
  options_.timeout = 50ms;
  Authority authority{io_, options_};
  EXPECT_EQ(name(authority, claim("good")), "[try again later]");
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("auth URL: no answer within 50ms")));
}

TEST_F(AuthorityTest, TellsTheUrlOfTheEnd) {
  std::vector<std::string> asked;
  const test::HttpServer server{[&](const std::string& request) {
    asked.push_back(request.substr(request.find("\r\n\r\n") + 4));
    return test::http_answer("200 OK", "name=public");
  }};
  options_.auth_url = server.url();
  Authority authority{io_, options_};
  const auto who = claim("good", "key=secret&a=1");
  const auto got = verdict(authority, who);
  authority.ended(who, std::get<Grant>(got));
  authority.ended(who, {"anna", "", {}, false});  // of the key file
  ++left_;
  net::spawn(io_, "test", settle(authority, left_));
  run();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_THAT(asked[1], StartsWith("event=end&app=live&name=public&"));
  EXPECT_THAT(asked[1], HasSubstr("&query=a%3D1&"));
  EXPECT_THAT(asked[1], Not(HasSubstr("secret")));
  ++left_;
  net::spawn(io_, "test", settle(authority, left_));
  run();
}

}  // namespace
}  // namespace live::ingest
