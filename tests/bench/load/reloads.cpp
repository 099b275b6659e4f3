// load_reloads: viewers whose playlist reloads are blocked, and the writer of the parts that they wait for.  Each round adds
// a part to every rendition and takes the time from then to the end of each answer.  Prints one JSON object; what a blocked
// request costs the server in memory comes from /proc.
#include "common/base/failure.hpp"
#include "tests/bench/fanout/process.hpp"
#include "tests/bench/load/connection.hpp"
#include "tests/bench/load/playlist_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

using load::Clock;
using load::seconds;
using namespace std::chrono_literals;

constexpr auto usage =
    "usage: load_reloads ADDRESS PORT ROOT REQUESTS ROUNDS SERVER_PID\n"
    "ROOT is the folder that the server at PORT serves; ROOT/film is written\n";

constexpr std::array renditions{"360p", "480p", "720p"};
constexpr std::uint64_t whole_at_first = 20;  // segments
constexpr auto settle = 300ms;  // from the last request until the part comes: all are blocked
constexpr auto patience = 5s;   // for the answers of a round

struct Plan {
  sockaddr_in address{};
  std::filesystem::path root;
  std::size_t requests = 0;
  unsigned rounds = 0;
  pid_t server = 0;
};

class Bench {
 public:
  explicit Bench(const Plan& plan) : plan_(plan) {
    for (const auto* name : renditions)
      writers_.emplace_back(plan.root / "film" / name, whole_at_first);
  }

  nlohmann::json run() {
    load_once();
    const auto alone = fanout::usage_of({plan_.server}).anon_bytes;
    load::Crowd crowd{plan_.address, plan_.requests};
    std::int64_t most = 0;
    double cpu = 0;
    for (unsigned round = 0; round < plan_.rounds; ++round) {
      ask(crowd);
      std::this_thread::sleep_for(settle);
      const auto before = fanout::usage_of({plan_.server});
      most = std::max(most, before.anon_bytes - alone);
      release(crowd);
      cpu += fanout::usage_of({plan_.server}).cpu_seconds - before.cpu_seconds;
    }
    const auto answers = static_cast<double>(times_.size());
    return {
        {"requests", plan_.requests},
        {"answers", times_.size()},
        {"failed", failed_},
        {"median_ms", load::quantile(times_, 0.5)},
        {"p99_ms", load::quantile(times_, 0.99)},
        {"most_ms", load::quantile(times_, 1)},
        {"us_per_answer", cpu * 1e6 / std::max(answers, 1.0)},
        {"kb_per_request", static_cast<double>(most) / 1024 / static_cast<double>(plan_.requests)}};
  }

 private:
  static std::string request(std::size_t rendition, const std::string& query) {
    return fmt::format(
        "GET /film/{}/index.m3u8?{} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) load\r\nAccept: */*\r\n"
        "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\n"
        "Referer: http://127.0.0.1/film/\r\n\r\n",
        renditions[rendition], query);
  }

  /// What the server holds for itself is there before memory counts.
  void load_once() {
    load::Crowd few{plan_.address, renditions.size()};
    std::size_t answers = 0;
    for (std::size_t i = 0; i < renditions.size(); ++i)
      few.connections[i]->ask(request(i, ""));
    few.serve(
        Clock::now() + patience, [&answers](std::size_t) { ++answers; },
        [&answers] { return answers == renditions.size(); });
  }

  void ask(load::Crowd& crowd) {
    for (std::size_t i = 0; i < plan_.requests; ++i) {
      const auto rendition = i % renditions.size();
      crowd.connections[i]->ask(request(rendition, writers_[rendition].next()));
    }
  }

  /// The parts are written beside, so that no answer waits for another rendition's file before it is read.
  void release(load::Crowd& crowd) {
    struct Came {
      std::size_t rendition;
      Clock::time_point at;
    };
    std::vector<Came> answers;
    answers.reserve(plan_.requests);
    std::array<Clock::time_point, renditions.size()> there;
    std::thread writing{[this, &there] {
      for (std::size_t i = 0; i < renditions.size(); ++i)
        there[i] = writers_[i].add_part();
    }};
    const auto answered = [&](std::size_t i) {
      if (crowd.connections[i]->status() != 200) ++failed_;
      answers.push_back({i % renditions.size(), Clock::now()});
    };
    crowd.serve(Clock::now() + patience, answered,
                [&] { return answers.size() == plan_.requests; });
    writing.join();
    for (const auto& one : answers)
      times_.push_back(seconds(one.at - there[one.rendition]) * 1000);
    failed_ += plan_.requests - answers.size();
  }

  const Plan& plan_;
  std::vector<load::PlaylistWriter> writers_;
  std::vector<double> times_;  ///< of all answers, ms
  std::size_t failed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fputs(usage, stderr);
    return static_cast<int>(live::Exit::usage);
  }
  try {
    Plan plan;
    plan.address = load::address_of(argv[1], static_cast<std::uint16_t>(std::atoi(argv[2])));
    plan.root = argv[3];
    plan.requests = std::strtoull(argv[4], nullptr, 10);
    plan.rounds = static_cast<unsigned>(std::atoi(argv[5]));
    plan.server = std::atoi(argv[6]);
    if (plan.requests == 0 || plan.rounds == 0)
      live::fail(live::Exit::usage, "REQUESTS and ROUNDS must be over 0");
    fanout::allow_sockets(plan.requests);
    std::puts(Bench{plan}.run().dump().c_str());
  } catch (const live::Failure& failure) {
    std::fprintf(stderr, "load_reloads: %s\n", failure.what());
    return static_cast<int>(failure.exit());
  }
}
