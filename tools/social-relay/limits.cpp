#include "tools/social-relay/limits.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace social_relay {

using live::Us;
using live::codec::Codec;
using live::codec::Parameters;

namespace {

double seconds(Us time) { return std::chrono::duration<double>(time).count(); }

std::string names_of(const std::vector<Codec>& codecs) {
  std::string out;
  for (const auto codec : codecs)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", live::codec::to_text(codec));
  return out;
}

}  // namespace

bool takes(const std::vector<Codec>& codecs, Codec codec) {
  return codecs.empty() || std::ranges::find(codecs, codec) != codecs.end();
}

bool Judge::Flow::jumps(Us at) const {
  if (frames.empty()) return false;
  const auto last = frames.back().at;
  return at < last - jump || at > last + jump;
}

void Judge::Flow::push(Us at, std::size_t size) {
  frames.push_back({at, size});
  bytes += size;
  while (at - frames.front().at > window || frames.size() > most_frames) {
    bytes -= frames.front().bytes;
    frames.pop_front();
  }
}

bool Judge::Flow::full() const {
  return frames.size() > 1 && (frames.back().at - frames.front().at) * 10 >= window * 9;
}

/// The newest frame ends the time, it does not count in it.
double Judge::Flow::per_second(double amount) const {
  return amount / seconds(frames.back().at - frames.front().at);
}

Judge::Judge(Limits limits, std::string service, std::string mend)
    : limits_(std::move(limits)), service_(std::move(service)), mend_(std::move(mend)) {}

std::string Judge::mended(std::string text) const {
  return mend_.empty() ? text : fmt::format("{}: {}", text, mend_);
}

void Judge::breach(Rule rule, std::string text, std::vector<std::string>& breaches) {
  if (!std::exchange(said_.at(static_cast<std::size_t>(rule)), true))
    breaches.push_back(std::move(text));
}

void Judge::begin(const Parameters* video, const Parameters* audio,
                  std::vector<std::string>& breaches) {
  said_ = {};
  video_ = audio_ = {};
  last_key_ = Us{-1};
  if (video != nullptr && !takes(limits_.video, video->codec)) {
    breach(Rule::video_codec,
           mended(fmt::format("the video is {}, {} takes {}", live::codec::to_text(video->codec),
                              service_, names_of(limits_.video))),
           breaches);
  }
  if (audio != nullptr && !takes(limits_.audio, audio->codec)) {
    breach(Rule::audio_codec,
           fmt::format("the audio is {}, {} takes {}", live::codec::to_text(audio->codec), service_,
                       names_of(limits_.audio)),
           breaches);
  }
  if (video == nullptr && !limits_.video.empty())
    breach(Rule::no_video, fmt::format("there is no video, and {} wants some", service_), breaches);
  if (audio == nullptr && !limits_.audio.empty()) {
    breach(Rule::no_audio,
           fmt::format("there is no audio, and {} may want some: add a silent track", service_),
           breaches);
  }
  if (video == nullptr || limits_.width == 0) return;
  const auto [longer, shorter] =
      std::pair{std::max(video->width, video->height), std::min(video->width, video->height)};
  if (longer > limits_.width || shorter > limits_.height) {
    breach(Rule::size,
           mended(fmt::format("the picture is {}x{}, {} wants {}x{} at most", video->width,
                              video->height, service_, limits_.width, limits_.height)),
           breaches);
  }
}

void Judge::judge_key(Us at, bool key, std::vector<std::string>& breaches) {
  if (limits_.key_interval.count() == 0) return;
  const Us most = limits_.key_interval + key_tolerance;
  if (last_key_ >= Us{} && at - last_key_ > most && (key || at - last_key_ > 4 * most)) {
    breach(Rule::key_interval,
           mended(fmt::format("a key frame {} {:.1f} s, {} wants one every {}",
                              key ? "every" : "not even every", seconds(at - last_key_), service_,
                              live::format_duration(limits_.key_interval))),
           breaches);
  }
  if (key) last_key_ = at;
}

void Judge::push(bool video, bool key, std::size_t bytes, Us at,
                 std::vector<std::string>& breaches) {
  auto& flow = video ? video_ : audio_;
  if (flow.jumps(at)) {
    flow = {};
    if (video) last_key_ = Us{-1};
  }
  if (video) judge_key(at, key, breaches);
  flow.push(at, bytes);
  if (!flow.full()) return;
  const auto before = static_cast<double>(flow.bytes - flow.frames.back().bytes);
  const auto rate = flow.per_second(before * 8);
  const auto limit = static_cast<double>(video ? limits_.video_bit_rate : limits_.audio_bit_rate);
  if (limit > 0 && rate > limit * rate_tolerance) {
    breach(video ? Rule::video_rate : Rule::audio_rate,
           mended(fmt::format("{} of {:.0f} kbit/s, {} wants {:.0f} at most",
                              video ? "video" : "audio", rate / 1000, service_, limit / 1000)),
           breaches);
  }
  const auto frames = flow.per_second(static_cast<double>(flow.frames.size() - 1));
  if (video && limits_.frame_rate > 0 && frames > limits_.frame_rate * 1.02) {
    breach(Rule::frame_rate,
           mended(fmt::format("{:.2f} pictures a second, {} wants {:.0f} at most", frames, service_,
                              limits_.frame_rate)),
           breaches);
  }
}

}  // namespace social_relay
