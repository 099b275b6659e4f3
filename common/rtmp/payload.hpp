// The bytes of a message: stored once, shared by all that pass them on; and the blocks in which those of media lie.
#pragma once

#include "common/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace live::rtmp {

/// Bytes that do not change any more, and a share in what holds them: a buffer of their own, or a block in which they lie
/// beside others.  A contiguous range.
class Payload {
 public:
  Payload() = default;  ///< empty
  explicit Payload(Buffer whole);
  Payload(std::shared_ptr<const std::uint8_t[]> at, std::size_t size)
      : at_(std::move(at)), size_(size) {}
  /// In a buffer of its own.
  static Payload copy_of(Bytes bytes) { return Payload{Buffer(bytes.begin(), bytes.end())}; }

  [[nodiscard]] const std::uint8_t* data() const { return at_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const std::uint8_t* begin() const { return data(); }
  [[nodiscard]] const std::uint8_t* end() const { return data() + size_; }
  std::uint8_t operator[](std::size_t index) const {
    return at_[static_cast<std::ptrdiff_t>(index)];
  }

  /// `part` of it, in the same place.  REQUIRES: it lies within.
  [[nodiscard]] Payload within(Bytes part) const { return {{at_, part.data()}, part.size()}; }
  /// What keeps the bytes.
  [[nodiscard]] std::shared_ptr<const void> owner() const { return {at_, at_.get()}; }

 private:
  std::shared_ptr<const std::uint8_t[]> at_;
  std::size_t size_ = 0;
};

/// The same bytes, wherever they are.
bool operator==(const Payload& a, Bytes b);
bool operator==(const Payload& a, const Payload& b);

/// Places for the payloads of one peer, one behind the other in blocks.  A block is free again when nobody holds anything
/// in it.  One place is filled at a time, so that what is given up leaves no hole: all but a third of a block is used
/// before the next one is begun.
class Blocks {
 public:
  static constexpr std::size_t block_bytes = 48U << 10U;
  static constexpr std::size_t most_bytes = 16U << 10U;  ///< of one place

  Blocks() = default;
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;
  Blocks(Blocks&&) = default;
  Blocks& operator=(Blocks&&) = default;
  ~Blocks() = default;

  /// A place is being filled.
  [[nodiscard]] bool is_open() const { return open_; }
  /// Room for `size` bytes.  REQUIRES: no other place is open, size <= most_bytes.
  std::shared_ptr<std::uint8_t[]> open(std::size_t size);
  /// What comes from now on is likely to be kept longer than what came: it gets no room in a block that is half full, so
  /// that the block need not be kept for its sake.
  void part();
  /// The open place keeps its first `used` bytes.  REQUIRES: one is open.
  void close(std::size_t used);

 private:
  std::shared_ptr<std::uint8_t[]> block_;
  std::size_t used_ = 0;
  bool open_ = false;
};

}  // namespace live::rtmp
