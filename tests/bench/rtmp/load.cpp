// rtmp_load: publishers and players in one thread.  They come at a limited rate; when all have begun and some seconds have
// passed a window of SECONDS is measured, then all leave.  Prints one JSON object; what the server and its children used
// comes from /proc.
#include "common/base/failure.hpp"
#include "tests/bench/fanout/process.hpp"
#include "tests/bench/rtmp/roles.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include <linux/sockios.h>
#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <sys/ioctl.h>

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using rtmp_bench::Client;
using rtmp_bench::Clock;
using rtmp_bench::Flood;
using rtmp_bench::Player;
using rtmp_bench::Publisher;

constexpr auto usage =
    "usage: rtmp_load publish|play|flood ADDRESS PORT FLV COUNT SECONDS CHUNK_BYTES SERVER_PID\n"
    "  publish  COUNT publishers       play  COUNT players of one publisher\n"
    "  flood    COUNT megabytes of one publisher, as fast as they go\n";
constexpr auto beginning_deadline = 20s;
constexpr auto arrival = 10ms;          ///< between clients
constexpr auto phases = 2s;             ///< publishers begin anywhere in a GOP
constexpr auto settling = 3s;           ///< from the last beginning to the window
constexpr std::uint32_t frame_ms = 34;  ///< the longest step of 30 frames a second

struct Plan {
  std::string mode;
  rtmp_bench::Target target;
  std::size_t count = 0;
  std::chrono::seconds window{};
  pid_t server = 0;
};

double seconds(Clock::duration d) { return std::chrono::duration<double>(d).count(); }

/// The processes whose parent is `process`.
std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
    const int pid = std::atoi(entry.path().filename().c_str());
    std::ifstream file{entry.path() / "stat"};
    std::string text;
    if (pid == 0 || !std::getline(file, text)) continue;
    pid_t parent = 0;
    if (std::sscanf(text.c_str() + text.rfind(')') + 1, " %*c %d", &parent) == 1 &&
        parent == process)
      children.push_back(pid);
  }
  return children;
}

/// Bytes that a process has read so far (proc(5), io).
std::uint64_t read_by(pid_t process) {
  std::ifstream file{fmt::format("/proc/{}/io", process)};
  std::string word;
  std::uint64_t bytes = 0;
  file >> word >> bytes;
  return bytes;
}

/// What server and children have used so far.
struct Measure {
  Clock::time_point at;
  fanout::Usage server, children;
  std::uint64_t read_by_children = 0;
  double own = 0, idle = 0;
};
Measure measure(pid_t server) {
  Measure m;
  const auto children = children_of(server);
  m.at = Clock::now();
  m.server = fanout::usage_of({server});
  m.children = fanout::usage_of(children);
  for (const pid_t child : children)
    m.read_by_children += read_by(child);
  m.own = fanout::own_cpu_seconds();
  m.idle = fanout::idle_seconds();
  return m;
}

json difference(const Measure& before, const Measure& after) {
  return {{"seconds", seconds(after.at - before.at)},
          {"server_cpu_s", after.server.cpu_seconds - before.server.cpu_seconds},
          {"children_cpu_s", after.children.cpu_seconds - before.children.cpu_seconds},
          {"children_bytes", after.read_by_children - before.read_by_children},
          {"anon_mb", static_cast<double>(after.server.anon_bytes) / 1048576},
          {"load_cpu_s", after.own - before.own},
          {"idle_cpu_s", after.idle - before.idle}};
}

class Load {
 public:
  Load() : poll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(256 * 1024) {}

