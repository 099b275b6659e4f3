#include "common/ingest/pipeline.hpp"

#include "common/base/backoff.hpp"
#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/ingest/pipeline_output.hpp"
#include "common/ingest/pipeline_queue.hpp"
#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"
#include "common/process/lines.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <random>
#include <utility>

#include <boost/asio/post.hpp>
#include <signal.h>

namespace live::ingest {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Ms stable = 60s;            // of life: then the next back-off begins anew
constexpr Ms report_interval = 10s;   // of drops that go on, and of lines not shown
constexpr Ms end_after_closing = 1s;  // a command that closes its standard input mostly exits
constexpr Ms gone_after_kill =
    1s;  // more is not waited for: uninterruptible sleep, a zombie without a parent
constexpr Ms first_look = 5ms, longest_look = 100ms;  // at a group: nothing tells when it is empty
constexpr Ms for_ever = 24h * 36'500;
// Queued bytes that are written at once.  Less waits for what else was read: the reader is woken once for all of it.
constexpr std::size_t written_at_once = 64U << 10U;

std::string base_name(const std::string& program) {
  return program.substr(program.find_last_of('/') + 1);
}

}  // namespace

struct Pipeline::State : std::enable_shared_from_this<Pipeline::State> {
  enum class Phase { live, finishing, terminating, abandoned, gone };
  using Condition = bool (State::*)() const;

  State(asio::io_context& given_io, PipelineOptions given, std::function<void()> given_on_gone)
      : io(given_io),
        options(std::move(given)),
        on_gone(std::move(given_on_gone)),
        queue(options.queue_bytes),
        wake(io) {}

  void push(Gather media, bool start);
  void end(Phase how);
  void gone();

  bool start_command();
  void ask_to_end();
  void feed();
  void feed_soon();
  void wait_for_room();
  void reader_left();
  void stop_feeding();

  void log_line(std::string_view line);
  void log_hidden_lines(Monotonic now);
  void log_end(process::Ended how);
  void log_drops(bool last);

  [[nodiscard]] bool has_media() const { return phase != Phase::live || !queue.empty(); }
  [[nodiscard]] bool leader_gone() const { return !child->running(); }
  [[nodiscard]] bool group_gone() const { return leader_gone() && !child->group_alive(); }
  [[nodiscard]] bool written() const {
    return !output || queue.empty() || (child && leader_gone());
  }
  [[nodiscard]] bool not_live() const { return phase != Phase::live; }
  [[nodiscard]] bool output_over() const { return !output || phase != Phase::live; }
  [[nodiscard]] bool running_over() const { return phase != Phase::live || leader_gone(); }
  [[nodiscard]] bool feeding_over() const { return !output || running_over(); }

  /// Waits until `condition` holds: true; false after `limit`, or when the Pipeline has gone.  Who changes what conditions
  /// look at cancels `wake`; `look`: it changes without that.
  static awaitable<bool> until(std::shared_ptr<State> s, Ms limit, Condition condition,
                               bool look = false);
  /// `running`: whether the first start succeeded.
  static awaitable<void> keep_running(std::shared_ptr<State> s, bool running);
  static awaitable<void> run_live(std::shared_ptr<State> s);
  static awaitable<void> run_once(std::shared_ptr<State> s);
  static awaitable<void> end_group(std::shared_ptr<State> s);
  static awaitable<void> serve_output(std::shared_ptr<State> s);
  static awaitable<void> watch_reader(std::shared_ptr<State> s);

  asio::io_context& io;
  PipelineOptions options;
  std::function<void()> on_gone;
  PipelineQueue queue;
  Phase phase = Phase::live;
  bool begun = false;  ///< keep_running() has
  std::unique_ptr<process::Child> child;
  std::optional<PipelineOutput> output;  ///< while somebody is fed
  bool waiting_for_room = false;
  bool feeds_soon = false;
  /// The command has closed its standard input and lives on, or the reader of standard output has left.
  bool deaf = false;
  bool asked = false;    ///< the group has had its SIGTERM
  unsigned outputs = 0;  ///< that there have been: which one a wait belongs to
  std::string trouble;
  asio::steady_timer wake;

  Monotonic started, last_hidden_report, first_drop, last_drop_report;
  Ms lived{0};  ///< the command, from its start to the leader's end
  process::LineBudget line_budget;
  std::uint64_t starts = 0;
  PipelineQueue::Counts reported;
  PipelineCounts counts;
};

// What comes and goes.

void Pipeline::State::push(Gather media, bool start) {
  if (phase != Phase::live) return;
  if (deaf) {
    queue.refuse(media, start);
    reported = queue.counts();
    return;
  }
  queue.push(std::move(media), start);
  if (options.command && !begun && !queue.empty()) {
    begun = true;
    net::spawn(io, options.name, keep_running(shared_from_this(), start_command()));
  }
  if (!output) wake.cancel();
  if (queue.counts().queued >= written_at_once) {
    feed();
  } else {
    feed_soon();
  }
  log_drops(false);
}

