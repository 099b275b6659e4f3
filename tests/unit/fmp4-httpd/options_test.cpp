#include "tools/fmp4-httpd/options.hpp"

#include "common/base/failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fmp4_httpd {
namespace {

std::string refusal(std::vector<std::string> inputs) {
  Options options;
  options.inputs = std::move(inputs);
  try {
    sources(options);
  } catch (const live::Failure& failure) {
    EXPECT_EQ(failure.exit(), live::Exit::usage);
    return failure.what();
  }
  return "accepted";
}

TEST(Options, WithoutInputsStdinIsTheStreamLive) {
  const auto all = sources({});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "live");
  EXPECT_TRUE(all[0].is_stdin());
}

TEST(Options, InputsAreNameAndPath) {
  Options options;
  options.inputs = {"door=/run/door=1.fifo", "live=-"};
  const auto all = sources(options);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "door");
  EXPECT_EQ(all[0].path, "/run/door=1.fifo");
  EXPECT_TRUE(all[1].is_stdin());
}

TEST(Options, RefusesInputsThatCannotBe) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal({"door"}), HasSubstr("it is not NAME=PATH"));
  EXPECT_THAT(refusal({"door="}), HasSubstr("it is not NAME=PATH"));
  EXPECT_THAT(refusal({"../x=a"}), HasSubstr("a name has"));
  EXPECT_THAT(refusal({"=a"}), HasSubstr("a name has"));
  EXPECT_THAT(refusal({"stats.json=a"}), HasSubstr("choose another name"));
  EXPECT_THAT(refusal({"a.mp4=a"}), HasSubstr("choose another name"));
  EXPECT_THAT(refusal({"a=1", "a=2"}), HasSubstr("stands twice"));
  EXPECT_THAT(refusal({"a=-", "b=-"}), HasSubstr("stdin can be one stream only"));
}

TEST(Options, RefusesAMemoryThatHoldsNothing) {
  Options options;
  options.memory = 1;
  EXPECT_THROW(sources(options), live::Failure);
}

TEST(Options, OnlyStdinAloneEndsTheProgram) {
  Options options;
  EXPECT_EQ(on_eof(options, sources(options)), OnEof::exit);
  options.inputs = {"live=-"};
  EXPECT_EQ(on_eof(options, sources(options)), OnEof::exit);
  options.inputs = {"live=-", "door=x"};
  EXPECT_EQ(on_eof(options, sources(options)), OnEof::keep);
  options.inputs = {"door=x"};
  EXPECT_EQ(on_eof(options, sources(options)), OnEof::keep);
  options.on_eof = OnEof::exit;
  EXPECT_EQ(on_eof(options, sources(options)), OnEof::exit);
}

}  // namespace
}  // namespace fmp4_httpd
