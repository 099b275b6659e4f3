#include "common/av/picture_filters.hpp"

#include <gmock/gmock.h>

namespace live::av {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(PictureFilters, AreNoneForWhatIsUprightProgressiveAndSdr) {
  EXPECT_EQ(picture_filters({}, false, 0, true), "");
}

TEST(PictureFilters, TurnAsTheSourceAsks) {
  EXPECT_EQ(picture_filters({}, false, 90, true), "transpose=clock");
  EXPECT_EQ(picture_filters({}, false, 180, true), "hflip,vflip");
  EXPECT_EQ(picture_filters({}, false, 270, true), "transpose=cclock");
}

TEST(PictureFilters, DeinterlaceBeforeAllElse) {
  EXPECT_THAT(picture_filters({}, true, 90, true), StartsWith("bwdif=mode=send_frame"));
}

TEST(PictureFilters, MapTonesWhereTheyCan) {
  PictureFormat format;
  format.hdr = true;
  EXPECT_THAT(picture_filters(format, false, 0, true), HasSubstr("tonemap"));
  EXPECT_EQ(picture_filters(format, false, 0, false), "");
}

}  // namespace
}  // namespace live::av
