#include "common/av/input.hpp"

#include "common/base/fd.hpp"
#include "common/base/file.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace live::av {
namespace {

Trouble trouble_with(const InputSpec& spec, Patience patience) {
  auto opened = Input::open(spec, std::move(patience));
  const auto* trouble = std::get_if<Trouble>(&opened);
  return trouble != nullptr ? *trouble : Trouble{Trouble::Kind::other, "opened"};
}

TEST(Input, TellsAMissingFileFromOneThatIsNoMedia) {
  EXPECT_EQ(trouble_with({.url = "file:/nowhere/at/all", .format = {}, .options = {}},
                         [] { return true; })
                .kind,
            Trouble::Kind::no_input);
  const auto path = testing::TempDir() + "letter.txt";
  publish_file(path, std::string(5000, 'x'));
  EXPECT_EQ(
      trouble_with({.url = "file:" + path, .format = {}, .options = {}}, [] { return true; }).kind,
      Trouble::Kind::not_media);
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  Fd read, write;
};

TEST(Input, AsksForPatienceWhileAPipeIsSilent) {
  Pipe pipe;
  int asked = 0;
  InputSpec spec;
  spec.read_fd = pipe.read.get();
  EXPECT_EQ(trouble_with(spec, [&asked] { return ++asked < 3; }).kind, Trouble::Kind::interrupted);
  EXPECT_EQ(asked, 3);
}

TEST(Input, LetsAnExceptionOfTheCallerOut) {
  Pipe pipe;
  InputSpec spec;
  spec.read_fd = pipe.read.get();
  EXPECT_THROW(trouble_with(spec, []() -> bool { throw std::runtime_error{"disk full"}; }),
               std::runtime_error);
}

TEST(Input, TellsWhoIsNotThere) {
  // Port 1 of loopback: nobody listens there.
  EXPECT_EQ(trouble_with({.url = "rtsp://127.0.0.1:1/x", .format = {}, .options = {}},
                         [] { return true; })
                .kind,
            Trouble::Kind::refused);
}

TEST(Trouble, HasItsOwnWordsForEachKind) {
  constexpr int http_401 = -0x313034F8;  // AVERROR_HTTP_UNAUTHORIZED: the tag F8 '4' '0' '1'
  EXPECT_EQ(trouble_of(http_401).kind, Trouble::Kind::denied);
  EXPECT_EQ(trouble_of(-ECONNREFUSED).text, "connection refused");
  EXPECT_EQ(trouble_of(-ECONNRESET).kind, Trouble::Kind::end);
  EXPECT_EQ(trouble_of(-EHOSTUNREACH).kind, Trouble::Kind::unreachable);
  EXPECT_EQ(trouble_of(-EPROTONOSUPPORT).kind, Trouble::Kind::transport);
}

}  // namespace
}  // namespace live::av