  template <class T>
  T& add(std::unique_ptr<T> client) {
    T& added = *client;
    seats_.push_back(std::make_unique<Seat>());
    Seat& seat = *seats_.back();
    if constexpr (std::is_same_v<T, Publisher>) seat.publisher = &added;
    seat.client = std::move(client);
    if (added.lost()) return added;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &seat;
    ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, added.socket(), &event);
    return added;
  }

  void serve_until(Clock::time_point until, const std::function<bool()>& enough = {}) {
    std::array<epoll_event, 256> events;
    while (!enough || !enough()) {
      publish();
      auto next = until;
      if (!due_.empty()) next = std::min(next, due_.top().at);
      const auto now = Clock::now();
      if (until <= now) return;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
      const auto count = ::epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()),
                                      static_cast<int>(std::max<std::int64_t>(left, 0)));
      for (int i = 0; i < count; ++i)
        serve(*static_cast<Seat*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
  }

  /// Until all have begun, or will not.
  void wait_for_beginnings() {
    serve_until(Clock::now() + beginning_deadline, [this] {
      return std::all_of(seats_.begin(), seats_.end(), [](const auto& seat) {
        return seat->client->begun() || seat->client->lost();
      });
    });
  }

  void count_lateness() { late_.assign(late_.size(), 0); }
  /// How late messages were sent, in ms, in all but one of a hundred cases.
  [[nodiscard]] std::size_t lateness() const {
    std::size_t sum = 0;
    for (const auto count : late_)
      sum += count;
    std::size_t ms = late_.size() - 1;
    for (std::size_t above = late_[ms]; ms > 0 && above <= sum / 100; above += late_[ms])
      --ms;
    return ms;
  }

  void tell_lost(json& report) const {
    std::size_t lost = 0;
    for (const auto& seat : seats_) {
      if (seat->client->begun() && !seat->client->lost()) continue;
      ++lost;
      report["why"] = seat->client->lost() ? seat->client->why() : "it did not begin";
    }
    report["lost"] = lost;
  }

 private:
  struct Seat {
    std::unique_ptr<Client> client;
    Publisher* publisher = nullptr;
    bool scheduled = false;
  };
  struct Due {
    Clock::time_point at;
    Seat* seat;
    bool operator<(const Due& other) const { return other.at < at; }
  };

  void serve(Seat& seat) {
    seat.client->advance(scratch_, Clock::now());
    if (!seat.scheduled) schedule(seat);
  }

  void schedule(Seat& seat) {
    const auto due = seat.publisher == nullptr ? std::nullopt : seat.publisher->due();
    seat.scheduled = due.has_value();
    if (due) due_.push({*due, &seat});
  }

  void publish() {
    const auto now = Clock::now();
    while (!due_.empty() && due_.top().at <= now) {
      const Due due = due_.top();
      due_.pop();
      const auto late = std::chrono::duration_cast<std::chrono::milliseconds>(now - due.at).count();
      ++late_[std::min(late_.size() - 1, static_cast<std::size_t>(late))];
      due.seat->publisher->publish(now);
      schedule(*due.seat);
    }
  }

  live::Fd poll_;
  std::vector<std::uint8_t> scratch_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::priority_queue<Due> due_;
  std::vector<std::size_t> late_ = std::vector<std::size_t>(5000);
};

/// Any number of different parts of a GOP.
Clock::duration phase(std::size_t number) {
  const double part = static_cast<double>(number) * 0.618034;
  return std::chrono::duration_cast<Clock::duration>(
      (part - static_cast<double>(std::size_t(part))) * phases);
}

double per_client_kb(const Measure& empty, const Measure& full, std::size_t count) {
  return static_cast<double>(full.server.anon_bytes - empty.server.anon_bytes) / 1024 /
         static_cast<double>(count);
}

json run_publishers(const Plan& plan, const rtmp_bench::Wire& wire) {
  const auto empty = measure(plan.server);
  Load load;
  std::vector<Publisher*> publishers;
  for (std::size_t i = 0; i < plan.count; ++i) {
    publishers.push_back(
        &load.add(std::make_unique<Publisher>(plan.target, fmt::format("s{}", i), wire, phase(i))));
    load.serve_until(Clock::now() + arrival);
  }
  const auto sent = [&] {
    std::uint64_t bytes = 0;
    for (const auto* publisher : publishers)
      bytes += publisher->bytes();
    return bytes;
  };
  load.wait_for_beginnings();
  load.serve_until(Clock::now() + phases + settling);
  load.count_lateness();
  const auto bytes_before = sent();
  const auto before = measure(plan.server);
  load.serve_until(Clock::now() + plan.window);
  const auto bytes = sent() - bytes_before;
  const auto after = measure(plan.server);
  json report = difference(before, after);
  report["bytes"] = bytes;
  report["kb_each"] = per_client_kb(empty, after, plan.count);
  report["late_ms"] = load.lateness();
  load.tell_lost(report);
  return report;
}

