// Cuts an endless byte stream of live fMP4 into init segments and whole fragments.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/mp4/box.hpp"
#include "common/mp4/fragment.hpp"
#include "common/mp4/init.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace live::mp4 {

/// A new epoch: ftyp moov.
struct InitItem {
  Buffer bytes;
  Init init;
};
/// [styp, prft, emsg, sidx ...] moof mdat.  Boxes that are neither (free, mfra ...) are dropped.
struct FragmentItem {
  Buffer bytes;  ///< sized exactly; moved out to whoever shares it
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

  /// Takes all of `in` and appends what is complete to `items`.  Nothing, or why this is no live
  /// fMP4: Malformed::at counts from the start of the stream; `why` says what the bytes look like
  /// when they are not MP4 at all (see looks_like()).
  std::optional<Malformed> feed(Bytes in, std::vector<Item>& items);

  /// True when the stream stands between two items: an end here loses nothing.
  [[nodiscard]] bool at_boundary() const;
  [[nodiscard]] bool has_init() const { return init_.has_value(); }

 private:
  enum class Place {
    header,   ///< collecting the header of the next box
    head,     ///< inside a box that goes to `pending_`
    skipped,  ///< inside a box that is dropped
    media,    ///< inside the mdat, which goes to `fragment_`
  };

  // Each takes what it needs from the front of `in`; false when the stream is broken.
  bool take_header(Bytes& in);
  bool take_body(Bytes& in, std::vector<Item>& items);
  [[nodiscard]] bool is_plausible(Bytes behind);
  bool begin_box(const BoxHeader& header);
  bool begin_ftyp(const BoxHeader& header);
  bool begin_moov(const BoxHeader& header);
  bool begin_moof(const BoxHeader& header);
  bool begin_mdat(const BoxHeader& header);
  bool keep(const BoxHeader& header, std::uint64_t limit);
  bool drop(const BoxHeader& header);
  bool end_box(std::vector<Item>& items);
  bool finish_init(std::vector<Item>& items);
  bool finish_fragment(std::vector<Item>& items);
  void forget_pending();
  [[nodiscard]] std::uint64_t box_at() const { return consumed_ + pending_.size(); }
  bool broken(std::uint64_t at, std::string why);

  StreamLimits limits_;
  std::optional<Init> init_;
  std::optional<Malformed> broken_;
  Place place_ = Place::header;
  Buffer header_;               ///< of the box that begins, while it is not whole
  Buffer pending_;              ///< kept boxes since the last item, but for the mdat
  Buffer fragment_;             ///< once the mdat has begun: `pending_` and the mdat so far
  std::uint32_t type_ = 0;      ///< of the current box
  std::uint64_t left_ = 0;      ///< bytes of the current box that are still to come
  std::uint64_t consumed_ = 0;  ///< bytes of the stream before `pending_`; dropped boxes count
  bool begun_ = false;          ///< a box of MP4 was seen
  bool has_ftyp_ = false, has_moof_ = false;  ///< in `pending_`
};

/// What foreign bytes look like, by their first 16 or so: "FLV", "MPEG-TS", "Matroska/WebM", "Ogg",
/// "RIFF", "raw H.264 (Annex B)", "ADTS AAC", "JPEG", "HLS playlist", "text", "plain MP4" ... or
/// "unknown data".
std::string looks_like(Bytes head);

}  // namespace live::mp4
