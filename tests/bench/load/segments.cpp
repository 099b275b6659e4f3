// load_segments: many viewers of HLS segments in one thread, each of which asks for the next file once in a period, as a
// player does.  Prints one JSON object; what the server used in the window comes from /proc.
#include "common/base/failure.hpp"
#include "tests/bench/fanout/process.hpp"
#include "tests/bench/load/connection.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

using load::Clock;
using load::seconds;
using namespace std::chrono_literals;

constexpr auto usage =
    "usage: load_segments ADDRESS PORT FOLDER FIRST COUNT VIEWERS PERIOD_MS SECONDS SERVER_PID...\n"
    "files are FOLDER/NUMBER.m4s, COUNT of them from FIRST on\n";

struct Plan {
  sockaddr_in address{};
  std::string folder;
  std::uint64_t first = 0, files = 1;
  std::size_t viewers = 0;
  std::chrono::milliseconds period{};
  std::chrono::seconds window{};
  std::vector<pid_t> servers;
};

class Viewers {
 public:
  explicit Viewers(const Plan& plan)
      : plan_(plan), crowd_(plan.address, plan.viewers), next_(plan.viewers), turn_(plan.viewers) {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < plan.viewers; ++i) {
      next_[i] = now + plan.period * i / plan.viewers;  // spread over the period
      turn_[i] = i;
    }
  }

  /// One period to warm up, then the window.
  nlohmann::json run() {
    go_on(Clock::now() + plan_.period);
    times_.clear();
    late_ = failed_ = 0;
    const auto bytes = received();
    const auto begun = Clock::now();
    const auto before = fanout::usage_of(plan_.servers);
    const auto idle = fanout::idle_seconds();
    go_on(begun + plan_.window);
    const auto after = fanout::usage_of(plan_.servers);
    const auto gigabytes = static_cast<double>(received() - bytes) / 1e9;
    const auto cpu = after.cpu_seconds - before.cpu_seconds;
    const auto requests = times_.size();
    return {{"gb", gigabytes},
            {"requests", requests},
            {"cpu_s", cpu},
            {"cpu_s_per_gb", cpu / gigabytes},
            {"us_per_request", cpu * 1e6 / static_cast<double>(std::max<std::size_t>(requests, 1))},
            {"median_ms", load::quantile(times_, 0.5)},
            {"p99_ms", load::quantile(times_, 0.99)},
            {"late", late_},
            {"failed", failed_},
            {"anon_mb", static_cast<double>(after.anon_bytes) / 1048576},
            {"idle_cpu_s", fanout::idle_seconds() - idle}};
  }

 private:
  static constexpr auto step = 5ms;  ///< between looks at who is due

  void go_on(Clock::time_point until) {
    const auto answered = [this](std::size_t i) {
      const auto& connection = *crowd_.connections[i];
      times_.push_back(seconds(Clock::now() - connection.asked()) * 1000);
      if (connection.status() != 200) ++failed_;
    };
    while (Clock::now() < until) {
      ask_who_is_due();
      crowd_.serve(std::min(until, Clock::now() + step), answered);
    }
  }

  void ask_who_is_due() {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < plan_.viewers; ++i) {
      if (next_[i] > now) continue;
      next_[i] += plan_.period;
      auto& connection = *crowd_.connections[i];
      if (connection.busy() || connection.socket() < 0) {
        ++late_;
        continue;
      }
      connection.ask(
          fmt::format("GET {}/{}.m4s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\n"
                      "Accept: */*\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n",
                      plan_.folder, plan_.first + turn_[i]++ % plan_.files));
    }
  }

  [[nodiscard]] std::uint64_t received() const {
    std::uint64_t sum = 0;
    for (const auto& connection : crowd_.connections)
      sum += connection->bytes();
    return sum;
  }

  const Plan& plan_;
  load::Crowd crowd_;
  std::vector<Clock::time_point> next_;
  std::vector<std::uint64_t> turn_;
  std::vector<double> times_;
  std::uint64_t late_ = 0, failed_ = 0;
};

Plan read_plan(char** argv, int argc) {
  Plan plan;
  plan.address = load::address_of(argv[1], static_cast<std::uint16_t>(std::atoi(argv[2])));
  plan.folder = argv[3];
  plan.first = std::strtoull(argv[4], nullptr, 10);
  plan.files = std::strtoull(argv[5], nullptr, 10);
  plan.viewers = std::strtoull(argv[6], nullptr, 10);
  plan.period = std::chrono::milliseconds{std::atoi(argv[7])};
  plan.window = std::chrono::seconds{std::atoi(argv[8])};
  for (int i = 9; i < argc; ++i)
    plan.servers.push_back(std::atoi(argv[i]));
  if (plan.files == 0 || plan.viewers == 0 || plan.period <= 0ms || plan.window <= 0s)
    live::fail(live::Exit::usage, "COUNT, VIEWERS, PERIOD_MS and SECONDS must be over 0");
  return plan;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 10) {
    std::fputs(usage, stderr);
    return static_cast<int>(live::Exit::usage);
  }
  try {
    const auto plan = read_plan(argv, argc);
    fanout::allow_sockets(plan.viewers);
    std::puts(Viewers{plan}.run().dump().c_str());
  } catch (const live::Failure& failure) {
    std::fprintf(stderr, "load_segments: %s\n", failure.what());
    return static_cast<int>(failure.exit());
  }
}