json run_players(const Plan& plan, const rtmp_bench::Wire& wire) {
  Load load;
  load.add(std::make_unique<Publisher>(plan.target, "s", wire, 0s));
  load.serve_until(Clock::now() + phases + settling);
  const auto empty = measure(plan.server);
  std::vector<Player*> players;
  for (std::size_t i = 0; i < plan.count; ++i) {
    players.push_back(&load.add(std::make_unique<Player>(plan.target, "s", frame_ms)));
    load.serve_until(Clock::now() + arrival);
  }
  load.wait_for_beginnings();
  load.serve_until(Clock::now() + settling);
  load.count_lateness();
  for (auto* player : players)
    player->begin_window(Clock::now());
  const auto before = measure(plan.server);
  load.serve_until(Clock::now() + plan.window);
  const auto after = measure(plan.server);

  json report = difference(before, after);
  std::uint64_t bytes = 0, least = UINT64_MAX;
  unsigned holes = 0;
  Clock::duration gap{};
  for (auto* player : players) {
    player->end_window(after.at);
    bytes += player->bytes();
    least = std::min(least, player->bytes());
    holes += player->holes();
    gap = std::max(gap, player->longest_gap());
  }
  report["bytes"] = bytes;
  report["least_share"] = static_cast<double>(least * plan.count) / static_cast<double>(bytes);
  report["holes"] = holes;
  report["gap_ms"] = seconds(gap) * 1000;
  report["kb_each"] = per_client_kb(empty, after, plan.count);
  report["late_ms"] = load.lateness();
  load.tell_lost(report);
  return report;
}

json run_flood(const Plan& plan, const rtmp_bench::Recording& recording) {
  Load load;
  auto& flood = load.add(
      std::make_unique<Flood>(plan.target, "s", recording, std::uint64_t{plan.count} * 1'000'000));
  const auto before = measure(plan.server);
  load.serve_until(Clock::now() + plan.window, [&] { return flood.done() || flood.lost(); });
  const auto taken = [&] {
    int unsent = 0;
    return flood.lost() || ::ioctl(flood.socket(), SIOCOUTQ, &unsent) != 0 || unsent == 0;
  };
  load.serve_until(Clock::now() + 10s, taken);
  load.serve_until(Clock::now() + 100ms);
  json report = difference(before, measure(plan.server));
  report["bytes"] = flood.bytes();
  load.tell_lost(report);
  return report;
}

json run(const Plan& plan, const std::string& path) {
  const rtmp_bench::Recording recording{path};
  json report;
  if (plan.mode == "flood") {
    report = run_flood(plan, recording);
  } else {
    const auto wire = make_wire(recording, plan.target.chunk_bytes);
    report = plan.mode == "play" ? run_players(plan, wire) : run_publishers(plan, wire);
  }
  const double gigabytes = report["bytes"].get<double>() / 1e9;
  report["cpu_s_per_gb"] = report["server_cpu_s"].get<double>() / gigabytes;
  report["children_cpu_s_per_gb"] = report["children_cpu_s"].get<double>() / gigabytes;
  return report;
}

Plan read_plan(char** argv) {
  Plan plan;
  plan.mode = argv[1];
  if (plan.mode != "publish" && plan.mode != "play" && plan.mode != "flood")
    live::fail(live::Exit::usage, "'{}' is neither publish, play nor flood", plan.mode);
  plan.target = rtmp_bench::make_target(argv[2], static_cast<std::uint16_t>(std::atoi(argv[3])),
                                        static_cast<std::uint32_t>(std::atoi(argv[7])));
  plan.count = static_cast<std::size_t>(std::atoi(argv[5]));
  plan.window = std::chrono::seconds{std::atoi(argv[6])};
  plan.server = std::atoi(argv[8]);
  if (plan.count == 0 || plan.window <= 0s || plan.target.chunk_bytes == 0)
    live::fail(live::Exit::usage, "COUNT, SECONDS and CHUNK_BYTES must be over 0");
  return plan;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) {
    std::fputs(usage, stderr);
    return static_cast<int>(live::Exit::usage);
  }
  try {
    const auto plan = read_plan(argv);
    fanout::allow_sockets(plan.mode == "flood" ? 1 : plan.count);
    std::puts(run(plan, argv[4]).dump().c_str());
  } catch (const live::Failure& failure) {
    std::fprintf(stderr, "rtmp_load: %s\n", failure.what());
    return static_cast<int>(failure.exit());
  }
}
