#include "common/live/fragment.hpp"

#include "common/mp4/box.hpp"

namespace live {
namespace {

/// [size][type][version, flags][track id][ntp:8] stand before a prft's media time.  §8.16.5.
constexpr std::size_t before_media_time = 4 + 4 + 4 + 4 + 8;

/// Where the copy for a bare <video> begins: at the prft when it stands right before the moof.  A
/// sidx or emsg before it would carry times of another time line, so it is left out.
std::size_t head_start(const mp4::Fragment& parsed) {
  if (!parsed.producer) return parsed.moof_at;
  const auto& producer = *parsed.producer;
  const auto ends = producer.media_time_at + producer.media_time_bytes;
  return ends == parsed.moof_at ? producer.media_time_at - before_media_time : parsed.moof_at;
}

std::uint32_t timescale_of(const mp4::Init& init, std::uint32_t track) {
  for (const auto& known : init.tracks) {
    if (known.id == track) return known.timescale;
  }
  return 1;  // read_fragment() refuses tracks that the init does not have
}

}  // namespace

FragmentPtr make_fragment(mp4::FragmentItem item, std::shared_ptr<const Epoch> epoch,
                          Monotonic arrived) {
  auto made = std::make_shared<Fragment>();
  made->bytes = std::move(item.bytes);
  made->parsed = std::move(item.parsed);
  made->epoch = std::move(epoch);
  made->arrived = arrived;
  made->start = made->parsed.is_start(made->epoch->init);
  made->head_at = head_start(made->parsed);
  const auto size32 = load_be(Bytes{made->bytes}.subspan(made->parsed.mdat_at), 4);
  made->payload_at = made->parsed.mdat_at + (size32 == 1 ? 16 : 8);
  return made;
}

MediaTime begin_of(const mp4::Fragment& parsed, const mp4::Init& init) {
  std::optional<MediaTime> first;
  for (const auto& run : parsed.tracks) {
    const MediaTime at{static_cast<std::int64_t>(run.decode_time), timescale_of(init, run.track)};
    if (!first || earlier(at, *first)) first = at;
  }
  return first.value_or(MediaTime{});
}

MediaTime end_of(const mp4::Fragment& parsed, const mp4::Init& init) {
  std::optional<MediaTime> last;
  for (const auto& run : parsed.tracks) {
    const MediaTime at{static_cast<std::int64_t>(run.decode_time + run.duration),
                       timescale_of(init, run.track)};
    if (!last || earlier(*last, at)) last = at;
  }
  return last.value_or(MediaTime{});
}

}  // namespace live
