#include "tools/rtsp2fmp4/test_source.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <thread>
#include <utility>

namespace rtsp2fmp4 {
namespace {

using namespace std::chrono_literals;
using live::av::Packet;

constexpr auto longest_nap = 50ms;  ///< between two questions for patience
constexpr std::uint32_t blocks_per_second = 50;
/// The tone is computed, not recorded: it is made ahead by what the encoder holds back, so that it leaves level
/// with the picture as a camera's sound does.
constexpr auto sound_lead = 90ms;
constexpr std::uint64_t most_behind =
    5;  ///< pictures that are left out at once when the encoder is too slow

live::av::VideoEncoding video_encoding(const TestSpec& spec) {
  live::av::VideoEncoding out;
  out.codec = spec.vcodec;
  out.width = spec.width;
  out.height = spec.height;
  out.rate_num = spec.rate;
  if (spec.vcodec == "mpeg4") {  // whose time base has 16 bits
    out.time_base_num = 1;
    out.time_base_den = spec.rate;
  }
  out.gop =
      static_cast<std::uint32_t>(std::max<std::int64_t>(1, spec.gop.count() * spec.rate / 1000));
  out.bit_rate = spec.bit_rate;
  out.bframes = spec.bframes;
  out.slices = spec.slices;
  return out;
}

std::unique_ptr<live::av::AudioEncoder> make_audio(const TestSpec& spec) {
  if (spec.acodec == "none") return {};
  const bool telephone = spec.acodec.starts_with("pcm_") || spec.acodec == "g726";
  live::av::AudioEncoding out;
  out.codec = spec.acodec;
  out.sample_rate = telephone ? 8'000 : 48'000;
  out.channels = telephone ? 1 : 2;
  return std::make_unique<live::av::AudioEncoder>(out);
}

}  // namespace

TestSource::TestSource(const TestSpec& spec, live::av::Patience patience)
    : spec_(spec),
      patience_(std::move(patience)),
      picture_(spec.width, spec.height),
      video_(video_encoding(spec)),
      audio_(make_audio(spec)),
      begun_(std::chrono::steady_clock::now()) {
  streams_.push_back(video_.stream());
  streams_.back().index = video_stream;
  if (audio_) {
    streams_.push_back(audio_->stream());
    streams_.back().index = audio_stream;
  }
}

void TestSource::leave_out(unsigned stream) {
  (stream == video_stream ? wants_video_ : wants_audio_) = false;
}

live::Monotonic TestSource::picture_due() const {
  if (!wants_video_) return live::Monotonic::max();
  return begun_ + std::chrono::nanoseconds{pictures_ * 1'000'000'000 / spec_.rate};
}

live::Monotonic TestSource::sound_due() const {
  if (!wants_audio_ || !audio_) return live::Monotonic::max();
  return begun_ - sound_lead +
         std::chrono::nanoseconds{(blocks_ + 1) * (1'000'000'000 / blocks_per_second)};
}

bool TestSource::wait_until(live::Monotonic due) {
  for (;;) {
    if (!patience_()) return false;
    const auto now = std::chrono::steady_clock::now();
    if (now >= due) return true;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(due - now, longest_nap));
  }
}

std::optional<live::av::Trouble> TestSource::read(Packet& packet) {
  while (ready_.empty()) {
    const auto due = std::min(picture_due(), sound_due());
    if (!wait_until(due))
      return live::av::Trouble{live::av::Trouble::Kind::interrupted, "interrupted"};
    if (picture_due() <= sound_due()) {
      make_picture();
    } else {
      make_sound();
    }
  }
  packet = std::move(ready_.front());
  ready_.pop_front();
  return {};
}

void TestSource::make_picture() {
  // A machine that is too slow for this size shows fewer pictures, not old ones.
  const auto late = std::chrono::steady_clock::now() - picture_due();
  const auto interval = std::chrono::nanoseconds{1'000'000'000 / spec_.rate};
  if (late > interval * most_behind) pictures_ += static_cast<std::uint64_t>(late / interval);
  auto& frame = picture_.draw(pictures_, std::chrono::system_clock::now());
  const auto ticks =
      static_cast<std::uint64_t>(video_.stream().time_base_den) / video_.stream().time_base_num;
  frame.set_pts(static_cast<std::int64_t>(pictures_ * ticks / spec_.rate));
  ++pictures_;
  video_.send(frame);
  for (Packet out; video_.receive(out); out = Packet{}) {
    out.set_stream(video_stream);
    ready_.push_back(std::move(out));
  }
}

void TestSource::make_sound() {
  const auto rate = audio_->stream().sample_rate;
  const auto channels = audio_->stream().channels;
  auto block = live::av::Frame::sound(rate, channels, rate / blocks_per_second);
  const auto samples = block.samples();
  const auto start = blocks_ * (rate / blocks_per_second);
  for (std::size_t i = 0; i < samples.size() / channels; ++i) {
    const auto at = static_cast<double>(start + i) / rate;
    const bool beep = std::fmod(at, 1.0) < 0.1;  // once a second, for the ear that checks for gaps
    const auto value =
        std::sin(2 * std::numbers::pi * (beep ? 880 : 440) * at) * (beep ? 6000 : 1500);
    for (std::size_t c = 0; c < channels; ++c)
      samples[i * channels + c] = static_cast<std::int16_t>(value);
  }
  ++blocks_;
  audio_->push(block, static_cast<std::int64_t>(start), [this](Packet out) {
    out.set_stream(audio_stream);
    ready_.push_back(std::move(out));
  });
}

}  // namespace rtsp2fmp4
