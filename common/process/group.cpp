#include "common/process/group.hpp"

#include <cerrno>

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace live::process {
namespace {

// Not in Debian 12's headers.
constexpr unsigned signal_process_group = 1U << 2U;  // PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9

}  // namespace

void Group::wait_for_adopted() const {
  siginfo_t info{};
  while (::waitid(P_PGID, static_cast<id_t>(leader_), &info, WEXITED | WNOHANG) == 0 &&
         info.si_pid != 0)
    info = {};
}

Group::Group(pid_t leader, bool use_pidfd) : leader_(leader) {
  if (use_pidfd) pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, leader, 0)));
}

bool Group::signal(int number) {
  if (empty_) return false;
  if (reaped_) wait_for_adopted();
  long result = -1;
  int error = ENOSYS;
  if (pidfd_) {
    result = ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, signal_process_group);
    error = errno;
  }
  // EINVAL: before 6.9.  EPERM: a filter of system calls, or really so; kill() knows.
  if (result != 0 && (error == EINVAL || error == ENOSYS || error == EPERM)) {
    result = ::kill(-leader_, number);
    error = errno;
  }
  if (result == 0 || error == EPERM) return true;
  empty_ = reaped_;
  return false;
}

}  // namespace live::process
