#include "tools/abr-hls/picture_chain.hpp"

#include "common/av/picture_rate.hpp"
#include "common/base/log.hpp"
#include "tools/abr-hls/options.hpp"
#include "tools/abr-hls/part_target.hpp"
#include "tools/abr-hls/stats.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace abr_hls {
namespace {

constexpr std::int64_t second = 90'000;
constexpr double most_pictures = 60;           // a second
constexpr std::int64_t usual_picture = 3'600;  // 1/90000 s: 25 a second

/// Between pictures where more than 60 come in a second; their stamps jitter, so a source of 60 is never thinned.
std::int64_t cap_interval(double rate) {
  if (rate > 0 && rate <= most_pictures + 1) return 0;
  const double capped = rate > 0 ? live::av::thinned_rate(rate, most_pictures) : most_pictures;
  return static_cast<std::int64_t>(second / capped);
}

std::chrono::nanoseconds process_cpu() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

bool same_size(const live::av::PictureFormat& a, const live::av::PictureFormat& b) {
  return a.width == b.width && a.height == b.height && a.sar_num == b.sar_num &&
         a.sar_den == b.sar_den;
}

/// Takes the places up to `at` out; were there any?
bool take_passed(std::set<std::int64_t>& places, std::int64_t at) {
  const auto passed = places.upper_bound(at);
  const bool any = passed != places.begin();
  places.erase(places.begin(), passed);
  return any;
}

}  // namespace

PictureChain::PictureChain(Surroundings around, Source source)
    : around_(around),
      source_(std::move(source)),
      decoder_(source_.track.stream, source_.rate),
      cap_(cap_interval(source_.rate)) {
  queue_.start([this] { run(); });
}

bool PictureChain::push(SharedUnit unit, Places places) {
  return queue_.push(Item{std::move(unit), places, 0, std::chrono::steady_clock::now()});
}

bool PictureChain::hold_until(std::int64_t at) {
  return queue_.push(Item{{}, {}, at, std::chrono::steady_clock::now()});
}

bool PictureChain::stand_in(std::int64_t at, bool key, bool at_end) {
  Item item{{}, {key ? std::optional{at} : std::nullopt, at}, at, std::chrono::steady_clock::now()};
  if (!at_end) return queue_.push(std::move(item));
  stands_in_.push_back(std::move(item));
  return true;
}

void PictureChain::finish(bool hurry, std::optional<std::int64_t> until) {
  if (!hurry) stands_until_ = until;
  if (hurry && !queue_.stop_within(stop_patience)) enough_ = true;
  queue_.finish(hurry);
}

void PictureChain::run() {
  while (auto item = queue_.pop()) {
    take(*item);
    if (failed_downstream_) break;
  }
  decoder_.finish([this](live::av::Frame picture) { present(std::move(picture)); });
  for (auto& item : stands_in_)
    take(item);
  if (stands_until_) hold(*stands_until_, *stands_until_);
  end_rungs();
}

void PictureChain::take(Item& item) {
  arrival_ = item.arrival;
  const auto& [key, cut] = item.places;
  if (cut) cuts_.insert(*cut);
  if (!item.unit)
    return source_.follow_source ? show_again(item.hold_until, key.has_value())
                                 : hold(item.hold_until, item.hold_until);
  if (key) keys_.insert(*key);
  const bool taken = decoder_.push(
      item.unit->packet, [this](live::av::Frame picture) { present(std::move(picture)); });
  if (!taken) around_.stats.unusable.add();
}

void PictureChain::present(live::av::Frame frame) {
  around_.stats.pictures.add();
  const auto at = frame.pts();
  const auto format = live::av::format_of(frame);
  if (last_ && at <= last_at_) return around_.stats.unusable.add();
  if (!planned_ || (!same_size(*planned_, format) && !source_.follow_source)) {
    const bool again = planned_.has_value();
    if (again) around_.cutter.restart();
    end_rungs();
    open_rungs(format, again ? at : 0);
  } else if (last_ && at - last_at_ < longest_hold) {
    hold(at - picture_duration() * 3 / 2, at);  // jitter is no hole
  }
  const auto decision = govern(at);
  if (decision.first > first_) give_up_rungs(decision.first, at);
  const bool key = source_.follow_source && take_passed(keys_, at);
  if (decision.shed && !key) return around_.stats.shed_pictures.add();
  if (!cap_.take(at, key)) return around_.stats.capped_pictures.add();
  last_ = std::make_shared<const live::av::Frame>(std::move(frame));
  hand_on(last_, at, key);
}

