// What waits for the reader of a pipeline: media in groups that each begin with a start (a key frame), and the headers in
// front of them.  Pure.
//
// Above its limit the oldest whole groups that have not been begun go, then the newest; one whose beginning was written
// keeps what is queued of it and loses what comes.  So the reader gets whole pieces only, each group from its start
// without a hole, and the headers that belong to it.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/gather.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <span>

#include <sys/uio.h>

namespace live::ingest {

class PipelineQueue {
 public:
  struct Counts {
    std::uint64_t bytes = 0;  ///< written
    std::uint64_t dropped_gops = 0, dropped_bytes = 0;
    std::size_t queued = 0;  ///< bytes
  };

  explicit PipelineQueue(std::size_t limit_bytes) : limit_(limit_bytes) {}

  /// What stands before the next start.  A reader that has had other headers gets `change` instead, where it is given.
  void header(std::shared_ptr<const Buffer> header, std::shared_ptr<const Buffer> change);
  /// What comes before the first start is dropped, uncounted.
  void push(Gather media, bool start);
  /// Counted and dropped: nobody reads.
  void refuse(const Gather& media, bool start);

  [[nodiscard]] bool empty() const { return items_.empty(); }
  /// The bytes to be written next, in at most into.size() pieces: how many.  Valid until the next call.  REQUIRES: not
  /// empty, into not empty.
  [[nodiscard]] std::size_t peek(std::span<iovec> into) const;
  /// The first `bytes` of them were written.
  void wrote(std::size_t bytes);

  /// Another reader: it begins at the next start that has not been begun, with headers.
  void begin_anew();
  /// What waits is dropped.
  void clear();

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct Headers {
    std::shared_ptr<const Buffer> whole, change;
  };
  struct Item {
    Gather media;
    std::shared_ptr<const Headers> headers;  ///< in force at a start; else null
    [[nodiscard]] bool start() const { return headers != nullptr; }
    [[nodiscard]] std::size_t cost() const;
  };
  /// The header to be written in front of `item` to a reader that was given `had` last; may be null.
  static const Buffer* in_front(const Item& item, const Headers* had);
  void make_room_for(const Item& item);
  enum class Dropped { none, older, newest };
  /// The oldest that has not been begun.
  Dropped drop_a_group();
  void drop(const Item& item);

  std::size_t limit_, held_ = 0;  ///< held: with what the items themselves take
  std::deque<Item> items_;
  std::shared_ptr<const Headers> headers_;  ///< of the next start
  std::shared_ptr<const Headers> given_;    ///< that the reader has had
  std::size_t written_ = 0;                 ///< of the first item, header included
  bool skipping_ = true;                    ///< until the next start
  bool begun_ = false;                      ///< a start was pushed before
  Counts counts_;
};

}  // namespace live::ingest
