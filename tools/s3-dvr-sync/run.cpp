#include "tools/s3-dvr-sync/run.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/cli/runtime.hpp"
#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"
#include "tools/s3-dvr-sync/options.hpp"
#include "tools/s3-dvr-sync/sync.hpp"

#include <chrono>
#include <cstdio>
#include <exception>

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

namespace s3_dvr_sync {
namespace {

using namespace std::chrono_literals;

constexpr auto tell_interval = 30s;  // of JSON lines

live::WallClock wall() { return std::chrono::system_clock::now(); }

/// Buffers of a request come and go a thousand times a minute: their pages are kept, and not asked for again.
void keep_buffers() {
  constexpr int largest = 1 << 20, spare = 4 << 20;
  ::mallopt(M_MMAP_THRESHOLD, largest);
  ::mallopt(M_TRIM_THRESHOLD, spare);
}

void print(const std::string& lines) {
  std::fwrite(lines.data(), 1, lines.size(), stdout);
  std::fflush(stdout);
}

/// On a terminal there is the live line instead.
bool tells_json() { return ::isatty(STDOUT_FILENO) == 0 && ::isatty(STDERR_FILENO) == 0; }

live::awaitable<void> tell(Sync& sync) {
  for (;;) {
    co_await live::net::pause(tell_interval);
    print(progress_json(sync.numbers(), wall(), false) + '\n');
  }
}

live::awaitable<void> work(Sync& sync, const Options& options, live::cli::Runtime& runtime,
                           std::exception_ptr& escaped, bool& ended) {
  try {
    const auto on_ready = [&runtime] { runtime.ready("watching"); };
    if (options.watch) co_await sync.stay(on_ready);
    if (!options.watch) co_await sync.once();
    ended = true;
  } catch (...) {
    escaped = std::current_exception();
  }
  runtime.stop();
}

std::string shortcomings(const Numbers& n) {
  std::string out;
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, what);
  };
  add(n.backlog.files, "objects are left");
  add(n.backlog.playlists, "playlists are left");
  add(n.backlog.unfit, "files or folders cannot be uploaded");
  add(n.missing, "are neither in the bucket nor here");
  add(n.unsynced, "were deleted before they were uploaded");
  return out.empty() ? "it was stopped" : out;
}

/// Nothing when all is there.
void report(Sync& sync, bool ended) {
  const auto numbers = sync.numbers();
  const auto& left = numbers.backlog;
  live::log::info("{} objects uploaded, {} bytes; {} left", numbers.objects, numbers.bytes,
                  left.files + left.playlists);
  if (left.growing > 0)
    live::log::info("{} recordings are still written, or were until just now", left.growing);
  if (left.unfit > 0)
    live::log::warn("{} files or folders cannot be uploaded, as was said", left.unfit);
  if (!ended || left.files + left.playlists + left.unfit + numbers.missing + numbers.unsynced > 0)
    live::fail(live::Exit::try_again, "upload all: {}", shortcomings(numbers));
}

}  // namespace

void run(const Options& options, live::cli::Runtime& runtime) {
  keep_buffers();
  Sync sync{options, runtime.io()};
  if (options.dry_run) return print(sync.plan());
  runtime.status_line([&] { return progress_line(sync.numbers(), wall()); });
  runtime.on_metrics(
      [&](live::MetricsText& out) { progress_metrics(sync.numbers(), wall(), out); });
  runtime.on_health(
      [&] { return sync.trouble().empty() ? std::string{"ok"} : "degraded: " + sync.trouble(); });
  runtime.on_reload([&] { sync.reload(); });
  std::exception_ptr escaped;
  bool ended = false;
  if (tells_json()) live::net::spawn(runtime.io(), "tell", tell(sync));
  live::net::spawn(runtime.io(), "sync", work(sync, options, runtime, escaped, ended));
  if (!options.watch) runtime.ready("uploading");
  runtime.run();
  if (!options.watch && tells_json()) print(progress_json(sync.numbers(), wall(), true) + '\n');
  if (escaped) std::rethrow_exception(escaped);
  if (!options.watch) report(sync, ended);
}

}  // namespace s3_dvr_sync
