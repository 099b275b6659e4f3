// fanout_load: many viewers of one stream in one thread.  They come at a limited rate; when each has its first bytes
// (or 20 s after the last came) a window of SECONDS is measured, then all leave.  Prints one JSON object; what the
// server used in the window comes from /proc.
#include "common/base/failure.hpp"
#include "tests/bench/fanout/process.hpp"
#include "tests/bench/fanout/viewer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/epoll.h>

namespace {

using namespace std::chrono_literals;
using fanout::Clock;
using fanout::Viewer;

constexpr auto usage =
    "usage: fanout_load http|ws ADDRESS PORT PATH VIEWERS SECONDS PER_SECOND SERVER_PID...\n";
constexpr auto first_bytes_deadline = 20s;

struct Plan {
  fanout::Target target;
  std::size_t viewers = 0;
  std::chrono::seconds window{};
  double per_second = 0;  ///< how fast viewers come
  std::vector<pid_t> servers;
};

double seconds(Clock::duration d) { return std::chrono::duration<double>(d).count(); }

/// The value below which `share` of the values lie; 0 of nothing.
double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

class Crowd {
 public:
  explicit Crowd(const Plan& plan)
      : plan_(plan), poll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(256 * 1024) {
    viewers_.reserve(plan.viewers);
  }

  nlohmann::json run() {
    const auto empty = fanout::usage_of(plan_.servers);
    arrive();
    wait_for_first_bytes();

    const auto begun = Clock::now();
    for (auto& viewer : viewers_)
      viewer->begin_window(begun);
    const auto before = fanout::usage_of(plan_.servers);
    const auto own = fanout::own_cpu_seconds();
    const auto idle = fanout::idle_seconds();
    serve_until(begun + plan_.window);
    const auto ended = Clock::now();
    const auto after = fanout::usage_of(plan_.servers);
    for (auto& viewer : viewers_)
      viewer->end_window(ended);

    auto report = summary();
    const auto cpu = after.cpu_seconds - before.cpu_seconds;
    report["seconds"] = seconds(ended - begun);
    report["server_cpu_s"] = cpu;
    report["cpu_s_per_gb"] = cpu / (report["bytes"].get<double>() / 1e9);
    report["kb_per_viewer"] = static_cast<double>(after.anon_bytes - empty.anon_bytes) / 1024 /
                              static_cast<double>(plan_.viewers);
    report["anon_mb"] = static_cast<double>(after.anon_bytes) / 1048576;
    report["load_cpu_s"] = fanout::own_cpu_seconds() - own;
    report["idle_cpu_s"] = fanout::idle_seconds() - idle;
    return report;
  }

 private:
  void arrive() {
    const auto step = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>{1 / plan_.per_second});
    auto next = Clock::now();
    while (viewers_.size() < plan_.viewers) {
      for (; next <= Clock::now() && viewers_.size() < plan_.viewers; next += step)
        add_viewer();
      serve_until(next);
    }
  }

  void add_viewer() {
    viewers_.push_back(std::make_unique<Viewer>(plan_.target));
    auto& viewer = *viewers_.back();
    if (viewer.lost()) return;
    epoll_event event{};
    event.events = EPOLLOUT | EPOLLIN;
    event.data.ptr = &viewer;
    ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, viewer.socket(), &event);
  }

  void wait_for_first_bytes() {
    const auto deadline = Clock::now() + first_bytes_deadline;
    const auto settled = [](const auto& viewer) { return viewer->has_media() || viewer->lost(); };
    while (Clock::now() < deadline && !std::all_of(viewers_.begin(), viewers_.end(), settled))
      serve_until(Clock::now() + 100ms);
  }

  void serve_until(Clock::time_point until) {
    std::array<epoll_event, 256> events;
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
      if (left <= 0) return;
      const auto count = ::epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()),
                                      static_cast<int>(left));
      const auto now = Clock::now();
      for (int i = 0; i < count; ++i)
        serve(events[static_cast<std::size_t>(i)], now);
    }
  }

  void serve(epoll_event& event, Clock::time_point now) {
    auto& viewer = *static_cast<Viewer*>(event.data.ptr);
    viewer.advance(scratch_, now);
    if (viewer.lost() || (event.events & EPOLLOUT) == 0) return;
    event.events = EPOLLIN;  // the request is on its way
    ::epoll_ctl(poll_.get(), EPOLL_CTL_MOD, viewer.socket(), &event);
  }

  [[nodiscard]] nlohmann::json summary() const {
    std::vector<double> first;
    std::vector<double> bytes;
    std::size_t lost = 0;
    unsigned stalls = 0;
    Clock::duration gap{};
    std::string why;
    for (const auto& viewer : viewers_) {
      if (viewer->has_media()) first.push_back(seconds(viewer->to_first_byte()) * 1000);
      bytes.push_back(static_cast<double>(viewer->bytes()));
      stalls += viewer->stalls();
      gap = std::max(gap, viewer->longest_gap());
      if (!viewer->lost()) continue;
      ++lost;
      why = viewer->why();
    }
    double sum = 0;
    for (const auto value : bytes)
      sum += value;
    return {{"viewers", viewers_.size()},
            {"lost", lost},
            {"why", why},
            {"stalls", stalls},
            {"longest_gap_ms", seconds(gap) * 1000},
            {"ttfb_ms", quantile(first, 0.5)},
            {"ttfb_p99_ms", quantile(first, 0.99)},
            {"bytes", sum},
            {"bytes_min", quantile(bytes, 0)},
            {"bytes_median", quantile(bytes, 0.5)}};
  }

  const Plan& plan_;
  live::Fd poll_;
  std::vector<std::uint8_t> scratch_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
};

Plan read_plan(char** argv, int argc) {
  Plan plan;
  const std::string kind = argv[1];
  if (kind != "http" && kind != "ws")
    live::fail(live::Exit::usage, "'{}' is neither http nor ws", kind);
  plan.target = fanout::make_target(argv[2], static_cast<std::uint16_t>(std::atoi(argv[3])),
                                    argv[4], kind == "ws");
  plan.viewers = static_cast<std::size_t>(std::atoi(argv[5]));
  plan.window = std::chrono::seconds{std::atoi(argv[6])};
  plan.per_second = std::atof(argv[7]);
  for (int i = 8; i < argc; ++i)
    plan.servers.push_back(std::atoi(argv[i]));
  if (plan.viewers == 0 || plan.window <= 0s || plan.per_second <= 0)
    live::fail(live::Exit::usage, "VIEWERS, SECONDS and PER_SECOND must be over 0");
  return plan;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 9) {
    std::fputs(usage, stderr);
    return static_cast<int>(live::Exit::usage);
  }
  try {
    const auto plan = read_plan(argv, argc);
    fanout::allow_sockets(plan.viewers);
    std::puts(Crowd{plan}.run().dump().c_str());
  } catch (const live::Failure& failure) {
    std::fprintf(stderr, "fanout_load: %s\n", failure.what());
    return static_cast<int>(failure.exit());
  }
}
