#include "common/http/static_file.hpp"

#include "common/base/failure.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace live::http {
namespace {

namespace fs = std::filesystem;

class StaticFile : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(outside);
    fs::create_directories(folder / "a" / "b");
    write(folder / "a" / "file.m4s", "0123456789");
    write(folder / "a" / ".secret", "s");
    write(outside / "secret", "s");
  }
  void TearDown() override { fs::remove_all(base); }

  static void write(const fs::path& path, std::string_view text) {
    std::ofstream{path, std::ios::binary} << text;
  }
  static Request get(std::vector<std::pair<std::string, std::string>> headers) {
    Request request;
    request.method = "GET";
    request.headers = std::move(headers);
    return request;
  }
  Response answer(std::vector<std::pair<std::string, std::string>> headers) {
    const auto file = Root{folder}.open("a/file.m4s");
    EXPECT_TRUE(file);
    return file_response(get(std::move(headers)), *file, {{"Cache-Control", "max-age=9"}});
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return {};
  }

  fs::path base = fs::path{::testing::TempDir()} / ("live_root" + std::to_string(::getpid()));
  fs::path folder = base / "root", outside = base / "outside";
};

TEST_F(StaticFile, OpensWhatLiesBeneath) {
  const Root root{folder};
  const auto file = root.open("a/file.m4s");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size, 10U);
  EXPECT_TRUE(root.has_folder("a/b"));
  EXPECT_FALSE(root.has_folder("a/file.m4s"));
}

TEST_F(StaticFile, NothingElse) {
  fs::create_symlink(outside / "secret", folder / "a" / "absolute");
  fs::create_symlink("../../outside/secret", folder / "a" / "relative");
  fs::create_directory_symlink(outside, folder / "way");
  fs::create_symlink(".secret", folder / "a" / "hidden");
  fs::create_directories(folder / ".hidden" / "b");
  fs::create_directory_symlink(".hidden", folder / "plain");
  ASSERT_EQ(::mkfifo((folder / "a" / "fifo").c_str(), 0600), 0);
  const Root root{folder};
  for (const auto* path : {"",
                           "/",
                           "a",
                           "a/b",
                           "a/",
                           "a//file.m4s",
                           "./a/file.m4s",
                           "a/../a/file.m4s",
                           "../outside/secret",
                           "a/.secret",
                           ".a",
                           "a/absolute",
                           "a/relative",
                           "way/secret",
                           "a/fifo",
                           "a/hidden",
                           "plain/b",
                           "a/missing",
                           "a/file.m4s/",
                           "a/file.m4s/x",
                           "/a/file.m4s"})
    EXPECT_FALSE(root.open(path)) << path;
  EXPECT_FALSE(root.open(std::string_view{"a/file.m4s\0x", 12}));
  EXPECT_FALSE(root.open("a/" + std::string(8192, 'x')));
  EXPECT_FALSE(root.has_folder(".."));
  EXPECT_FALSE(root.has_folder("way"));
  EXPECT_FALSE(root.has_folder("plain/b"));
}

TEST_F(StaticFile, FollowsALinkThatStaysInside) {
  fs::create_symlink("file.m4s", folder / "a" / "link.m4s");
  fs::create_directory_symlink("a", folder / "way");
  const Root root{folder};
  EXPECT_TRUE(root.open("a/link.m4s"));
  EXPECT_TRUE(root.open("way/link.m4s"));
  EXPECT_TRUE(root.has_folder("way/b"));
}

TEST_F(StaticFile, AFolderThatIsNoneIsSaid) { EXPECT_THROW(Root{base / "nowhere"}, Failure); }

TEST_F(StaticFile, SendsTheWholeOrAPart) {
  const auto whole = answer({});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body.size(), 10U);
  EXPECT_EQ(header(whole, "Accept-Ranges"), "bytes");
  const auto part = answer({{"range", "bytes=-3"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(header(part, "Content-Range"), "bytes 7-9/10");
  EXPECT_EQ(part.body.file().first, 7U);
  EXPECT_EQ(part.body.size(), 3U);
  const auto none = answer({{"range", "bytes=10-"}});
  EXPECT_EQ(none.status, 416);
  EXPECT_EQ(header(none, "Content-Range"), "bytes */10");
}

TEST_F(StaticFile, KnowsWhatTheClientHas) {
  const auto first = answer({});
  const auto etag = header(first, "ETag"), date = header(first, "Last-Modified");
  EXPECT_EQ(answer({{"if-none-match", etag}}).status, 304);
  EXPECT_EQ(answer({{"if-none-match", "\"x\", W/" + etag}}).status, 304);
  EXPECT_EQ(answer({{"if-none-match", "\"x\""}}).status, 200);
  EXPECT_EQ(answer({{"if-modified-since", date}}).status, 304);
  // If-None-Match alone decides where both stand (RFC 9110 §13.1.3).
  EXPECT_EQ(answer({{"if-none-match", "\"x\""}, {"if-modified-since", date}}).status, 200);
  EXPECT_EQ(answer({{"if-match", etag}}).status, 200);
  EXPECT_EQ(answer({{"if-match", "W/" + etag}}).status, 412);
  EXPECT_EQ(answer({{"if-unmodified-since", "Sun, 06 Nov 1994 08:49:37 GMT"}}).status, 412);
  EXPECT_EQ(answer({{"if-modified-since", "yesterday"}}).status, 200);
}

TEST_F(StaticFile, CachesKeepWhatWasSentAndNoRefusal) {
  const auto etag = header(answer({}), "ETag");
  const auto cached = [this](const char* name, const std::string& value) {
    return header(answer({{name, value}}), "Cache-Control");
  };
  EXPECT_EQ(cached("range", "bytes=0-1"), "max-age=9");
  EXPECT_EQ(cached("if-none-match", etag), "max-age=9");
  EXPECT_EQ(cached("range", "bytes=10-"), "no-store");
  EXPECT_EQ(cached("if-match", "\"x\""), "no-store");
}

TEST_F(StaticFile, ARangeOfSomethingElseIsTheWhole) {
  const auto etag = header(answer({}), "ETag");
  EXPECT_EQ(answer({{"range", "bytes=0-1"}, {"if-range", etag}}).status, 206);
  EXPECT_EQ(answer({{"range", "bytes=0-1"}, {"if-range", "\"x\""}}).status, 200);
  EXPECT_EQ(answer({{"range", "bytes=0-1"}, {"if-range", "W/" + etag}}).status, 200);
}

TEST_F(StaticFile, AnotherFileOfTheSameNameHasAnotherTag) {
  const auto before = header(answer({}), "ETag");
  write(folder / "a" / "new", "0123456789");
  fs::rename(folder / "a" / "new", folder / "a" / "file.m4s");
  EXPECT_NE(header(answer({}), "ETag"), before);
}

}  // namespace
}  // namespace live::http