/// Segments, key frames and parts that are due before `until` begin with the last picture, and so does a part that cannot wait
/// for the one at `next`.
void PictureChain::hold(std::int64_t until, std::int64_t next) {
  if (!last_ || source_.follow_source) return;
  const auto& cutter = around_.cutter;
  for (auto due = cutter.next_due(); due > last_at_ && (due <= until || cutter.is_late(next));
       due = cutter.next_due())
    show_again(due, false);
}

void PictureChain::show_again(std::int64_t at, bool key) {
  if (!last_ || at <= last_at_) return;
  auto again = last_->share();
  again.set_pts(at);
  around_.stats.held_pictures.add();
  hand_on(std::make_shared<const live::av::Frame>(std::move(again)), at, key);
}

void PictureChain::hand_on(std::shared_ptr<const live::av::Frame> frame, std::int64_t at,
                           bool key) {
  last_at_ = at;
  bool begins = source_.follow_source && take_passed(cuts_, at + picture_slack);
  if (!source_.follow_source) {
    const auto answer = around_.cutter.picture(at, picture_duration(), false);
    key = answer.key;
    begins = answer.cut.has_value();
    if (answer.cut && answer.cut->discontinuity) around_.stats.holes.add();
    if (answer.cut && answer.cut->segment && wanted_first_ < first_)
      take_rungs_back(wanted_first_, at);
    if (!around_.writer.post(Progress{at, answer.cut, around_.cutter.targets()}))
      failed_downstream_ = true;
  } else if (key && wanted_first_ < first_) {
    take_rungs_back(wanted_first_, at);
  }
  const auto lag = std::chrono::steady_clock::now() - arrival_;
  around_.stats.lag_ms.set(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(lag).count()));
  if (!rungs_.empty() && !rungs_.front()->push({std::move(frame), at, key, begins, first_}))
    failed_downstream_ = true;
}

Governor::Decision PictureChain::govern(std::int64_t at) {
  if (!governor_) return {};
  std::transform(rungs_.begin(), rungs_.end(), rung_cpu_.begin(),
                 [](const auto& rung) { return rung->cpu_time(); });
  const auto fill = queue_.fill();
  const auto decision =
      governor_->picture({at, std::chrono::steady_clock::now(), fill, process_cpu(), rung_cpu_,
                          static_cast<double>(std::thread::hardware_concurrency())});
  wanted_first_ = decision.first;
  auto& stats = around_.stats;
  stats.queue_permille.set(static_cast<std::uint64_t>(fill * 1000));
  stats.speed_permille.set(static_cast<std::uint64_t>(decision.speed * 1000));
  if (source_.govern && decision.too_slow != (stats.too_slow.value() != 0)) {
    stats.too_slow.set(decision.too_slow ? 1 : 0);
    if (decision.too_slow) live::log::warn("too slow for real time: {:.2f}x", decision.speed);
  }
  return decision;
}

/// Which takes effect at once: what waits for them could take longer than a segment lasts.
void PictureChain::give_up_rungs(std::size_t first, std::int64_t at) {
  for (auto i = first_; i < first; ++i) {
    live::log::warn("rendition {} is given up: too slow for real time",
                    around_.options.ladder[renditions_[i]].name);
    rungs_[i]->give_up(at);
    if (!around_.writer.post(GivenUp{renditions_[i]})) failed_downstream_ = true;
  }
  first_ = first;
  count_active();
}

/// `at`: a segment begins.
void PictureChain::take_rungs_back(std::size_t first, std::int64_t at) {
  for (auto i = first; i < first_; ++i) {
    live::log::info("rendition {} is back", around_.options.ladder[renditions_[i]].name);
    if (!around_.writer.post(TakenBack{renditions_[i], at})) failed_downstream_ = true;
  }
  first_ = first;
  count_active();
}

