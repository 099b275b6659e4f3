// Cuts an endless byte stream of live fMP4 into init segments and whole fragments.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/mp4/fragment.hpp"
#include "common/mp4/init.hpp"

namespace live::mp4 {

/// A new epoch: ftyp moov.
struct InitItem {
  Buffer bytes;
  Init init;
};
/// [styp, prft, emsg, sidx ...] moof mdat.  Boxes that are neither (free, mfra ...) are dropped.
struct FragmentItem {
  Buffer bytes;     ///< sized exactly; moved out to whoever shares it
  Fragment parsed;
};
using Item = std::variant<InitItem, FragmentItem>;

struct StreamLimits {
  std::uint64_t init_bytes = 1U << 20U;       ///< 1 MiB: ftyp + moov
  std::uint64_t moof_bytes = 4U << 20U;       ///< 4 MiB: all before mdat
  std::uint64_t fragment_bytes = 64U << 20U;  ///< 64 MiB: whole fragment; a GOP of 4K is 20 MB
};

/// Sans I/O.  After Malformed the reader stays in that state; make a new one for the next writer.
class StreamReader {
 public:
  explicit StreamReader(StreamLimits limits = {}) : limits_(limits) {}

  /// Takes all of `in` and appends what is complete to `items`.  Nothing, or why this is no live fMP4:
  /// Malformed::at counts from the start of the stream; `why` says what the bytes look like when they are
  /// not MP4 at all (see looks_like()).
  std::optional<Malformed> feed(Bytes in, std::vector<Item>& items);

  /// True when the stream stands between two items: an end here loses nothing.
  [[nodiscard]] bool at_boundary() const;
  [[nodiscard]] bool has_init() const { return init_.has_value(); }

 private:
  struct State;
  StreamLimits limits_;
  std::optional<Init> init_;
  std::optional<Malformed> broken_;
  Buffer pending_;              ///< the item that is being collected
  std::uint64_t consumed_ = 0;  ///< bytes of the stream before `pending_`
  // the author of this class may add what the state machine needs
};

/// What foreign bytes look like, by their first 16 or so: "FLV", "MPEG-TS", "Matroska/WebM", "Ogg", "RIFF",
/// "raw H.264 (Annex B)", "ADTS AAC", "JPEG", "HLS playlist", "text", "plain MP4" ... or "unknown data".
std::string looks_like(Bytes head);

}  // namespace live::mp4
