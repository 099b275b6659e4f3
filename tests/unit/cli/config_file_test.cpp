#include "common/cli/config_file.hpp"

#include "common/base/failure.hpp"
#include "common/cli/options.hpp"

#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

namespace live::cli {
namespace {

using namespace std::chrono_literals;

class ConfigFile : public ::testing::Test {
 protected:
  ConfigFile() {
    add_duration(app, "-t,--timeout", timeout, "time");
    add_size(app, "--memory", memory, "memory");
    app.add_flag("--realtime", realtime, "pace");
    app.add_option("--audio", audio, "audio")->check(CLI::IsMember({"auto", "none"}));
    app.add_option("INPUT", input, "input")->required();
    app.add_option("--extra", extra, "several");
    app.add_option("--maybe", maybe, "a word, or none")
        ->expected(0, 1)
        ->take_all()
        ->default_str("standard");
    app.add_option("--config", "file");
  }
  ~ConfigFile() override { std::filesystem::remove(path); }

  void apply(const std::string& text) {
    std::ofstream{path} << text;
    apply_config(app, path);
  }
  /// What is said about `text`, behind the name of the file.
  std::string complaint(const std::string& text) {
    try {
      apply(text);
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.exit(), Exit::config);
      const std::string what = failure.what();
      return what.starts_with(path) ? what.substr(path.size()) : what;
    }
    return "none";
  }
  void parse(std::vector<std::string> reversed) { app.parse(std::move(reversed)); }

  std::string path = ::testing::TempDir() + "live_config_" + std::to_string(::getpid());
  CLI::App app;
  std::chrono::milliseconds timeout{10s};
  std::uint64_t memory = 1;
  bool realtime = false;
  std::string audio = "auto", input;
  std::vector<std::string> extra, maybe;
};

TEST_F(ConfigFile, SetsEveryKindOfOption) {
  apply(
      "# a comment\r\n\ntimeout = 4s\n  memory=16k\nrealtime\naudio = \"none\"\n"
      "INPUT = 'rtsp://u:p#=@cam'\nextra = 1\nextra = 2\n; another comment");
  parse({});
  EXPECT_EQ(timeout, 4s);
  EXPECT_EQ(memory, 16'384U);
  EXPECT_TRUE(realtime);
  EXPECT_EQ(audio, "none");
  EXPECT_EQ(input, "rtsp://u:p#=@cam") << "and a required argument is there";
  EXPECT_EQ(extra, (std::vector<std::string>{"1", "2"}));
}

TEST_F(ConfigFile, GivesWayToTheCommandLine) {
  apply("timeout = 4s\naudio = none\nINPUT = file\nextra = 1\nrealtime = true");
  parse({"--extra=3", "--timeout=5s", "arg"});
  EXPECT_EQ(timeout, 5s);
  EXPECT_EQ(input, "arg");
  EXPECT_EQ(extra, std::vector<std::string>{"3"});
  EXPECT_EQ(audio, "none");
  EXPECT_TRUE(realtime);
}

TEST_F(ConfigFile, ReadsFlags) {
  apply("realtime = false");
  EXPECT_FALSE(realtime);
  EXPECT_EQ(complaint("realtime = perhaps").substr(0, 14), ":1: --realtime");
}

TEST_F(ConfigFile, ReadsAnOptionThatMayStandAlone) {
  apply("maybe\nmaybe = true\nmaybe = word");
  EXPECT_EQ(maybe, (std::vector<std::string>{"standard", "standard", "word"}));
}

TEST_F(ConfigFile, NamesFileLineAndOptionOfAnError) {
  EXPECT_EQ(complaint("\ntimeout = 4x"), ":2: --timeout: 4x is no duration like 500ms, 4s or 2m");
  EXPECT_EQ(complaint("\n\nfoo = 1"), ":3: foo: no such option");
  EXPECT_EQ(complaint("audio = loud").substr(0, 11), ":1: --audio");
  EXPECT_EQ(complaint("config = other"), ":1: config: no such option") << "files do not nest";
  EXPECT_EQ(complaint("[section]"), ":1: there are no sections in this file");
  EXPECT_EQ(complaint("= 5"), ":1: expected OPTION = VALUE");
  EXPECT_EQ(complaint("some words"), ":1: expected OPTION = VALUE");
}

TEST_F(ConfigFile, MustExist) {
  try {
    apply_config(app, "/nonexistent/file");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit(), Exit::config);
    EXPECT_STREQ(failure.what(), "open /nonexistent/file: No such file or directory");
  }
}

}  // namespace
}  // namespace live::cli
