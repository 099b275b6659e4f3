// Starting a program: posix_spawn(3), so that a large server is not copied.
#pragma once

#include "common/base/fd.hpp"
#include "common/process/child.hpp"

namespace live::process {

struct Launched {
  pid_t pid;
  Fd input;   ///< writing end of its standard input, non-blocking
  Fd errors;  ///< reading end of its standard error, non-blocking
};

/// Leads a group of its own; signals all at their defaults, none blocked; descriptors 0, 1 and 2 only.  All of ours are
/// close-on-exec.  Throws Failure: no_input when there is no such program or it cannot be run, try_again when the system
/// has no room for it.
Launched launch(const Command& command);

}  // namespace live::process
