// Against a real redis-server, on a unix socket and on TCP.
#include "common/registry/redis.hpp"

#include "tests/unit/registry/stage.hpp"

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace live::registry {
namespace {

using namespace test;
using ::testing::HasSubstr;
using ::testing::Not;

/// Stops it with the object.
class Server {
 public:
  Server(const std::filesystem::path& folder, const std::vector<std::string>& further)
      : path_(folder / "redis.sock") {
    std::vector<std::string> words{"redis-server", "--port", "0",     "--save", "",
                                   "--unixsocket", path_,    "--dir", folder,   "--logfile",
                                   "redis.log"};
    words.insert(words.end(), further.begin(), further.end());
    std::vector<char*> arguments;
    for (auto& word : words)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (::posix_spawnp(&pid_, "redis-server", nullptr, nullptr, arguments.data(), environ) != 0)
      pid_ = -1;
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { stop(); }
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGCONT);
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
    std::filesystem::remove(path_);
  }
  void signal(int which) const { ::kill(pid_, which); }
  [[nodiscard]] std::string url() const { return "unix:" + path_.string(); }

 private:
  std::filesystem::path path_;
  pid_t pid_ = -1;
};

class RedisRegistry : public Stage {
 protected:
  std::unique_ptr<Redis> connect(const std::string& url, const std::string& prefix = "stream:") {
    return std::make_unique<Redis>(io_, std::get<RedisUrl>(parse_redis_url(url)), prefix);
  }
  /// Until it answers: a server that was just started takes its time.
  [[nodiscard]] bool answers(Redis& redis) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end)
      if (ask(redis.find("nobody")).state != Holder::State::unknown)
        return true;
      else if (until([] { return false; }, 20ms))
        return false;
    return false;
  }
};

TEST_F(RedisRegistry, ClaimsRefreshesFindsAndReleases) {
  const Server server{folder_, {}};
  const auto a = connect(server.url()), b = connect(server.url()),
             elsewhere = connect(server.url(), "x:");
  ASSERT_TRUE(answers(*a) && answers(*b) && answers(*elsewhere));
  EXPECT_EQ(claim_one(*a, "cam", {"a:1", 10s}), ours("a:1"));
  EXPECT_EQ(claim_one(*b, "cam", {"b:1", 10s}), other("a:1"));
  EXPECT_EQ(ask(b->find("cam")), other("a:1"));
  EXPECT_EQ(ask(elsewhere->find("cam")), nobody());
  EXPECT_TRUE(ask(b->release({"cam"}, "b:1")));
  EXPECT_EQ(ask(b->find("cam")), other("a:1"));
  EXPECT_TRUE(ask(a->release({"cam", "door"}, "a:1")));
  EXPECT_EQ(ask(a->find("cam")), nobody());
}

TEST_F(RedisRegistry, ALeaseEndsByItself) {
  const Server server{folder_, {}};
  const auto a = connect(server.url());
  ASSERT_TRUE(answers(*a));
  EXPECT_EQ(claim_one(*a, "cam", {"a:1", 150ms}), ours("a:1"));
  EXPECT_TRUE(until([&] { return claim_one(*a, "cam", {"b:1", 10s}) == ours("b:1"); }));
}

