#include "tools/s3-dvr-sync/file_scan.hpp"

#include "tests/support/folder.hpp"
#include "tools/s3-dvr-sync/writers.hpp"

#include <fstream>

namespace s3_dvr_sync {
namespace {

using namespace std::chrono_literals;

class FileScanTest : public live::test::FolderTest {
 protected:
  std::string closed(live::Monotonic now = live::Monotonic{} + 1h) {
    last_ = scan_.scan(now, std::chrono::system_clock::now());
    std::string out;
    for (const auto& file : last_.closed)
      out += file.key + " ";
    return out;
  }

  FileScan scan_{folder_, 10s};
  FileScan::Result last_;
};

TEST(RecordingName, HasAKnownEndingAndNoDotInFront) {
  for (const auto* name : {"a b+ä.mp4", "DCIM0001.MP4", "a.Jpg"})
    EXPECT_TRUE(is_recording_name(name)) << name;
  for (const auto* name : {".a.mp4", ".mp4", "a.m4s", "a.MP4x", "a.tmp", "\xff.mp4", "mp4"})
    EXPECT_FALSE(is_recording_name(name)) << name;
}

TEST_F(FileScanTest, WhatHasNotChangedForAWhileIsClosed) {
  make_older(write("b/old.mp4", "x"), 20s);
  make_older(write("older.mkv", "x"), 30s);
  write("new.ts", "x");
  EXPECT_EQ(closed(), "older.mkv b/old.mp4 ");
  EXPECT_EQ(last_.growing, 1U);
}

TEST_F(FileScanTest, WhatGrowsIsNotClosedUntilItStops) {
  write("a.mp4", "x");
  const auto begin = live::Monotonic{} + 1h;
  EXPECT_EQ(closed(begin), "");
  EXPECT_EQ(closed(begin + 9s), "");
  append("a.mp4", "more");
  EXPECT_EQ(closed(begin + 11s), "");
  EXPECT_EQ(closed(begin + 20s), "");
  EXPECT_EQ(closed(begin + 21s), "a.mp4 ");
  append("a.mp4", "more");
  EXPECT_EQ(closed(begin + 22s), "") << "it goes on";
}

TEST_F(FileScanTest, AClockThatIsWrongIsNoJudge) {
  make_older(write("a.mp4", "x"), -3600s * 24 * 365);
  const auto begin = live::Monotonic{} + 1h;
  EXPECT_EQ(closed(begin), "");
  EXPECT_EQ(closed(begin + 10s), "a.mp4 ");
}

TEST_F(FileScanTest, AClockThatIsSetClosesNothingThatGrows) {
  const auto begin = live::Monotonic{} + 1h;
  write("a.mp4", "x");
  EXPECT_EQ(closed(begin), "");
  make_older((append("a.mp4", "more"), folder_ / "a.mp4"), 3600s * 24 * 365);
  EXPECT_EQ(closed(begin + 2s), "") << "its time is of before the clock was set";
  EXPECT_EQ(closed(begin + 12s), "a.mp4 ");
}

TEST_F(FileScanTest, WhatAWriterOfOursMakesIsNotForIt) {
  // Its first segment is there before its lists are.
  write("cam/.stream.json", "{}");
  make_older(write("cam/720p/1000.ts", "x"), 20s);
  EXPECT_EQ(closed(), "");
}

TEST_F(FileScanTest, BesideAPlaylistWhatCannotBeASegmentIsARecording) {
  for (const auto* name : {"cam.flv", "cam-0.ts", "songs/a.mp4"})
    make_older(write(name, "x"), 20s);
  write("cam.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\ncam-0.ts\n");
  write("songs/all.m3u8", "#EXTM3U\n#EXTINF:4,\na.mp4\n");
  EXPECT_EQ(closed(), "cam.flv songs/a.mp4 ");
  EXPECT_EQ(last_.listed, std::vector{folder_});
}

TEST_F(FileScanTest, TellsWhatCanHaveNoKey) {
  make_older(write("\xff.mp4", "x"), 20s);
  EXPECT_EQ(closed(), "");
  ASSERT_EQ(last_.unfit.size(), 1U);
  EXPECT_EQ(last_.unfit[0], folder_ / "\xff.mp4");
}

TEST_F(FileScanTest, WhatIsRenamedIntoPlaceIsClosedAtOnce) {
  const auto path = write("a.mp4", "x");
  EXPECT_EQ(closed(), "");
  scan_.renamed_into_place(path);
  EXPECT_EQ(closed(), "a.mp4 ");
  EXPECT_EQ(closed(), "a.mp4 ");
}

TEST_F(FileScanTest, WhatWasRenamedBeforeAnybodyLookedIsClosedUnlessSomebodyHasIt) {
  const auto put = [&](const char* name) {
    make_older(write("part.tmp", "x"), 1s);  // its last byte was written before it was renamed
    std::filesystem::rename(folder_ / "part.tmp", folder_ / name);
  };
  put("a.mp4");
  if (writers_of(folder_ / "a.mp4") == Writers::unknown)
    GTEST_SKIP() << "this file system has no leases";
  EXPECT_EQ(closed(), "a.mp4 ");
  put("b.mp4");
  std::ofstream writer{folder_ / "b.mp4", std::ios::app};
  EXPECT_EQ(closed(), "a.mp4 ");
  writer.close();
  EXPECT_EQ(closed(), "a.mp4 b.mp4 ");
}

TEST_F(FileScanTest, HiddenFilesLinksAndHlsTreesAreNotForIt) {
  for (const auto* name : {".hidden.mp4", ".s3-dvr-sync/x.mp4", "live/720p/init-1.mp4",
                           "live/720p/1.ts", "notes.txt", "real.flv"})
    make_older(write(name, "x"), 20s);
  write("live/720p/index.m3u8", "#EXTM3U\n");
  std::filesystem::create_symlink(folder_ / "real.flv", folder_ / "link.flv");
  std::filesystem::create_directory_symlink(folder_ / "live", folder_ / "again");
  EXPECT_EQ(closed(), "real.flv ");
  EXPECT_EQ(last_.folders.front(), folder_);
  EXPECT_EQ(last_.folders.size(), 2U) << "live is watched, too";
}

}  // namespace
}  // namespace s3_dvr_sync
