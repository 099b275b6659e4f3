// What Linux tells of a process that is being measured (proc(5)), and how many sockets it lets a load have.
#pragma once

#include <cstddef>
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

/// User and system, of this process.
double own_cpu_seconds();

/// Seconds in which a core of this machine had nothing to do, summed over cores, since it began.
double idle_seconds();

/// Lets this process have so many sockets open, as far as the hard limit goes.
void allow_sockets(std::size_t count);

}  // namespace fanout
