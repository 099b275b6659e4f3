#include "tools/abr-hls/transcode.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/media_in/source.hpp"
#include "tools/abr-hls/options.hpp"
#include "tools/abr-hls/output.hpp"
#include "tools/abr-hls/session.hpp"
#include "tools/abr-hls/stats.hpp"
#include "tools/abr-hls/writer.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;

/// SIGTERM that comes so soon after the end of the input came with it: a process group gets both (man 5 hls-tree).
constexpr auto late_stop = 1s;

bool copies(const Options& options) {
  return std::ranges::any_of(options.ladder,
                             [](const Wish& wish) { return wish.kind == Wish::Kind::source; });
}

CutRules rules_of(const Options& options, const Output& output) {
  CutRules rules;
  rules.part_before = output.listed_part_target();
  rules.segment = options.segment;
  rules.key_interval = options.key_interval;
  rules.part = options.part;
  rules.longest_gop = options.longest_gop;
  rules.follow_source = copies(options);
  return rules;
}

[[noreturn]] void fail_empty(const Options& options, const std::string& trouble) {
  live::fail(live::Exit::bad_data, "read {}: no picture and no sound in it{}{}",
             options.input.empty() ? "standard input" : options.input, trouble.empty() ? "" : ": ",
             trouble);
}

class Reader {
 public:
  /// `first`: has been read already.
  Reader(const Options& options, Stats& stats, const CutRules& rules, Writer& writer,
         const StopWish& stop, live::media_in::Source& source, live::media_in::Item first)
      : stop_(stop),
        source_(source),
        first_(std::move(first)),
        cutter_(rules),
        around_{options, stats, writer, cutter_, part_targets_} {}

  /// Why there is no more; nothing when something behind it has failed.
  std::optional<live::media_in::End> run() {
    for (;;) {
      // The source looks at the wish where it waits for more; what it has read already may be seconds of work.
      if (stop_.made()) return live::media_in::End{false, "interrupted", true};
      auto item = take();
      if (auto* end = std::get_if<live::media_in::End>(&item)) return std::move(*end);
      if (auto* epoch = std::get_if<live::media_in::Epoch>(&item)) {
        begin(std::move(*epoch));
      } else if (!push(std::make_shared<live::media_in::Unit>(
                     std::get<live::media_in::Unit>(std::move(item))))) {
        return {};
      }
    }
  }

  /// Everything that is on its way is given.  Throws what the ladder threw.
  void finish(bool hurry) {
    if (session_) session_->finish(hurry);
    if (session_ && session_->opened()) any_ = true;
    session_.reset();
  }
  [[nodiscard]] bool any() const { return any_; }

 private:
  live::media_in::Item take() {
    if (!first_) return source_.next();
    auto item = std::move(*first_);
    first_.reset();
    return item;
  }

  void begin(live::media_in::Epoch epoch) {
    finish(false);
    if (any_) cutter_.restart();
    epoch_ = epoch;
    session_ = std::make_unique<Session>(around_, std::move(epoch), !source_.is_file());
  }

  bool push(const SharedUnit& unit) {
    if (!session_) return true;
    auto pushed = session_->push(unit);
    if (pushed == Session::Pushed::other_session) {
      begin(epoch_);
      pushed = session_->push(unit);
    }
    return pushed != Session::Pushed::failed;
  }

  const StopWish& stop_;
  live::media_in::Source& source_;
  std::optional<live::media_in::Item> first_;
  Cutter cutter_;
  std::map<std::string, live::Us> part_targets_;
  Surroundings around_;
  live::media_in::Epoch epoch_;
  std::unique_ptr<Session> session_;
  bool any_ = false;
};

}  // namespace

void transcode(const Options& options, Stats& stats, StopWish& stop) {
  const Writer* writing = nullptr;
  live::media_in::Source source{
      live::media_in::spec_of(options.input, options.input_format),
      [&stop, &writing] { return !stop.made() && (writing == nullptr || !writing->failed()); }};
  auto first = source.next();  // nothing is written for an input that is none
  if (const auto* end = std::get_if<live::media_in::End>(&first)) {
    if (end->interrupted) return;
    fail_empty(options, end->trouble);
  }
  const auto* epoch = std::get_if<live::media_in::Epoch>(&first);  // ... or that is refused
  if (epoch != nullptr && epoch->video && copies(options)) check_copied(*epoch->video, options);
  Output output{options, stats};
  const auto rules = rules_of(options, output);  // before another thread has the output
  Writer writer{output, stats};
  writing = &writer;
  Reader reader{options, stats, rules, writer, stop, source, std::move(first)};
  std::optional<live::media_in::End> end;
  std::exception_ptr failure;
  try {
    end = reader.run();
    stats.set_state("ending");
    reader.finish(!end || end->interrupted);
  } catch (...) {
    failure = std::current_exception();
  }
  if (end && !end->in_order && !end->interrupted)
    live::log::warn("the input is broken off: {}", end->trouble);
  bool stopped = failure || !end || end->interrupted || stop.made();
  if (!stopped && !source.is_file()) stopped = stop.wait_for(late_stop);
  writer.finish(stopped ? Output::How::stopped : Output::How::ended);
  if (failure) std::rethrow_exception(failure);
  if (end && !end->interrupted && !reader.any()) fail_empty(options, end->trouble);
}

}  // namespace abr_hls