TEST_F(RedisRegistry, TakesManyNamesAtOnce) {
  const Server server{folder_, {}};
  const auto a = connect(server.url());
  ASSERT_TRUE(answers(*a));
  std::vector<std::string> names;
  for (int i = 0; i < 1'203; ++i)
    names.push_back("cam" + std::to_string(i));
  for (const auto& holder : ask(a->claim(names, {"a:1", 10s})))
    ASSERT_EQ(holder, ours("a:1"));
  EXPECT_EQ(ask(a->find("cam1202")), other("a:1"));
  EXPECT_TRUE(ask(a->release(names, "a:1")));
  EXPECT_EQ(ask(a->find("cam1202")), nobody());
}

TEST_F(RedisRegistry, IntroducesItselfAndSelectsItsDatabase) {
  std::ofstream{folder_ / "users.acl"} << "user default off\nuser anna on >s3cret ~* &* +@all\n";
  const Server server{folder_, {"--aclfile", folder_ / "users.acl"}};
  const auto path = (folder_ / "redis.sock").string();
  const auto anna = connect("unix://anna:s3cret@" + path + "?db=3");
  ASSERT_TRUE(answers(*anna));
  EXPECT_EQ(claim_one(*anna, "cam", {"a:1", 10s}), ours("a:1"));
  const auto lower = connect("unix://anna:s3cret@" + path);
  ASSERT_TRUE(answers(*lower));
  EXPECT_EQ(ask(lower->find("cam")), nobody());

  const auto wrong = connect("unix://anna:wr0ng@" + path), none = connect(server.url());
  ASSERT_TRUE(until([&] { return !wrong->trouble().empty() && !none->trouble().empty(); }));
  EXPECT_THAT(wrong->trouble(), HasSubstr("WRONGPASS"));
  EXPECT_THAT(wrong->trouble(), Not(HasSubstr("wr0ng")));
  EXPECT_THAT(none->trouble(), HasSubstr("NOAUTH"));
  EXPECT_EQ(claim_one(*wrong, "cam", {"a:1", 10s}), Holder{});
}

TEST_F(RedisRegistry, IsBackWhenRedisIs) {
  const auto redis = connect("unix:" + (folder_ / "redis.sock").string());
  EXPECT_EQ(claim_one(*redis, "cam", {"a:1", 10s}), Holder{});  // not started yet
  EXPECT_THAT(redis->trouble(), HasSubstr("No such file"));
  Server first{folder_, {}};
  ASSERT_TRUE(answers(*redis));
  EXPECT_EQ(redis->trouble(), "");
  EXPECT_EQ(claim_one(*redis, "cam", {"a:1", 10s}), ours("a:1"));
  first.stop();
  ASSERT_TRUE(until([&] { return !redis->trouble().empty(); }));
  EXPECT_EQ(claim_one(*redis, "cam", {"a:1", 10s}), Holder{});
  const Server second{folder_, {}};
  ASSERT_TRUE(answers(*redis));
  EXPECT_EQ(ask(redis->find("cam")), nobody());
}

TEST_F(RedisRegistry, DoesNotWaitForARedisThatHangs) {
  Server server{folder_, {}};
  const auto redis = connect(server.url());
  ASSERT_TRUE(answers(*redis));
  server.signal(SIGSTOP);
  EXPECT_EQ(claim_one(*redis, "cam", {"a:1", 10s}), Holder{});
  ASSERT_TRUE(until([&] { return !redis->trouble().empty(); }));
  server.signal(SIGCONT);
  ASSERT_TRUE(answers(*redis));
}

TEST_F(RedisRegistry, AKeyOfAnotherKindIsHeldByAnother) {
  const Server server{folder_, {}};
  const auto redis = connect(server.url());
  ASSERT_TRUE(answers(*redis));
  ASSERT_EQ(std::system(("redis-cli -s " + (folder_ / "redis.sock").string() +
                         " LPUSH stream:cam x >/dev/null")
                            .c_str()),
            0);
  const auto holders = ask(redis->claim({"cam", "door"}, {"a:1", 10s}));
  EXPECT_EQ(holders.at(0).state, Holder::State::other);
  EXPECT_EQ(holders.at(1), ours("a:1"));
}

TEST_F(RedisRegistry, LeavesAReplicaForItsPrimary) {
  const Server server{folder_,
                      {"--replicaof", "127.0.0.1", "1", "--replica-serve-stale-data", "yes"}};
  const auto redis = connect(server.url());
  ASSERT_TRUE(answers(*redis));
  EXPECT_EQ(claim_one(*redis, "cam", {"a:1", 10s}), Holder{});
  ASSERT_TRUE(until([&] { return !redis->trouble().empty(); }));
  EXPECT_THAT(redis->trouble(), HasSubstr("READONLY"));
}

TEST_F(RedisRegistry, ACommandThatIsNotAllowedIsATroubleUntilItIs) {
  const Server server{folder_, {}};
  const auto redis = connect(server.url());
  ASSERT_TRUE(answers(*redis));
  const auto allow = [&](const std::string& what) {
    const auto command = "redis-cli -s " + (folder_ / "redis.sock").string() +
                         " ACL SETUSER default " + what + " >/dev/null";
    return std::system(command.c_str()) == 0;
  };
  ASSERT_TRUE(allow("-eval"));
  EXPECT_EQ(claim_one(*redis, "cam", {"a:1", 10s}), Holder{});
  EXPECT_THAT(redis->trouble(), HasSubstr("NOPERM"));
  ASSERT_TRUE(allow("+eval"));
  EXPECT_EQ(claim_one(*redis, "cam", {"a:1", 10s}), ours("a:1"));
  EXPECT_EQ(redis->trouble(), "");
}

TEST_F(RedisRegistry, ANameThatDoesNotResolveIsATroubleNotAnEnd) {
  const auto redis = connect("redis://no-such-host.invalid");
  ASSERT_TRUE(until([&] { return !redis->trouble().empty(); }));
  EXPECT_EQ(claim_one(*redis, "cam", {"a:1", 10s}), Holder{});
  EXPECT_EQ(redis->trouble(), "redis://no-such-host.invalid:6379: its name does not resolve");
}

}  // namespace
}  // namespace live::registry
