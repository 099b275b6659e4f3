#include "tools/abr-hls/writer.hpp"

#include "tools/abr-hls/stats.hpp"

#include <utility>

namespace abr_hls {

using namespace std::chrono_literals;

namespace {

constexpr auto tick_interval = 500ms;

template <class... F>
struct Each : F... {
  using F::operator()...;
};
template <class... F>
Each(F...) -> Each<F...>;

}  // namespace

Writer::Writer(Output& output, Stats& stats) : output_(output), stats_(stats) {
  queue_.start([this] { run(); });
}

void Writer::finish(Output::How how) {
  (void)queue_.push(Finish{how});
  queue_.finish();
}

void Writer::run() {
  std::vector<Message> ready;
  auto ticked = std::chrono::steady_clock::now();
  while (!queue_.at_end()) {
    if (auto message = queue_.pop_within(tick_interval)) arranger_.push(std::move(*message), ready);
    for (auto& message : ready)
      write(message);
    ready.clear();
    if (const auto now = std::chrono::steady_clock::now(); now - ticked >= tick_interval) {
      output_.tick(now);
      ticked = now;
    }
  }
}

void Writer::write_audio(AudioSample& audio) {
  for (const auto rendition : *audio.renditions) {
    stats_.renditions[rendition].bytes.add(audio.sample.bytes.size());
    output_.push(rendition, false, audio.sample);
  }
}

void Writer::write(Message& message) {
  std::visit(Each{[](Opening&) {}, [](Drained&) {},
                  [this](Begin& begin) { output_.epoch(std::move(begin.renditions)); },
                  [this](Progress& progress) { output_.cut(*progress.cut, *progress.targets); },
                  [this](VideoSample& video) {
                    auto& stats = stats_.renditions[video.rendition];
                    stats.pictures.add();
                    stats.bytes.add(video.sample.bytes.size());
                    output_.push(video.rendition, true, std::move(video.sample));
                  },
                  [this](AudioSample& audio) { write_audio(audio); },
                  [this](TrackReached& track) {
                    for (const auto rendition : *track.renditions)
                      output_.reached(rendition, track.video, track.at);
                  },
                  [this](GivenUp& rung) { output_.give_up(rung.rendition); },
                  [this](TakenBack& rung) { output_.take_back(rung.rendition, rung.at); },
                  [this](ClockTold& told) { output_.clock(told.at, told.wall); },
                  [this](Finish& finish) { output_.finish(finish.how); }},
             message);
}

}  // namespace abr_hls
