// A process group that a child of ours leads, as something to signal that is never somebody else's.
//
// A group's number is free for a stranger once its last member has gone and its leader has been waited for.  Where the
// kernel can signal the group of a pidfd (Linux 6.9, PIDFD_SIGNAL_PROCESS_GROUP) it cannot be mistaken.  Elsewhere
// kill(2) is used until the group has once been seen empty: the kernel gives a number again only after all the others
// (pid_max, 32768 and more) have had their turn, which takes far longer than the moments between two looks.
#pragma once

#include "common/base/fd.hpp"

#include <sys/types.h>

namespace live::process {

class Group {
 public:
  /// REQUIRES: `leader` is a child that has not been waited for.  `use_pidfd` false: as a kernel without them, for tests.
  explicit Group(pid_t leader, bool use_pidfd = true);

  [[nodiscard]] pid_t leader() const { return leader_; }
  /// Readable once the leader has exited; -1 where the kernel has none.
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }

  /// To all members (0: to none, only asks); false when there are none.  Members that may not be signalled count.
  bool signal(int number);
  /// Is there a member, were it a zombie that nobody waited for?
  [[nodiscard]] bool alive() { return signal(0); }
  /// The leader has been waited for: from now on the number is held by members only.
  void leader_reaped() { reaped_ = true; }

 private:
  /// Where we are process 1 (a container), what the leader leaves behind becomes ours: zombies of it would be members
  /// for ever.
  void wait_for_adopted() const;
  pid_t leader_;
  Fd pidfd_;
  bool reaped_ = false, empty_ = false;
};

}  // namespace live::process