void Pipeline::State::end(Phase how) {
  if (phase != Phase::live) return;
  feed();
  phase = how;
  if (options.command && !begun) return gone();
  wake.cancel();
}

void Pipeline::State::gone() {
  if (phase == Phase::abandoned || phase == Phase::gone) return;
  phase = Phase::gone;
  stop_feeding();
  queue.clear();
  log_drops(true);
  asio::post(io, [s = shared_from_this()] {
    if (const auto tell = std::exchange(s->on_gone, {})) tell();
  });
}

// Bytes to the reader.

void Pipeline::State::feed() {
  using Outcome = net::Sent::Outcome;
  while (output && !waiting_for_room && !queue.empty()) {
    std::array<iovec, 64> pieces{};
    const auto sent = output->write(std::span{pieces}.first(queue.peek(pieces)));
    if (sent.outcome == Outcome::some) {
      queue.wrote(sent.bytes);
    } else if (sent.outcome == Outcome::full) {
      wait_for_room();
    } else {
      reader_left();
    }
  }
  if (queue.empty() && phase != Phase::live) wake.cancel();
}

void Pipeline::State::feed_soon() {
  if (!output || waiting_for_room || std::exchange(feeds_soon, true)) return;
  asio::post(io, [s = shared_from_this()] {
    s->feeds_soon = false;
    s->feed();
    s->log_drops(false);
  });
}

void Pipeline::State::wait_for_room() {
  waiting_for_room = true;
  output->when_writable([s = shared_from_this(), mine = outputs] {
    if (s->outputs != mine || !s->output) return;
    s->waiting_for_room = false;
    s->feed();
  });
}

void Pipeline::State::reader_left() {
  if (!options.command && output->error() != 0 && output->error() != EPIPE)
    trouble = errno_text(output->error());
  deaf = !options.command;  // there will be no other reader
  stop_feeding();
  queue.begin_anew();
  if (deaf) {
    queue.clear();
    reported = queue.counts();
  }
  wake.cancel();
}

void Pipeline::State::stop_feeding() {
  output.reset();
  ++outputs;
  waiting_for_room = false;
  if (child) child->close_input();
}

// Words.

void Pipeline::State::log_line(std::string_view line) {
  const auto now = Clock::now();
  if (!line_budget.take(now)) return;
  if (now - last_hidden_report >= report_interval) log_hidden_lines(now);
  log::info("{}: {}", options.name, line);
}

void Pipeline::State::log_hidden_lines(Monotonic now) {
  const auto hidden = line_budget.take_hidden();
  if (hidden == 0) return;
  last_hidden_report = now;
  log::warn("{}: {} lines of its command are not shown", options.name, hidden);
}

void Pipeline::State::log_end(process::Ended how) {
  log_hidden_lines(Clock::now());
  const auto level = phase == Phase::live ? log::Level::warn : log::Level::info;
  if (log::enabled(level))
    log::write(level, fmt::format("{}: its command ended after {}: {}", options.name,
                                  format_duration(lived), process::to_text(how)));
}

void Pipeline::State::log_drops(bool last) {
  const auto& now = queue.counts();
  if (now.dropped_bytes == reported.dropped_bytes) return;
  if (first_drop == Monotonic{}) first_drop = Clock::now();
  // A reader that is gone leaves an empty queue, and all is dropped until the next start.
  const bool burst_over = queue.empty() && Clock::now() - last_drop_report >= report_interval;
  if (!last && !burst_over && Clock::now() - first_drop < report_interval) return;
  last_drop_report = Clock::now();
  log::warn("{}: GOPs dropped: {} ({} bytes)", options.name,
            now.dropped_gops - reported.dropped_gops, now.dropped_bytes - reported.dropped_bytes);
  reported = now;
  first_drop = {};
}

// The life of the command.

bool Pipeline::State::start_command() {
  try {
    child = std::make_unique<process::Child>(
        io, *options.command, [this](std::string_view line) { log_line(line); },
        [this](process::Ended how) {
          lived = std::chrono::round<Ms>(Clock::now() - started);
          log_end(how);
          stop_feeding();
          if (phase == Phase::live) queue.begin_anew();
          wake.cancel();
        });
    output = PipelineOutput::to_pipe(io, child->input());
  } catch (const std::exception& failure) {
    log::error("{}: {}", options.name, failure.what());
    child.reset();
    return false;
  }
  started = Clock::now();
  asked = false;
  ++starts;
  log::info("{}: started {} (pid {})", options.name, base_name(options.command->arguments.front()),
            child->pid());
  feed();
  return true;
}

awaitable<bool> Pipeline::State::until(std::shared_ptr<State> s, Ms limit, Condition condition,
                                       bool look) {
  const auto end = Clock::now() + limit;
  auto interval = look ? first_look : for_ever;
  for (;;) {
    if (s->phase == Phase::abandoned) co_return false;
    if (((*s).*condition)()) co_return true;
    const auto now = Clock::now();
    if (now >= end) co_return false;
    s->wake.expires_at(std::min(end, now + interval));
    co_await s->wake.async_wait(as_result);
    if (look) interval = std::min(2 * interval, longest_look);
  }
}

