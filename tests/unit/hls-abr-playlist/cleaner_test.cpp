// Real folders: what is removed, and above all what is not.
#include "tools/hls-abr-playlist/cleaner.hpp"

#include "common/tree/lock.hpp"
#include "tests/support/folder.hpp"
#include "tests/unit/hls-abr-playlist/lists.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace hls_abr_playlist {
namespace {

using namespace test;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class Cleaning : public live::test::FolderTest {
 public:
  Cleaning() {
    fs::create_directories(stream_ / "360p");
    write("cam/.lock", "");
    write("cam/live.m3u8", "#EXTM3U\n");
    write("cam/.live.m3u8.tmp", "");
    write("cam/360p/init-1.mp4", "x");
    write("cam/360p/1.m4s", "x");
    write("cam/360p/1.0.m4s", "x");
    write("cam/360p/.2.m4s.tmp", "x");
    write("cam/360p/journal.m3u8", "#EXTM3U\n#BROADCAST:abc\n#EXTINF:4,\n1.m4s\n");
    write("cam/360p/index.m3u8",
          "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:1\n"
          "#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXTINF:4,\n1.m4s\n#EXT-X-ENDLIST\n");
    record(false);
  }

 protected:
  void record(bool recorded) const {
    live::tree::StreamRecord record;
    record.id = "abc";
    record.record = recorded;
    record.renditions.push_back({"360p", 0, true, true});
    live::tree::write_stream_record(stream_, record);
  }
  [[nodiscard]] Cleaner::Outcome clean(std::chrono::milliseconds after = 0ms) const {
    Folder folder{stream_, 0};
    folder.scan(begin);
    return Cleaner{folder_, after}.clean(folder);
  }
  void expect_kept(const std::string& why) const {
    const auto outcome = clean();
    EXPECT_FALSE(outcome.removed);
    EXPECT_THAT(outcome.kept, HasSubstr(why));
    EXPECT_TRUE(fs::exists(stream_ / "360p" / "1.m4s"));
  }

  fs::path stream_ = folder_ / "cam";
};

TEST_F(Cleaning, RemovesWhatIsOver) {
  EXPECT_TRUE(clean().removed);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(Cleaning, WaitsForItsTimeByTheFiles) {
  EXPECT_FALSE(clean(1min).removed);
  const auto old = fs::file_time_type::clock::now() - 61s;
  fs::last_write_time(stream_ / "360p" / "index.m3u8", old);
  EXPECT_FALSE(clean(1min).removed);  // .stream.json is newer
  fs::last_write_time(stream_ / ".stream.json", old);
  EXPECT_TRUE(clean(1min).removed);
}

TEST_F(Cleaning, AListWithoutAnEndHasThreeTargetsMore) {
  write("cam/360p/index.m3u8",
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:1\n"
        "#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXTINF:4,\n1.m4s\n");
  const auto age = [&](std::chrono::seconds s) {
    for (const auto* name : {"360p/index.m3u8", ".stream.json"})
      fs::last_write_time(stream_ / name, fs::file_time_type::clock::now() - s);
  };
  age(11s);
  EXPECT_FALSE(clean().removed);
  age(13s);
  EXPECT_TRUE(clean().removed);
}

TEST_F(Cleaning, NeverUnderAWriter) {
  {
    const auto lock = live::tree::Lock::take_existing(stream_);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(clean().removed);
  }
  EXPECT_TRUE(clean().removed);
}

TEST_F(Cleaning, NeverARecording) {
  record(true);
  expect_kept("it was recorded");
}

TEST_F(Cleaning, NeverAnEventList) {
  write("cam/360p/index.m3u8",
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
        "#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXTINF:4,\n1.m4s\n#EXT-X-ENDLIST\n");
  expect_kept("360p is a recording");
}

TEST_F(Cleaning, NeverWhatItDoesNotKnow) {
  fs::remove(stream_ / ".stream.json");
  expect_kept(".stream.json");
  record(false);
  for (const auto* name : {"cam/holiday.jpg", "cam/360p/notes.txt", "cam/360p/more/1.m4s",
                           "cam/.git/x", "cam/360p/.x.tmp", "cam/vod-1.m3u8", "cam/360p/01.m4s"}) {
    write(name, "mine");
    expect_kept("is no part of an HLS tree");
    EXPECT_TRUE(fs::exists(folder_ / name));
    auto path = fs::path{name};
    path = path == "cam/360p/more/1.m4s" || path == "cam/.git/x" ? path.parent_path() : path;
    fs::remove_all(folder_ / path);
  }
  EXPECT_TRUE(clean().removed);
}

TEST_F(Cleaning, NeverAnEmptyFolderThatNoWriterNamed) {
  fs::create_directory(stream_ / "mine");
  expect_kept("mine is no part of an HLS tree");
  fs::remove(stream_ / "mine");
  live::tree::StreamRecord record;
  record.id = "abc";
  record.renditions = {{"360p", 0, true, true}, {"480p", 0, true, true}};
  live::tree::write_stream_record(stream_, record);
  fs::create_directory(stream_ / "480p");  // of which no segment was finished
  EXPECT_TRUE(clean().removed);
}

TEST_F(Cleaning, NeverWhatAnotherProgramMade) {
  fs::remove(stream_ / ".stream.json");
  fs::remove(stream_ / ".lock");
  expect_kept("it has no .lock");
}

TEST_F(Cleaning, NeverALinkNorWhatItLeadsTo) {
  write("elsewhere/1.m4s", "mine");
  fs::create_directory_symlink(folder_ / "elsewhere", stream_ / "480p");
  expect_kept("480p is no part");
  fs::remove(stream_ / "480p");
  fs::create_symlink(folder_ / "elsewhere" / "1.m4s", stream_ / "360p" / "9.m4s");
  expect_kept("9.m4s is no part");
  EXPECT_TRUE(fs::exists(folder_ / "elsewhere" / "1.m4s"));
}

TEST_F(Cleaning, NeverWhatIsHeldAndNotUploaded) {
  write(".hold", "best\n");
  expect_kept("is not uploaded");
  write("cam/360p/.uploaded", "init-1.mp4\n1.m4s\n");
  expect_kept("vod-abc.m3u8 is not uploaded");
  write("cam/360p/.uploaded", "init-1.mp4\n1.m4s\nvod-abc.m3u8\n");
  EXPECT_TRUE(clean().removed);
}

TEST_F(Cleaning, AHoldOfAnotherRenditionDoesNotMatter) {
  live::tree::StreamRecord record;
  record.id = "abc";
  record.renditions = {{"360p", 0, true, true}, {"720p", 0, true, true}};
  live::tree::write_stream_record(stream_, record);
  fs::create_directory(stream_ / "720p");
  write(".hold", "720p\n");
  EXPECT_TRUE(clean().removed);
}

TEST_F(Cleaning, AHoldOfARenditionThatTheStreamLacksHoldsAll) {
  write(".hold", "720p\n");
  expect_kept("is not uploaded");
}

TEST_F(Cleaning, EmptiesItsOwnTrashOnly) {
  write(".trash-0123456789abcdef/360p/1.m4s", "x");
  write(".trash-mine/x", "x");
  write("elsewhere/x", "x");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / ".trash-fedcba9876543210");
  Cleaner{folder_, 0ms}.empty_trash();
  EXPECT_FALSE(fs::exists(folder_ / ".trash-0123456789abcdef"));
  EXPECT_TRUE(fs::exists(folder_ / ".trash-mine" / "x"));
  EXPECT_TRUE(fs::exists(folder_ / "elsewhere" / "x"));
}

}  // namespace
}  // namespace hls_abr_playlist
