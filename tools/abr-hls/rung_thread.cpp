#include "tools/abr-hls/rung_thread.hpp"

#include "tools/abr-hls/options.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace abr_hls {
namespace {

constexpr double vbv_factor = 1.07;     // of the bit rate
constexpr double buffer_seconds = 1.5;  // the VBV buffer, in seconds of the bit rate
constexpr double first_fill = 0.9;      // of the buffer: how full x264 takes it to be at the start
constexpr double allowance =
    1.25;  // a segment may exceed BANDWIDTH by as much (Apple, HLS authoring 1.27)
constexpr double container_factor = 1.05;
constexpr std::int64_t usual_picture = 3'600;  // 1/90000 s: 25 a second

std::int64_t interval_of(const Rung& rung) {
  if (rung.wish.frame_rate <= 0) return 0;
  if (rung.rate_num > 0) return live::rescale(rung.rate_den, 90'000, rung.rate_num);
  return static_cast<std::int64_t>(90'000 / rung.wish.frame_rate);
}

const char* encoder_for(const std::string& codec) {
  if (codec == "hevc") return "libx265";
  if (codec == "av1") return "libsvtav1";
  return "libx264";
}

std::int64_t thread_cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

live::av::RenditionEncoding encoding_of(const Rung& rung, const Options& options,
                                        const live::av::Colour& colour) {
  live::av::RenditionEncoding encoding;
  encoding.encoder = options.encoder.empty() ? encoder_for(rung.wish.codec) : options.encoder;
  encoding.width = rung.width;
  encoding.height = rung.height;
  encoding.sar_num = rung.sar_num;
  encoding.sar_den = rung.sar_den;
  if (rung.rate_num > 0) {
    encoding.rate_num = rung.rate_num;
    encoding.rate_den = rung.rate_den;
  }
  encoding.bit_rate = rung.wish.video_bit_rate;
  encoding.preset = options.preset;
  encoding.profile = options.profile;
  encoding.threads = options.threads;
  encoding.colour = colour;
  encoding.longest_gop = std::max(options.longest_gop, options.key_interval * 2);
  return encoding;
}

std::uint64_t declared_peak(const Wish& wish, bool audio, std::chrono::milliseconds segment) {
  // What the buffer holds may come out within one segment, on top of the rate that fills it.
  const double burst = first_fill * buffer_seconds / std::chrono::duration<double>(segment).count();
  const double factor = std::max(vbv_factor, (vbv_factor + burst) / allowance);
  const double video = static_cast<double>(wish.video_bit_rate) * factor;
  const double sound = audio ? static_cast<double>(wish.audio_bit_rate) : 0;
  return static_cast<std::uint64_t>((video + sound) * container_factor);
}

RungThread::RungThread(const Rung& rung, const live::av::RenditionEncoding& encoding, Place place,
                       RungThread* next, Writer& writer, const std::atomic<bool>& enough)
    : rung_(rung),
      encoding_(encoding),
      place_(place),
      next_(next),
      writer_(writer),
      resizer_(rung.width, rung.height),
      thinner_(interval_of(rung)),
      encoder_(std::make_unique<live::av::RenditionEncoder>(encoding)),
      parameters_(encoder_->parameters()),
      enough_(enough) {
  queue_.start([this] { run(); });
}

void RungThread::finish() { queue_.finish(); }

void RungThread::run() {
  while (auto picture = queue_.pop()) {
    take(*picture);
    cpu_ns_.store(thread_cpu_ns(), std::memory_order_relaxed);
  }
  end_encoder();
}

bool RungThread::is_given_up(const LadderPicture& picture) const {
  return picture.first > place_.position ||
         picture.at < given_up_before_.load(std::memory_order_relaxed);
}

/// A rung that is given up hands the picture on as it came: the next one scales from there.
void RungThread::take(LadderPicture& picture) {
  if (enough_) return;
  if (is_given_up(picture)) {
    encoder_.reset();
    if (next_ != nullptr && !next_->push(std::move(picture))) queue_.refuse();
    return;
  }
  auto scaled = std::make_shared<const live::av::Frame>(resizer_.resize(*picture.frame));
  picture.frame = scaled;
  if (next_ != nullptr && !next_->push(picture)) return queue_.refuse();
  encode(*scaled, picture);
}

void RungThread::encode(const live::av::Frame& frame, const LadderPicture& picture) {
  if (!encoder_) {
    if (!picture.key) return;
    encoder_ = std::make_unique<live::av::RenditionEncoder>(encoding_);
    shown_.clear();
    delay_.reset();
  }
  if (!shows(picture)) return;
  shown_.push_back(picture.at);
  encoder_->push(frame, picture.key, [this](live::av::Packet packet) { give(std::move(packet)); });
}

/// A part begins with the first picture that is taken behind the cut, or, where that would come too late, with the cut's own.
bool RungThread::shows(const LadderPicture& picture) {
  const auto step = std::max<std::int64_t>(1, picture.at - std::exchange(seen_, picture.at));
  begins_ = begins_ || picture.begins;
  bool too_late = false;
  if (place_.part_target > 0 && begins_ && part_begin_ && thinner_.from()) {
    const auto wait = std::max<std::int64_t>(0, *thinner_.from() - picture.at);
    const auto next = picture.at + (wait + step - 1) / step * step;
    const auto jitter = live::rescale(part_jitter.count(), 90'000, 1'000'000);
    too_late = next > *part_begin_ + place_.part_target + jitter;
  }
  if (!thinner_.take(picture.at, picture.key || too_late)) return false;
  if (std::exchange(begins_, false)) part_begin_ = picture.at;
  return true;
}

void RungThread::end_encoder() {
  if (!encoder_) return;
  const auto sink = [this](live::av::Packet packet) { give(std::move(packet)); };
  while (!enough_ && encoder_->flush(sink)) {
  }
  encoder_.reset();
}

/// Encoders give a picture the time for decoding at which another one, some before it, is shown.  Where pictures come at an
/// uneven pace, or behind a hole, that is anywhere: it goes as far ahead of its turn to be shown as the first one.
void RungThread::place(Sample& sample, std::int64_t decoded) {
  while (sample.key && !shown_.empty() && shown_.front() < sample.pts)
    shown_.pop_front();  // GOPs are closed: what is left of the one before was dropped
  sample.place = sample.pts;
  if (!shown_.empty()) {
    sample.place = shown_.front();
    shown_.pop_front();
  }
  if (!delay_) delay_ = std::max<std::int64_t>(0, sample.pts - decoded);
  sample.dts = sample.place - *delay_;
}

void RungThread::give(live::av::Packet packet) {
  auto owner = std::make_shared<live::av::Packet>(std::move(packet));
  Sample sample;
  sample.pts = owner->pts().value_or(0);
  sample.duration = owner->duration().value_or(0);
  if (sample.duration <= 0) {
    sample.duration =
        rung_.rate_num > 0 ? live::rescale(rung_.rate_den, 90'000, rung_.rate_num) : usual_picture;
  }
  sample.key = owner->key();
  place(sample, owner->dts().value_or(sample.pts));
  sample.bytes = owner->bytes();
  sample.owner = std::move(owner);
  if (!writer_.post(VideoSample{place_.rendition, std::move(sample)})) queue_.refuse();
}

}  // namespace abr_hls
