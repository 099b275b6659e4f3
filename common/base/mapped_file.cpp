#include "common/base/mapped_file.hpp"

#include "common/base/failure.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace live {
namespace {

/// What the signal's handler knows of a mapping; free where `begin` is 0.
struct Slot {
  std::atomic<std::uintptr_t> begin = 0, end = 0;
  std::atomic<bool> is_whole = true;
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);

std::array<Slot, MappedFile::most> slots;
struct sigaction before {};

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

/// Zeros from here on, where it is one of ours; else what would have been done without us.
void on_bus_error(int /*signal*/, siginfo_t* info, void* /*context*/) {
  const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (auto& slot : slots) {
    if (info->si_code <= 0) break;  // somebody has sent it
    const auto end = slot.end.load();
    if (at < slot.begin.load() || at >= end) continue;
    const auto page = at & ~(page_bytes() - 1);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it is where the fault was
    if (::mmap(reinterpret_cast<void*>(page), end - page, PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
      break;
    slot.is_whole = false;
    return;
  }
  ::sigaction(SIGBUS, &before, nullptr);  // the instruction is tried again
}

void catch_bus_errors() {
  static std::once_flag once;
  std::call_once(once, [] {
    static_cast<void>(page_bytes());
    struct sigaction action {};
    action.sa_sigaction = &on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigaction(SIGBUS, &action, &before);
  });
}

/// A free one that is nobody else's from now on; `most`: there is none.
std::size_t take_slot(std::uintptr_t begin, std::size_t size) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    std::uintptr_t nobody = 0;
    if (!slots[i].begin.compare_exchange_strong(nobody, begin)) continue;
    slots[i].is_whole = true;
    slots[i].end = begin + size;
    return i;
  }
  return MappedFile::most;
}

/// Where the file system maps nothing: a copy.  As mmap(2).
void* read_instead(int fd, std::uint64_t offset, std::size_t wanted) {
  void* base = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (std::size_t done = 0; base != MAP_FAILED && done < wanted;) {
    const auto n = ::pread(fd, static_cast<std::uint8_t*>(base) + done, wanted - done,
                           static_cast<off_t>(offset + done));
    if (n > 0) done += static_cast<std::size_t>(n);
    if (n > 0) continue;
    if (n == 0) errno = ENODATA;
    ::munmap(base, wanted);
    base = MAP_FAILED;
  }
  return base;
}

}  // namespace

MappedFile::MappedFile(int fd, std::uint64_t offset, std::uint64_t length) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) fail(Exit::no_input, "read it: {}", errno_text());
  if (static_cast<std::uint64_t>(found.st_size) < offset + length)
    fail(Exit::no_input, "read it: it has become shorter");
  if (length == 0) return;
  catch_bus_errors();
  const auto lead = offset % page_bytes();
  const auto wanted = static_cast<std::size_t>(length + lead);
  void* base =
      ::mmap(nullptr, wanted, PROT_READ, MAP_PRIVATE, fd, static_cast<off_t>(offset - lead));
  if (base == MAP_FAILED && errno == ENODEV) base = read_instead(fd, offset - lead, wanted);
  if (base == MAP_FAILED) fail(Exit::no_input, "map it: {}", errno_text());
  const auto pages = (wanted + page_bytes() - 1) / page_bytes() * page_bytes();
  slot_ = take_slot(reinterpret_cast<std::uintptr_t>(base), pages);
  if (slot_ == most) {
    ::munmap(base, wanted);
    fail(Exit::no_input, "map it: {} files are mapped already", most);
  }
  base_ = base;
  mapped_ = wanted;
  bytes_ = {static_cast<const std::uint8_t*>(base) + lead, static_cast<std::size_t>(length)};
  ::madvise(base, wanted, MADV_WILLNEED);
}

MappedFile::~MappedFile() {
  if (base_ == nullptr) return;
  ::munmap(base_, mapped_);
  slots[slot_].end = 0;
  slots[slot_].begin = 0;
}

bool MappedFile::is_whole() const { return base_ == nullptr || slots[slot_].is_whole; }

}  // namespace live
