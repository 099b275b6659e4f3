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

/// Comes when it is due.
void push(Backlog& backlog, SharedItem item) {
  const live::Monotonic at{item->at};
  backlog.push(std::move(item), at);
}

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
  push(backlog, picture(Ms{0}));
  push(backlog, sound(Ms{5}));
  push(backlog, picture(Ms{40}, true));
  push(backlog, sound(Ms{45}));
  EXPECT_EQ(backlog.bytes(), 200U);
  EXPECT_EQ(drain(backlog), "K40 a45");
  EXPECT_EQ(backlog.dropped_pictures() + backlog.dropped_sounds(), 0U);
  EXPECT_EQ(backlog.bytes(), 0U);
}

TEST(Backlog, LosesPicturesThatNoOtherRefersToAbove700Ms) {
  Backlog backlog;
  push(backlog, picture(Ms{0}, true));
  push(backlog, disposable(Ms{40}));
  push(backlog, sound(Ms{45}));
  push(backlog, picture(Ms{700}));
  EXPECT_EQ(backlog.dropped_pictures(), 0U) << "700 ms are not above 700 ms";
  push(backlog, picture(Ms{740}));
  push(backlog, disposable(Ms{780}));
  EXPECT_EQ(backlog.dropped_pictures(), 2U);
  EXPECT_EQ(drain(backlog), "K0 a45 p700 p740");
}

TEST(Backlog, GoesOnAtTheNewestKeyFrameAbove3Seconds) {
  Backlog backlog;
  for (int ms = 0; ms <= 3000; ms += 500) {
    push(backlog, picture(Ms{ms}, ms % 1000 == 0));
    push(backlog, sound(Ms{ms + 1}));
  }
  EXPECT_EQ(backlog.skips(), 1U) << "the last sound is 3001 ms behind the first picture";
  EXPECT_EQ(drain(backlog), "a1 a501 a1001 a1501 a2001 a2501 K3000 a3001");
  EXPECT_EQ(backlog.dropped_pictures(), 6U);
}

TEST(Backlog, KeepsTheKeyFrameAtWhichItGoesOnThoughOlderSoundWaits) {
  Backlog backlog;
  for (int ms = 0; ms <= 3500; ms += 500) {
    push(backlog, picture(Ms{ms}, ms % 1000 == 0));
    push(backlog, sound(Ms{ms + 1}));
  }
  EXPECT_EQ(backlog.skips(), 1U);
  EXPECT_EQ(drain(backlog), "a1 a501 a1001 a1501 a2001 a2501 K3000 a3001 p3500 a3501");
}

TEST(Backlog, WaitsForAKeyFrameWhereNoneIsThereToGoOnWith) {
  Backlog backlog;
  push(backlog, picture(Ms{0}, true));
  for (int ms = 500; ms <= 3500; ms += 500)
    push(backlog, picture(Ms{ms}));
  EXPECT_TRUE(backlog.empty());
  EXPECT_EQ(backlog.dropped_pictures(), 8U);
  EXPECT_EQ(backlog.skips(), 1U);
  push(backlog, sound(Ms{3600}));
  push(backlog, picture(Ms{4000}, true));
  push(backlog, picture(Ms{4040}));
  EXPECT_EQ(drain(backlog), "a3600 K4000 p4040");
}

TEST(Backlog, IsBoundedInBytesAndItems) {
  Backlog bytes;
  for (int i = 0; i < 100; ++i)
    push(bytes, picture(Ms{i}, i % 10 == 0, std::size_t{1} << 20U));
  EXPECT_LE(bytes.bytes(), Backlog::most_bytes);
  EXPECT_GT(bytes.dropped_pictures(), 0U);
  Backlog items;
  push(items, picture(Ms{0}, true));
  for (int i = 0; i < 10'000; ++i)
    push(items, sound(Ms{i / 10}));
  EXPECT_GT(items.dropped_sounds(), 0U);
  std::size_t count = 0;
  while (items.pop())
    ++count;
  EXPECT_LE(count, Backlog::most_items);
}

TEST(Backlog, ABurstHasNotWaited) {
  Backlog backlog;
  const live::Monotonic now{};
  backlog.push(picture(Ms{0}, true), now);
  for (int ms = 40; ms <= 6000; ms += 40)
    backlog.push(disposable(Ms{ms}), now);
  EXPECT_EQ(backlog.dropped_pictures(), 0U);
  EXPECT_EQ(backlog.span(), Ms{6000});
  backlog.push(picture(Ms{6040}), now + Backlog::drops_disposable + Ms{1});
  EXPECT_EQ(drain(backlog), "K0 p6040");
}

TEST(Backlog, BeginsAnewForAnotherConnection) {
  Backlog backlog;
  push(backlog, picture(Ms{0}, true));
  backlog.restart();
  EXPECT_TRUE(backlog.empty());
  EXPECT_EQ(backlog.bytes(), 0U);
  push(backlog, picture(Ms{40}));
  EXPECT_TRUE(backlog.empty());
  push(backlog, picture(Ms{80}, true));
  EXPECT_EQ(drain(backlog), "K80");
}

}  // namespace
}  // namespace social_relay
