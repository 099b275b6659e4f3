// What one sendmsg(2) carries for one viewer: a few fragments in the viewer's transport.  Their payloads are
// pointed at where they are shared; what differs per viewer is written to one buffer that all viewers use in
// turn, because whatever the kernel does not take at once is made again the next time.
//
//   /S.mp4, HTTP/1.1:  [length in hex CRLF, moof of this viewer][payload][CRLF]
//   /S.mp4, HTTP/1.0:  [moof of this viewer][payload]
//   /S.ws:             [frame header][fragment]
#pragma once

#include "common/live/fragment.hpp"
#include "common/live/ring.hpp"
#include "common/live/time_line.hpp"

#include <array>
#include <cstdint>
#include <span>

#include <sys/uio.h>

namespace fmp4_httpd {

enum class Transport : std::uint8_t { chunked, plain, web_socket };

class Batch {
 public:
  static constexpr std::size_t max_items = 32;

  Batch() : scratch_(scratch_bytes) {}

  void clear();
  /// Bytes that stay where they are until the batch was sent.
  void add_bytes(live::Bytes bytes);
  /// A fragment as `line` and `number` (from 1, for mfhd) make it for this viewer; only /S.mp4 uses
  /// them.  `sequence` is kept beside it.  REQUIRES: has_room_for(fragment).
  void add(const live::Fragment& fragment, live::Sequence sequence, Transport transport,
           const live::TimeLine& line, std::uint32_t number);
  [[nodiscard]] bool has_room_for(const live::Fragment& fragment) const;

  [[nodiscard]] bool empty() const { return item_count_ == 0; }
  [[nodiscard]] std::size_t items() const { return item_count_; }
  /// Bytes on the wire of item `i`, in the order in which they were added.
  [[nodiscard]] std::size_t size_of(std::size_t i) const { return items_[i].size; }
  [[nodiscard]] live::Sequence sequence_of(std::size_t i) const { return items_[i].sequence; }

  /// All pieces but for the first `sent` bytes, which the viewer has got already.
  std::span<const iovec> pieces(std::size_t sent);

 private:
  static constexpr std::size_t scratch_bytes = std::size_t{64} << 10U;
  static constexpr std::size_t max_framing = 20;  ///< chunk length, or frame header

  struct Item {
    std::size_t size;
    live::Sequence sequence;
  };

  std::uint8_t* reserve(std::size_t bytes);
  void point_at(const void* bytes, std::size_t size);
  void add_chunk(const live::Fragment& fragment, const live::TimeLine& line, std::uint32_t number,
                 bool framed);
  void add_message(const live::Fragment& fragment);

  live::Buffer scratch_;
  std::size_t used_ = 0;  ///< of scratch_
  std::array<iovec, max_items * 3> pieces_{};
  std::size_t count_ = 0;
  std::array<Item, max_items> items_{};
  std::size_t item_count_ = 0;
};

}  // namespace fmp4_httpd
