#include "tools/social-relay/backlog.hpp"

#include "tests/unit/social-relay/items.hpp"

#include <string>

#include <gtest/gtest.h>

namespace social_relay {
namespace {

using live::Ms;
using test::disposable;
using test::picture;
using test::sound;

/// "K0 a10 p40 d80": what waits, with its times.
std::string drain(Backlog& backlog) {
  std::string out;
  while (const auto item = backlog.pop()) {
    const auto ms = std::chrono::duration_cast<Ms>(item->at).count();
    const char* kind = !item->video ? "a" : item->key ? "K" : item->disposable ? "d" : "p";
    out += (out.empty() ? "" : " ") + std::string{kind} + std::to_string(ms);
  }
  return out;
}

TEST(Backlog, BeginsWithAKeyFrameAndCountsNothingBefore) {
  Backlog backlog;
  backlog.push(picture(Ms{0}));
  backlog.push(sound(Ms{5}));
  backlog.push(picture(Ms{40}, true));
  backlog.push(sound(Ms{45}));
  EXPECT_EQ(backlog.bytes(), 200U);
  EXPECT_EQ(drain(backlog), "K40 a45");
  EXPECT_EQ(backlog.dropped_pictures() + backlog.dropped_sounds(), 0U);
  EXPECT_EQ(backlog.bytes(), 0U);
}

TEST(Backlog, LosesPicturesThatNoOtherRefersToAbove700Ms) {
  Backlog backlog;
  backlog.push(picture(Ms{0}, true));
  backlog.push(disposable(Ms{40}));
  backlog.push(sound(Ms{45}));
  backlog.push(picture(Ms{700}));
  EXPECT_EQ(backlog.dropped_pictures(), 0U) << "700 ms are not above 700 ms";
  backlog.push(picture(Ms{740}));
  backlog.push(disposable(Ms{780}));
  EXPECT_EQ(backlog.dropped_pictures(), 2U);
  EXPECT_EQ(drain(backlog), "K0 a45 p700 p740");
}

TEST(Backlog, GoesOnAtTheNewestKeyFrameAbove3Seconds) {
  Backlog backlog;
  for (int ms = 0; ms <= 3000; ms += 500) {
    backlog.push(picture(Ms{ms}, ms % 1000 == 0));
    backlog.push(sound(Ms{ms + 1}));
  }
  EXPECT_EQ(backlog.skips(), 1U) << "the last sound is 3001 ms behind the first picture";
  EXPECT_EQ(drain(backlog), "a1 a501 a1001 a1501 a2001 a2501 K3000 a3001");
  EXPECT_EQ(backlog.dropped_pictures(), 6U);
}

TEST(Backlog, WaitsForAKeyFrameWhereNoneIsThereToGoOnWith) {
  Backlog backlog;
  backlog.push(picture(Ms{0}, true));
  for (int ms = 500; ms <= 3500; ms += 500)
    backlog.push(picture(Ms{ms}));
  EXPECT_TRUE(backlog.empty());
  EXPECT_EQ(backlog.dropped_pictures(), 8U);
  EXPECT_EQ(backlog.skips(), 1U);
  backlog.push(sound(Ms{3600}));
  backlog.push(picture(Ms{4000}, true));
  backlog.push(picture(Ms{4040}));
  EXPECT_EQ(drain(backlog), "a3600 K4000 p4040");
}

TEST(Backlog, IsBoundedInBytesAndItems) {
  Backlog bytes;
  for (int i = 0; i < 100; ++i)
    bytes.push(picture(Ms{i}, i % 10 == 0, std::size_t{1} << 20U));
  EXPECT_LE(bytes.bytes(), Backlog::most_bytes);
  EXPECT_GT(bytes.dropped_pictures(), 0U);
  Backlog items;
  items.push(picture(Ms{0}, true));
  for (int i = 0; i < 10'000; ++i)
    items.push(sound(Ms{i / 10}));
  EXPECT_GT(items.dropped_sounds(), 0U);
  std::size_t count = 0;
  while (items.pop())
    ++count;
  EXPECT_LE(count, Backlog::most_items);
}

TEST(Backlog, BeginsAnewForAnotherConnection) {
  Backlog backlog;
  backlog.push(picture(Ms{0}, true));
  backlog.restart();
  EXPECT_TRUE(backlog.empty());
  EXPECT_EQ(backlog.bytes(), 0U);
  backlog.push(picture(Ms{40}));
  EXPECT_TRUE(backlog.empty());
  backlog.push(picture(Ms{80}, true));
  EXPECT_EQ(drain(backlog), "K80");
}

}  // namespace
}  // namespace social_relay
