#include "tools/s3-dvr-sync/hold_file.hpp"

#include "tests/support/folder.hpp"

namespace s3_dvr_sync {
namespace {

using HoldFileTest = live::test::FolderTest;

TEST_F(HoldFileTest, IsMadeAndKept) {
  EXPECT_TRUE(keep_hold(folder_, {"best"}));
  live::tree::Hold hold{folder_};
  hold.refresh();
  EXPECT_TRUE(hold.holds_anything());
  const auto text = text_of(".hold");
  EXPECT_TRUE(keep_hold(folder_, {"best"}));
  EXPECT_EQ(text_of(".hold"), text);
}

TEST_F(HoldFileTest, WhatOthersAskForStays) {
  write(".hold", "# mine\nsound");
  EXPECT_TRUE(keep_hold(folder_, {"*"}));
  EXPECT_EQ(text_of(".hold"), "# mine\nsound\n*\n");
  write(".hold", "no pattern\n");
  EXPECT_TRUE(keep_hold(folder_, {"best"}));
  EXPECT_EQ(text_of(".hold"), "no pattern\n") << "it asks for everything";
}

TEST_F(HoldFileTest, WhatWeHadAskedForBeforeGoes) {
  write(".hold", "sound\n");
  EXPECT_TRUE(keep_hold(folder_, {"*"}));
  EXPECT_TRUE(keep_hold(folder_, {"best", "cam/sd"}, {"*"}));
  EXPECT_EQ(text_of(".hold"), "sound\nbest\ncam/sd\n");
  EXPECT_TRUE(keep_hold(folder_, {"sound"}, {"best", "cam/sd"}));
  EXPECT_EQ(text_of(".hold"), "sound\n");
}

TEST_F(HoldFileTest, UploadedNamesAreAppendedOnce) {
  write("720p/.uploaded", "1.m4s\n2.m");
  UploadedFile file{folder_ / "720p"};
  for (const auto* name : {"1.m4s", "2.m4s", "vod-a.m3u8"})
    file.add(name);
  EXPECT_EQ(text_of("720p/.uploaded"), "1.m4s\n2.m") << "not before flush()";
  file.flush();
  EXPECT_EQ(text_of("720p/.uploaded"), "1.m4s\n2.m4s\nvod-a.m3u8\n");
  file.add("2.m4s");
  file.flush();
  EXPECT_EQ(text_of("720p/.uploaded"), "1.m4s\n2.m4s\nvod-a.m3u8\n");
  live::tree::Uploaded read{folder_ / "720p"};
  read.refresh();
  EXPECT_TRUE(read.is_uploaded("vod-a.m3u8"));
}

TEST_F(HoldFileTest, AFolderThatWasRemovedIsNotMadeAgain) {
  write("720p/x", "");
  UploadedFile file{folder_ / "720p"};
  file.add("1.m4s");
  std::filesystem::remove_all(folder_ / "720p");
  file.flush();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "720p"));
}

}  // namespace
}  // namespace s3_dvr_sync
