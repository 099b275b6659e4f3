#include "tests/bench/fanout/process.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace fanout {
namespace {

double seconds(std::uint64_t ticks) {
  return static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string read_all(const std::string& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) live::fail(live::Exit::unavailable, "read {}: the process is gone", path);
  return text.str();
}

// Fields 14 and 15; the second field is a name in parentheses that may hold anything.
double cpu_seconds(const std::string& folder) {
  const auto text = read_all(folder + "/stat");
  std::istringstream fields{text.substr(text.rfind(')') + 1)};
  std::string skipped;
  for (int field = 3; field < 14; ++field)
    fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  return seconds(user + system);
}

std::int64_t anon_bytes(const std::string& folder) {
  const auto text = read_all(folder + "/status");
  const auto at = text.find("RssAnon:");
  if (at == std::string::npos)
    live::fail(live::Exit::unavailable, "read {}/status: no RssAnon", folder);
  return std::stoll(text.substr(at + 8)) * 1024;
}

}  // namespace

Usage usage_of(const std::vector<pid_t>& processes) {
  Usage sum;
  for (const auto process : processes) {
    const auto folder = fmt::format("/proc/{}", process);
    sum.cpu_seconds += cpu_seconds(folder);
    sum.anon_bytes += anon_bytes(folder);
  }
  return sum;
}

double idle_seconds() {
  std::ifstream file{"/proc/stat"};
  std::string word;
  std::uint64_t user = 0;
  std::uint64_t nice = 0;
  std::uint64_t system = 0;
  std::uint64_t idle = 0;
  file >> word >> user >> nice >> system >> idle;
  return seconds(idle);
}

double own_cpu_seconds() {
  rusage self{};
  ::getrusage(RUSAGE_SELF, &self);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return of(self.ru_utime) + of(self.ru_stime);
}

void allow_sockets(std::size_t count) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::max<rlim_t>(files.rlim_cur, std::min<rlim_t>(count + 64, files.rlim_max));
  ::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace fanout
