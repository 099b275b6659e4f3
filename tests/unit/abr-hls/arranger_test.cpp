#include "tools/abr-hls/arranger.hpp"

#include "common/base/failure.hpp"

#include <string>

#include <gmock/gmock.h>

namespace abr_hls {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "epoch", "cut 40", "video 40", "audio 41", "end".
std::string words(const Message& message) {
  if (std::holds_alternative<Begin>(message)) return "epoch";
  if (const auto* progress = std::get_if<Progress>(&message))
    return "cut " + std::to_string(progress->cut->at) + " of " +
           std::to_string(progress->targets->segment.count());
  if (const auto* video = std::get_if<VideoSample>(&message))
    return "video " + std::to_string(video->sample.pts);
  if (const auto* audio = std::get_if<AudioSample>(&message))
    return "audio " + std::to_string(audio->at);
  if (std::holds_alternative<Finish>(message)) return "end";
  return "other";
}

struct Bench {
  Arranger arranger;
  std::vector<std::string> push(Message message) {
    std::vector<Message> ready;
    arranger.push(std::move(message), ready);
    std::vector<std::string> result;
    for (const auto& one : ready)
      result.push_back(words(one));
    return result;
  }
};

Message audio(std::int64_t at) { return AudioSample{{}, {}, at}; }
Message video(std::int64_t at) {
  VideoSample sample;
  sample.sample.pts = at;
  return sample;
}
const Targets four{std::chrono::seconds{4}, {}};
Message progress(std::int64_t at, bool cut, std::optional<Targets> targets = four) {
  Progress result{at, {}, targets};
  if (cut) result.cut = Cut{at, true, true, at, false};
  return result;
}

TEST(Arranger, AudioWaitsUntilThePlacesOfCutsAreKnown) {
  Bench bench;
  EXPECT_THAT(bench.push(Begin{{}, 0}), IsEmpty());
  EXPECT_THAT(bench.push(audio(5)), IsEmpty());
  EXPECT_THAT(bench.push(audio(15)), IsEmpty());
  EXPECT_THAT(bench.push(progress(10, true)), ElementsAre("epoch", "audio 5", "cut 10 of 4"));
  EXPECT_THAT(bench.push(progress(20, false)), ElementsAre("audio 15"));
  EXPECT_THAT(bench.push(audio(20)), ElementsAre("audio 20"));
  EXPECT_THAT(bench.push(audio(30)), IsEmpty());
  EXPECT_THAT(bench.push(progress(30, true)), ElementsAre("cut 30 of 4", "audio 30"));
}

TEST(Arranger, AudioThatIsLateGoesAtOnceButInOrder) {
  Bench bench;
  bench.push(Begin{{}, 0});
  bench.push(progress(100, true));
  EXPECT_THAT(bench.push(audio(50)), ElementsAre("audio 50"));
  EXPECT_THAT(bench.push(audio(150)), IsEmpty());
  EXPECT_THAT(bench.push(audio(90)), IsEmpty());  // behind one that waits
  EXPECT_THAT(bench.push(progress(200, false)), ElementsAre("audio 150", "audio 90"));
}

TEST(Arranger, NothingGoesBeforeTheRenditionsAreKnown) {
  Bench bench;
  EXPECT_THAT(bench.push(Opening{}), IsEmpty());
  EXPECT_THAT(bench.push(progress(10, true)), IsEmpty());
  EXPECT_THAT(bench.push(video(10)), IsEmpty());
  EXPECT_THAT(bench.push(Begin{{}, 0}), ElementsAre("epoch", "cut 10 of 4", "video 10"));
  EXPECT_THAT(bench.push(video(11)), ElementsAre("video 11"));
}

TEST(Arranger, NothingGoesBeforeTheTargetsAreKnown) {
  Bench bench;
  EXPECT_THAT(bench.push(Begin{{}, 0}), IsEmpty());
  EXPECT_THAT(bench.push(progress(10, true, {})), IsEmpty());
  EXPECT_THAT(bench.push(video(10)), IsEmpty());
  EXPECT_THAT(bench.push(progress(20, false)), ElementsAre("epoch", "cut 10 of 4", "video 10"));
  EXPECT_THAT(bench.push(progress(30, true, {})), ElementsAre("cut 30 of 4"));
}

TEST(Arranger, TheEndOfAnEpochLetsEverythingGo) {
  Bench bench;
  bench.push(Begin{{}, 0});
  bench.push(progress(10, true));
  bench.push(audio(50));
  EXPECT_THAT(bench.push(Drained{}), ElementsAre("audio 50"));
  // and the next one waits anew
  EXPECT_THAT(bench.push(audio(60)), IsEmpty());
  EXPECT_THAT(bench.push(progress(70, true)), ElementsAre("audio 60", "cut 70 of 4"));
}

TEST(Arranger, WhatBeginsInMidEpochWaitsForTheAudioOfWhatWas) {
  Bench bench;
  bench.push(Begin{{}, 0});
  bench.push(progress(10, true));
  bench.push(audio(10));
  EXPECT_THAT(bench.push(Begin{{}, 50}), IsEmpty());
  EXPECT_THAT(bench.push(progress(50, true)), IsEmpty());
  EXPECT_THAT(bench.push(video(50)), IsEmpty());
  EXPECT_THAT(bench.push(audio(49)), ElementsAre("audio 49"));
  EXPECT_THAT(bench.push(audio(50)), ElementsAre("epoch", "cut 50 of 4", "video 50", "audio 50"));
}

TEST(Arranger, WithoutAudioNothingIsWaitedFor) {
  Bench bench;
  bench.push(Begin{{}, 0});
  bench.push(progress(10, true));
  EXPECT_THAT(bench.push(Begin{{}, 50}), ElementsAre("epoch"));
  bench.push(audio(20));
  EXPECT_THAT(bench.push(Begin{{}, 70}), ElementsAre("audio 20"));
  EXPECT_THAT(bench.push(Drained{}), ElementsAre("epoch"));
}

TEST(Arranger, AnEndWithoutMediaIsAnEnd) {
  Bench bench;
  bench.push(Opening{});
  bench.push(progress(10, true, {}));
  EXPECT_THAT(bench.push(Finish{}), ElementsAre("end"));
}

TEST(Arranger, DoesNotWaitForEver) {
  Arranger arranger;
  std::vector<Message> ready;
  arranger.push(Opening{}, ready);
  EXPECT_THROW(
      {
        for (std::size_t i = 0; i <= Arranger::most_waiting; ++i)
          arranger.push(audio(1), ready);
      },
      live::Failure);
}

}  // namespace
}  // namespace abr_hls