void PictureChain::count_active() {
  around_.stats.given_up.set(first_);
  for (std::size_t i = 0; i < rungs_.size(); ++i)
    around_.stats.renditions[renditions_[i]].active.set(i >= first_ ? 1 : 0);
}

void PictureChain::open_rungs(const live::av::PictureFormat& format, std::int64_t at) {
  planned_ = format;
  last_.reset();
  SourceVideo video;
  video.width = format.width;
  video.height = format.height;
  video.sar_num = format.sar_num;
  video.sar_den = format.sar_den;
  video.frame_rate = source_.rate;
  const auto rungs = plan(around_.options.ladder, video);
  auto infos = source_.renditions;
  rungs_.resize(rungs.size());
  renditions_.resize(rungs.size());
  for (std::size_t i = 0; i < infos.size(); ++i) {
    if (around_.options.ladder[i].kind == Wish::Kind::encoded) infos[i].video.reset();
  }
  // From the bottom: each hands on to the one below.
  for (auto i = rungs.size(); i-- > 0;) {
    const auto& wishes = around_.options.ladder;
    const auto wish = std::find(wishes.begin(), wishes.end(), rungs[i].wish);
    renditions_[i] = static_cast<std::size_t>(wish - wishes.begin());
    auto* next = i + 1 < rungs.size() ? rungs_[i + 1].get() : nullptr;
    rungs_[i] = std::make_unique<RungThread>(
        rungs[i], encoding_of(rungs[i], around_.options, format.colour),
        RungThread::Place{i, renditions_[i], part_target_of(rungs[i])}, next, around_.writer,
        enough_);
    auto& info = infos[renditions_[i]];
    info.video = rungs_[i]->parameters();
    info.peak = declared_peak(rungs[i].wish, info.audio.has_value(), around_.options.segment);
    info.thinned_90k = thinned_duration(rungs[i]);
    live::log::info("rendition {}: {}x{}, {} bit/s", info.name, rungs[i].width, rungs[i].height,
                    rungs[i].wish.video_bit_rate);
  }
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const bool made = infos[i].video || around_.options.ladder[i].kind != Wish::Kind::encoded;
    if (!made) infos[i].audio.reset();
    around_.stats.renditions[i].active.set(made ? 1 : 0);
  }
  first_ = wanted_first_ = 0;
  rung_cpu_.assign(rungs.size(), {});
  governor_.reset();
  if (!rungs.empty())
    governor_.emplace(source_.govern ? around_.options.overload : Overload::wait, rungs.size());
  if (!around_.writer.post(Begin{std::move(infos), at})) failed_downstream_ = true;
}

/// How long a picture lasts in a rung that does not show all; else 0.
std::int64_t PictureChain::thinned_duration(const Rung& rung) const {
  if (rung.rate_num == 0) return 0;
  const auto duration = live::rescale(rung.rate_den, second, rung.rate_num);
  return duration * 4 > picture_duration() * 5 ? duration : 0;
}

/// As Output will say it.
std::int64_t PictureChain::part_target_of(const Rung& rung) {
  RenditionInfo info;
  info.video.emplace();
  info.thinned_90k = thinned_duration(rung);
  Targets targets;
  targets.part = source_.part_target;
  if (!source_.follow_source) {
    around_.cutter.expect({picture_duration()});
    targets.part = around_.cutter.part_target();
  }
  const auto stays = around_.part_targets.try_emplace(rung.wish.name, part_target(info, targets));
  const bool shows_all = info.thinned_90k == 0 && rung.wish.frame_rate <= 0;
  return shows_all ? 0 : live::rescale(stays.first->second.count(), second, 1'000'000);
}

void PictureChain::end_rungs() {
  std::exception_ptr first;
  for (auto& rung : rungs_) {
    try {
      rung->finish();
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  rungs_.clear();
  if (first) std::rethrow_exception(first);
}

std::int64_t PictureChain::picture_duration() const {
  if (source_.rate <= 0) return usual_picture;
  return static_cast<std::int64_t>(second / live::av::thinned_rate(source_.rate, most_pictures));
}

}  // namespace abr_hls
