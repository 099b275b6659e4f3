#include "common/registry/file.hpp"

#include "common/base/file.hpp"
#include "tests/unit/registry/stage.hpp"

#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

namespace live::registry {
namespace {

using namespace test;
using ::testing::HasSubstr;

class FileRegistry : public Stage {
 protected:
  std::filesystem::path path_ = folder_ / "registry.json";
  WallClock now_ = WallClock{} + 1'700'000'000s;
  File registry_{path_, [this] { return now_; }};
  File second_{path_, [this] { return now_; }};
};

TEST_F(FileRegistry, HoldsWhatWasClaimedUntilItExpires) {
  EXPECT_EQ(ask(registry_.find("cam")), nobody());
  EXPECT_EQ(claim_one(registry_, "cam", {"a:1", 10s}), ours("a:1"));
  EXPECT_EQ(ask(second_.find("cam")), other("a:1"));
  now_ += 9'999ms;
  EXPECT_EQ(claim_one(second_, "cam", {"b:1", 10s}), other("a:1"));
  now_ += 1ms;
  EXPECT_EQ(ask(second_.find("cam")), nobody());
  EXPECT_EQ(claim_one(second_, "cam", {"b:1", 10s}), ours("b:1"));
  EXPECT_EQ(claim_one(registry_, "cam", {"a:1", 10s}), other("b:1"));
}

TEST_F(FileRegistry, AClaimOfTheHolderRefreshes) {
  EXPECT_EQ(claim_one(registry_, "cam", {"a:1", 10s}), ours("a:1"));
  now_ += 8s;
  EXPECT_EQ(claim_one(second_, "cam", {"a:1", 10s}), ours("a:1"));
  now_ += 8s;
  EXPECT_EQ(ask(registry_.find("cam")), other("a:1"));
}

TEST_F(FileRegistry, ReleasesOnlyWhatIsOurs) {
  ask(registry_.claim({"one", "two"}, {"a:1", 10s}));
  EXPECT_TRUE(ask(second_.release({"one", "two", "three"}, "b:1")));
  EXPECT_EQ(ask(registry_.find("one")), other("a:1"));
  EXPECT_TRUE(ask(registry_.release({"one"}, "a:1")));
  EXPECT_EQ(ask(registry_.find("one")), nobody());
  EXPECT_EQ(ask(registry_.find("two")), other("a:1"));
}

TEST_F(FileRegistry, IsJsonThatAnybodyReads) {
  claim_one(registry_, "cam", {"10.0.0.5:8000", 10s});
  EXPECT_EQ(
      read_file(path_, 1000),
      "{\n \"cam\": {\n  \"address\": \"10.0.0.5:8000\",\n  \"expires\": 1700000010000\n }\n}\n");
}

TEST_F(FileRegistry, LeavesAFileAloneThatIsNone) {
  for (const auto* text :
       {"hello\n", "[1]", "{\"a\": 1}", "{\"a\": {\"address\": 1, \"expires\": 2}}"}) {
    std::ofstream{path_} << text;
    EXPECT_EQ(claim_one(registry_, "cam", {"a:1", 10s}), Holder{});
    EXPECT_EQ(ask(registry_.find("cam")), Holder{});
    EXPECT_THAT(registry_.trouble(), HasSubstr("it is no registry"));
    EXPECT_EQ(read_file(path_, 1000), text);
  }
  std::ofstream{path_} << "";
  EXPECT_EQ(claim_one(registry_, "cam", {"a:1", 10s}), ours("a:1"));
  EXPECT_EQ(registry_.trouble(), "");
}

TEST_F(FileRegistry, WaitsForALockAndGivesUp) {
  const int fd = ::open((folder_ / ".registry.json.lock").c_str(), O_RDWR | O_CREAT, 0644);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  EXPECT_EQ(claim_one(registry_, "cam", {"a:1", 10s}), Holder{});
  EXPECT_THAT(registry_.trouble(), HasSubstr("another program"));
  ::close(fd);
  EXPECT_EQ(claim_one(registry_, "cam", {"a:1", 10s}), ours("a:1"));
}

TEST_F(FileRegistry, AFolderThatIsNotThereIsATroubleNotAnEnd) {
  File lost{folder_ / "gone" / "registry.json", [this] { return now_; }};
  EXPECT_EQ(claim_one(lost, "cam", {"a:1", 10s}), Holder{});
  EXPECT_THAT(lost.trouble(), HasSubstr("No such file"));
  std::filesystem::create_directory(folder_ / "gone");
  EXPECT_EQ(claim_one(lost, "cam", {"a:1", 10s}), ours("a:1"));
}

}  // namespace
}  // namespace live::registry
