// A part of a file in memory without a copy of it, for who reads it twice: a page that is not there any more when it is read (the
// file was cut, the disk fails) is zeros, and the reader is told; mmap(2) alone ends the program with SIGBUS.
#pragma once

#include "common/base/bytes.hpp"

#include <cstddef>
#include <cstdint>

namespace live {

class MappedFile {
 public:
  static constexpr std::size_t most = 8192;  ///< that live at once

  /// `length` bytes from `offset` on; `fd` may be closed afterwards.  Throws Failure(no_input) when they are not there, or there
  /// are too many of these.
  MappedFile(int fd, std::uint64_t offset, std::uint64_t length);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// What others write to the file shows.  Not to be given to system calls: those fail where the page is not there.
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  /// False: something that was read was not there.
  [[nodiscard]] bool is_whole() const;

 private:
  void* base_ = nullptr;  ///< of the page in which they begin
  std::size_t mapped_ = 0;
  std::size_t slot_ = most;
  Bytes bytes_;
};

}  // namespace live
