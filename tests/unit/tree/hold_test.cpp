#include "common/tree/hold.hpp"

#include "tests/support/folder.hpp"

#include <fstream>

using namespace live;
using namespace live::tree;

namespace {

const std::vector<RenditionRecord> ladder{{"360p", 1'000'000, true, true},
                                          {"720p", 3'000'000, true, true},
                                          {"sound", 9'000'000, false, true}};

}  // namespace

using HoldTest = test::FolderTest;

TEST_F(HoldTest, WithoutAFileNothingIsHeld) {
  Hold hold{folder_};
  hold.refresh();
  EXPECT_FALSE(hold.holds_anything());
  EXPECT_FALSE(hold.is_held("cam", "720p", ladder));
}

TEST_F(HoldTest, NamesRenditionsAllOrTheBest) {
  Hold hold{folder_};
  publish_file(folder_ / ".hold", "# made by a test\n\n360p\n");
  hold.refresh();
  EXPECT_TRUE(hold.is_held("cam", "360p", ladder));
  EXPECT_FALSE(hold.is_held("cam", "720p", ladder));
  publish_file(folder_ / ".hold", "best\nsound");
  hold.refresh();
  EXPECT_FALSE(hold.is_held("cam", "360p", ladder));
  EXPECT_TRUE(hold.is_held("cam", "720p", ladder));
  EXPECT_TRUE(hold.is_held("cam", "sound", ladder));
  EXPECT_TRUE(hold.is_held("cam", "other", {})) << "the best of an unknown ladder may be any";
  publish_file(folder_ / ".hold", "*\n");
  hold.refresh();
  EXPECT_TRUE(hold.is_held("cam", "other", ladder));
  std::filesystem::remove(folder_ / ".hold");
  hold.refresh();
  EXPECT_FALSE(hold.holds_anything());
}

TEST_F(HoldTest, NamesARenditionOfOneStream) {
  Hold hold{folder_};
  publish_file(folder_ / ".hold", "cam/360p\n");
  hold.refresh();
  EXPECT_TRUE(hold.is_held("cam", "360p", ladder));
  EXPECT_FALSE(hold.is_held("cam", "720p", ladder));
  EXPECT_FALSE(hold.is_held("camera", "360p", ladder));
  EXPECT_FALSE(hold.is_held("ca", "360p", ladder));
  publish_file(folder_ / ".hold", "best\ncam/360p\n");
  hold.refresh();
  EXPECT_TRUE(hold.is_held("cam", "720p", ladder));
  EXPECT_TRUE(hold.is_held("cam", "360p", ladder));
  EXPECT_FALSE(hold.is_held("door", "360p", ladder));
}

TEST_F(HoldTest, WhereNoneHasTheNameAllAreHeld) {
  Hold hold{folder_};
  publish_file(folder_ / ".hold", "1080p\n");
  hold.refresh();
  EXPECT_TRUE(hold.is_held("cam", "360p", ladder));
  EXPECT_TRUE(hold.is_held("cam", "360p", {})) << "it may have it";
  for (const auto* text : {"1080p\n720p\n", "1080p\nbest\n", "1080p\ncam/720p\n"}) {
    publish_file(folder_ / ".hold", text);
    hold.refresh();
    EXPECT_TRUE(hold.is_held("cam", "720p", ladder)) << text;
    EXPECT_FALSE(hold.is_held("cam", "360p", ladder)) << text;
  }
}

TEST_F(HoldTest, WhatCannotBeUnderstoodHoldsEverything) {
  Hold hold{folder_};
  for (const auto* text :
       {"../x\n", "720*\n", "a b\n", "cam/\n", "/720p\n", "cam/*\n", "a/b/c\n"}) {
    publish_file(folder_ / ".hold", text);
    hold.refresh();
    EXPECT_TRUE(hold.is_held("cam", "360p", ladder)) << text;
  }
  publish_file(folder_ / ".hold", std::string(70'000, '\n'));
  hold.refresh();
  EXPECT_TRUE(hold.is_held("cam", "360p", ladder));
}

TEST_F(HoldTest, TheBestIsTheSourceElseTheHighestPeakWithVideo) {
  EXPECT_EQ(best_rendition(ladder), "720p");
  auto with_source = ladder;
  with_source.push_back({"source", 0, true, true});
  EXPECT_EQ(best_rendition(with_source), "source");
  EXPECT_EQ(best_rendition(std::span{ladder}.last(1)), "sound");
  EXPECT_EQ(best_rendition({}), "");
}

TEST_F(HoldTest, UploadedIsReadAsItGrows) {
  Uploaded uploaded{folder_};
  const auto append = [&](std::string_view text) {
    std::ofstream{folder_ / ".uploaded", std::ios::app} << text;
    uploaded.refresh();
  };
  uploaded.refresh();
  EXPECT_FALSE(uploaded.is_uploaded("7.m4s"));
  append("init-5.mp4\n7.m4s\n5.m4s\n6.m");
  EXPECT_TRUE(uploaded.is_uploaded("init-5.mp4"));
  EXPECT_TRUE(uploaded.is_uploaded("5.m4s"));
  EXPECT_TRUE(uploaded.is_uploaded("7.m4s"));
  EXPECT_FALSE(uploaded.is_uploaded("6.m4s")) << "not whole yet";
  EXPECT_FALSE(uploaded.is_uploaded("6.m"));
  append("4s\nvod-abc.m3u8\n8.ts\n" + std::string(500, 'x'));
  append(std::string(500, 'x') + "\n9.m4s\n");
  EXPECT_TRUE(uploaded.is_uploaded("6.m4s"));
  EXPECT_TRUE(uploaded.is_uploaded("vod-abc.m3u8"));
  EXPECT_TRUE(uploaded.is_uploaded("8.ts"));
  EXPECT_TRUE(uploaded.is_uploaded("9.m4s"));
  EXPECT_FALSE(uploaded.is_uploaded("8.m4s"));
}

TEST_F(HoldTest, ManyUploadsAreReadAcrossBlocks) {
  std::ofstream file{folder_ / ".uploaded"};
  for (int i = 0; i < 20'000; ++i)
    file << i + 1'000'000 << ".m4s\n";
  file.close();
  Uploaded uploaded{folder_};
  uploaded.refresh();
  for (int i = 0; i < 20'000; ++i)
    ASSERT_TRUE(uploaded.is_uploaded(std::to_string(i + 1'000'000) + ".m4s")) << i;
  EXPECT_FALSE(uploaded.is_uploaded("1020000.m4s"));
}

TEST_F(HoldTest, AnotherFileIsReadFromItsBegin) {
  Uploaded uploaded{folder_};
  publish_file(folder_ / ".uploaded", "5.m4s\n6.m4s\n");
  uploaded.refresh();
  publish_file(folder_ / ".uploaded", "7.m4s\n8.m4s\n9.m4s\n");
  uploaded.refresh();
  EXPECT_FALSE(uploaded.is_uploaded("5.m4s"));
  EXPECT_TRUE(uploaded.is_uploaded("7.m4s"));
  std::filesystem::remove(folder_ / ".uploaded");
  uploaded.refresh();
  EXPECT_FALSE(uploaded.is_uploaded("7.m4s"));
}
