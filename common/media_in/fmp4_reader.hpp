// Live fMP4 to items: bytes in, items out.  Stamps stay as they are (man 5 live-fmp4); a foreign stream whose time line
// begins before 10 s is moved there as a whole, and its ticks become ours.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/media_in/source.hpp"
#include "common/mp4/stream_reader.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace live::media_in {

class Fmp4Reader {
 public:
  /// Takes all of `in` and appends what it gives.  Nothing, or why this is no live fMP4, or has no track that can be used.
  std::optional<Malformed> feed(Bytes in, std::vector<Item>& items);
  /// False when the input ended inside a fragment.
  [[nodiscard]] bool finish() const { return reader_.at_boundary(); }

 private:
  struct Line {
    std::uint32_t id = 0, from = 0,
                  to = 0;  ///< ticks per second there and here; id 0: no such track
  };
  void fragment(const mp4::FragmentItem& item, std::vector<Item>& items);
  void begin(const mp4::Init& init);
  void announce(const std::vector<mp4::FragmentSample>& samples, std::vector<Item>& items);
  [[nodiscard]] std::int64_t here(const Line& line, std::int64_t ticks) const;

  [[nodiscard]] std::int64_t microseconds(const Unit& unit) const;

  mp4::StreamReader reader_;
  std::vector<mp4::Item> parsed_;
  std::optional<mp4::Init> init_;
  Line video_, audio_;
  bool announced_ = false;               ///< the Epoch of init_ was given
  std::optional<std::int64_t> shift_s_;  ///< seconds to be added to stamps
};

}  // namespace live::media_in