/// SIGTERM, once.
void Pipeline::State::ask_to_end() {
  if (child && !std::exchange(asked, true)) child->signal(SIGTERM);
}

/// SIGTERM to who has not had it, and SIGKILL to those who do not care.
awaitable<void> Pipeline::State::end_group(std::shared_ptr<State> s) {
  if (s->group_gone()) co_return;
  s->ask_to_end();
  const bool left = co_await until(s, s->options.kill, &State::group_gone, true);
  if (left || s->phase == Phase::abandoned) co_return;
  log::warn("{}: killed what was there {} after SIGTERM", s->options.name,
            format_duration(s->options.kill));
  s->child->signal(SIGKILL);
  co_await until(s, gone_after_kill, &State::group_gone, true);
}

/// Returns when the command has exited or is to end.
awaitable<void> Pipeline::State::run_live(std::shared_ptr<State> s) {
  co_await until(s, for_ever, &State::feeding_over);
  const bool over = co_await until(s, end_after_closing, &State::running_over);
  if (over || s->phase == Phase::abandoned) co_return;
  log::warn("{}: its command has closed its standard input and gets nothing more until it ends",
            s->options.name);
  s->deaf = true;
  s->queue.clear();
  s->reported = s->queue.counts();
  co_await until(s, for_ever, &State::running_over);
}

/// From the start of the command to the end of its group.
awaitable<void> Pipeline::State::run_once(std::shared_ptr<State> s) {
  co_await run_live(s);
  if (s->phase == Phase::finishing) {
    co_await until(s, s->options.leave, &State::written);
    s->stop_feeding();
  } else if (s->phase == Phase::terminating) {
    s->ask_to_end();
  }
  co_await until(s, s->options.leave, &State::leader_gone);
  co_await end_group(s);
  s->deaf = false;
  s->child.reset();
}

awaitable<void> Pipeline::State::keep_running(std::shared_ptr<State> s, bool running) {
  Backoff backoff{std::random_device{}(), stable};
  for (;;) {
    if (running) co_await run_once(s);
    if (s->phase != Phase::live) break;
    const auto delay = backoff.next(std::exchange(s->lived, Ms{0}));
    log::info("{}: its command is started again in {}", s->options.name, format_duration(delay));
    co_await until(s, delay, &State::not_live);
    co_await until(s, for_ever, &State::has_media);
    if (s->phase != Phase::live) break;
    running = s->start_command();
  }
  s->gone();
}

awaitable<void> Pipeline::State::serve_output(std::shared_ptr<State> s) {
  co_await until(s, for_ever, &State::output_over);
  co_await until(s, s->options.leave, &State::written);
  s->gone();
}

awaitable<void> Pipeline::State::watch_reader(std::shared_ptr<State> s) {
  if (!s->output) co_return;  // a write was quicker
  const bool left = co_await s->output->reader_left();
  if (left && s->output) s->reader_left();
}

Pipeline::Pipeline(asio::io_context& io, PipelineOptions options, std::function<void()> on_gone)
    : state_(std::make_shared<State>(io, std::move(options), std::move(on_gone))) {
  if (state_->options.command) return;
  state_->output = PipelineOutput::to_shared(io, state_->options.output);
  net::spawn(io, state_->options.name, State::serve_output(state_));
  net::spawn(io, state_->options.name, State::watch_reader(state_));
}

Pipeline::~Pipeline() {
  state_->on_gone = {};
  state_->phase = State::Phase::abandoned;
  state_->stop_feeding();
  if (state_->child) state_->child->signal(SIGKILL);
  state_->wake.cancel();
}

void Pipeline::header(std::shared_ptr<const Buffer> header, std::shared_ptr<const Buffer> change) {
  state_->queue.header(std::move(header), std::move(change));
}
void Pipeline::push(Gather media, bool start) { state_->push(std::move(media), start); }
void Pipeline::finish() { state_->end(State::Phase::finishing); }
void Pipeline::terminate() {
  if (state_->phase == State::Phase::finishing) state_->ask_to_end();
  state_->end(State::Phase::terminating);
}

const PipelineCounts& Pipeline::counts() const {
  const auto& counts = state_->queue.counts();
  return state_->counts = {counts.bytes, counts.dropped_gops, counts.dropped_bytes, state_->starts,
                           counts.queued};
}

std::string Pipeline::state() const {
  const auto& s = *state_;
  const bool live = s.phase == State::Phase::live;
  if (s.child)
    return fmt::format("{} (pid {})", live && s.child->running() ? "running" : "ending",
                       s.child->pid());
  if (s.phase == State::Phase::gone) return "ended";
  if (s.output) return live ? "running" : "ending";
  return s.begun ? "waiting to start again" : "waiting for media";
}

const std::string& Pipeline::trouble() const { return state_->trouble; }

}  // namespace live::ingest
