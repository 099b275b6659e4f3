#include "tools/abr-hls/governor.hpp"

#include <array>

#include <gmock/gmock.h>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;

/// A machine: media at `speed`, a queue that stands at `fill`.
struct Machine {
  explicit Machine(Overload policy) : governor(policy, 3) {}

  /// Some seconds of pictures at 25 a second; the last decision.
  Governor::Decision run(std::chrono::milliseconds duration, double speed, double fill) {
    Governor::Decision decision;
    const auto step = std::chrono::duration_cast<std::chrono::nanoseconds>(40ms / speed);
    for (auto passed = 0ns; passed < duration; passed += step) {
      now += step;
      media += 3600;
      process_cpu += std::chrono::duration_cast<std::chrono::nanoseconds>(step * processors_used);
      for (auto& cpu : rung_cpu)
        cpu += 20ms;
      decision = governor.picture({media, now, fill, process_cpu, rung_cpu, 2});
      shed += decision.shed ? 1 : 0;
    }
    return decision;
  }

  Governor governor;
  live::Monotonic now{1h};
  std::int64_t media = 900'000;
  std::chrono::nanoseconds process_cpu{};
  std::array<std::chrono::nanoseconds, 3> rung_cpu{};
  double processors_used = 1.9;
  int shed = 0;
};

TEST(Governor, AMachineThatKeepsUpKeepsAll) {
  Machine machine{Overload::drop_rung};
  const auto decision = machine.run(60s, 1.0, 0.1);
  EXPECT_EQ(decision.first, 0U);
  EXPECT_FALSE(decision.too_slow);
  EXPECT_NEAR(decision.speed, 1.0, 0.02);
}

TEST(Governor, AFullQueueThatDrainsIsNoReason) {
  Machine machine{Overload::drop_rung};
  EXPECT_EQ(machine.run(20s, 1.2, 0.95).first, 0U);
}

TEST(Governor, TooSlowGivesUpOneRungAfterTheOtherButTheLast) {
  Machine machine{Overload::drop_rung};
  EXPECT_EQ(machine.run(3s, 0.7, 1.0).first, 0U);
  auto decision = machine.run(2s, 0.7, 1.0);
  EXPECT_EQ(decision.first, 1U);
  EXPECT_TRUE(decision.too_slow);
  EXPECT_EQ(machine.run(5s, 0.9, 1.0).first, 2U);
  EXPECT_EQ(machine.run(60s, 0.9, 1.0).first, 2U);
}

TEST(Governor, ARungComesBackWhenThereIsRoom) {
  Machine machine{Overload::drop_rung};
  machine.run(5s, 0.8, 1.0);
  machine.processors_used = 1.0;
  EXPECT_EQ(machine.run(15s, 1.0, 0.0).first, 1U);
  EXPECT_EQ(machine.run(10s, 1.0, 0.0).first, 0U);
}

TEST(Governor, ARungStaysAwayWhileTheProcessorsAreBusy) {
  Machine machine{Overload::drop_rung};
  machine.run(5s, 0.8, 1.0);
  machine.processors_used = 1.6;  // it took half a processor
  EXPECT_EQ(machine.run(120s, 1.0, 0.0).first, 1U);
}

TEST(Governor, EveryTryThatFailsWaitsLonger) {
  Machine machine{Overload::drop_rung};
  machine.processors_used = 0.5;
  machine.run(5s, 0.8, 1.0);
  EXPECT_EQ(machine.run(25s, 1.0, 0.0).first, 0U);
  EXPECT_EQ(machine.run(6s, 0.8, 1.0).first, 1U);
  EXPECT_EQ(machine.run(30s, 1.0, 0.0).first, 1U);
  EXPECT_EQ(machine.run(15s, 1.0, 0.0).first, 0U);
}

TEST(Governor, PicturesThatTakeSecondsAreTooSlow) {
  Machine machine{Overload::drop_rung};
  EXPECT_EQ(machine.run(10s, 0.008, 1.0).first, 1U);  // a picture in 5 s
}

TEST(Governor, DropFramesLeavesOutMoreWhenThatIsNotEnough) {
  Machine machine{Overload::drop_frames};
  machine.run(20s, 0.8, 1.0);
  machine.shed = 0;
  machine.run(4s, 0.8, 0.9);
  EXPECT_NEAR(machine.shed, 70, 1);  // seven of eight
  machine.run(30s, 1.0, 0.0);
  machine.shed = 0;
  machine.run(4s, 1.0, 0.0);
  EXPECT_NEAR(machine.shed, 75, 1);
}

TEST(Governor, DropFramesLeavesOutEverySecondPicture) {
  Machine machine{Overload::drop_frames};
  machine.run(4100ms, 0.8, 1.0);
  machine.shed = 0;
  EXPECT_EQ(machine.run(4s, 1.0, 0.9).first, 0U);
  EXPECT_NEAR(machine.shed, 50, 1);
  machine.run(30s, 1.0, 0.0);
  machine.shed = 0;
  machine.run(4s, 1.0, 0.0);
  EXPECT_EQ(machine.shed, 0);
}

TEST(Governor, WaitOnlySaysSo) {
  Machine machine{Overload::wait};
  const auto decision = machine.run(10s, 0.8, 1.0);
  EXPECT_TRUE(decision.too_slow);
  EXPECT_EQ(decision.first, 0U);
  EXPECT_EQ(machine.shed, 0);
}

TEST(Governor, AHoleInTheInputIsNoSpeed) {
  Machine machine{Overload::drop_rung};
  machine.run(5s, 1.0, 0.0);
  machine.media += 600 * 90'000;
  EXPECT_LT(machine.run(1s, 1.0, 0.0).speed, 1.1);
}

}  // namespace
}  // namespace abr_hls
