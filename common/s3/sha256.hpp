// SHA-256 (FIPS 180-4), of two inputs at once where that is faster: one alone leaves the processor's instructions for it waiting for
// each other's results half of the time.  Without such instructions (x86 SHA extensions) it is OpenSSL's.  Pure.
#pragma once

#include "common/base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace live::s3 {

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void add(Bytes bytes);
  /// `one.add(bytes_of_one)` and `other.add(bytes_of_other)`; two that are different.  The common length is what is faster.
  static void add_both(Sha256& one, Bytes bytes_of_one, Sha256& other, Bytes bytes_of_other);
  /// Hex, of all that was added; nothing can be added any more.
  std::string finish();

 private:
  static constexpr std::size_t block = 64;
  struct Openssl;

  /// So much of `bytes` that what was added is whole blocks again, if they have so much.
  Bytes fill(Bytes bytes);
  void hold(Bytes rest);

  /// As the instructions want it: f e b a h g d c.
  alignas(16) std::array<std::uint32_t, 8> state_;
  std::array<std::uint8_t, block> held_{};
  std::uint64_t size_ = 0;            ///< that was added
  std::unique_ptr<Openssl> openssl_;  ///< then the others mean nothing
};

}  // namespace live::s3
