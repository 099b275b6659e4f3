#include "tools/s3-dvr-sync/aside_key.hpp"

#include <gtest/gtest.h>

namespace s3_dvr_sync {
namespace {

const live::FileMark mark{5, 1'763'806'860'012'999'999, 7};

TEST(AsideKey, HasTheTimeOfItsFile) {
  EXPECT_EQ(aside_key("a.b/cam.front.mp4", mark, 0), "a.b/cam.front.mp4");
  EXPECT_EQ(aside_key("a.b/cam.front.mp4", mark, 1), "a.b/cam.front-20251122T102100.012Z.mp4");
  EXPECT_EQ(aside_key("a.b/cam.mp4", mark, 2), "a.b/cam-20251122T102100.012Z-2.mp4");
  EXPECT_EQ(aside_key("cam.ts", {1, -1, 1}, 1), "cam-19691231T235959.999Z.ts");
}

TEST(AsideKey, TellsWhatItWasMadeOf) {
  for (const auto* key : {"a.b/cam.front.mp4", "cam-7.ts", "c-20251122T102100.012Z.ts"})
    for (const unsigned n : {1U, 2U, 10U})
      EXPECT_EQ(key_before(aside_key(key, mark, n)), key);
  for (const auto* key : {"cam.mp4", "cam-2.mp4", "-20251122T102100.012Z.mp4",
                          "cam-20251122T102100.012.mp4", "cam-2025112xT102100.012Z.mp4", ""})
    EXPECT_FALSE(key_before(key)) << key;
}

}  // namespace
}  // namespace s3_dvr_sync
