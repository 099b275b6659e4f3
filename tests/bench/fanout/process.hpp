// What Linux tells of a process that is being measured (proc(5)).
#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace fanout {

struct Usage {
  double cpu_seconds = 0;       ///< user and system, all threads, since the process began
  std::int64_t anon_bytes = 0;  ///< RssAnon: memory of its own, without files and shared pages
};

/// The sum over processes.  Throws Failure(unavailable) when one is gone.
Usage usage_of(const std::vector<pid_t>& processes);

/// Seconds in which a core of this machine had nothing to do, summed over cores, since it began.
double idle_seconds();

}  // namespace fanout
