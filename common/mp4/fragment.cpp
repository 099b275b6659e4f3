#include "common/mp4/fragment.hpp"

#include "common/mp4/box.hpp"
#include "common/mp4/flags.hpp"

#include <algorithm>
#include <limits>

namespace live::mp4 {
namespace {

constexpr std::size_t most_boxes = 4096;  ///< in one container
constexpr std::size_t most_trafs = 64;    ///< two are usual
constexpr std::uint32_t most_samples =
    1U << 20U;  ///< in one fragment: 90 min of AAC, 6 of PCM in sixes
constexpr std::uint64_t latest_decode_time = std::numeric_limits<std::int64_t>::max() / 2;

/// What tfhd and trex give a sample that trun says nothing about.
struct Defaults {
  std::uint32_t duration = 0, size = 0, flags = 0;
};

/// Walks the movie fragment and calls `Sink`:
///   sink.traf(const TrackFragment&)         after tfhd and tfdt, before its samples
///   sink.sample(const FragmentSample&)      in order
/// Checks every rule on the way; stops at the first that is broken.
template <class Sink>
class MoofWalk {
 public:
  MoofWalk(Bytes whole, const Init& init, Sink& sink) : whole_(whole), init_(init), sink_(sink) {}

  /// Both are boxes of the whole fragment.
  std::optional<Malformed> walk(const Box& moof_box, const Box& mdat);

  [[nodiscard]] std::size_t sequence_at() const { return sequence_at_; }

 private:
  bool broken(Bytes where, std::string why) {
    why_ = Malformed{at(where), std::move(why)};
    return false;
  }
  [[nodiscard]] std::size_t at(Bytes where) const {
    return static_cast<std::size_t>(where.data() - whole_.data());
  }

  bool moof(Bytes body);
  bool mfhd(Bytes body);
  bool traf(Bytes body);
  bool tfhd(Bytes body);
  bool tfdt(Bytes body);
  bool trun(Bytes body);
  bool run_samples(Reader r, Bytes body, std::uint32_t count, std::uint32_t flags);

  Bytes whole_;
  const Init& init_;
  Sink& sink_;
  std::size_t moof_at_ = 0, data_begin_ = 0, data_end_ = 0;
  std::size_t sequence_at_ = 0, trafs_ = 0;
  std::uint32_t samples_ = 0;
  std::uint64_t claimed_ = 0;  ///< bytes of all samples so far: no byte is a sample's twice
  Malformed why_;

  // of the current traf
  TrackFragment current_;
  Defaults defaults_;
  bool has_time_ = false, has_data_ = false;
  std::uint64_t time_ = 0;       ///< of the next sample
  std::uint64_t next_data_ = 0;  ///< where a run without data_offset goes on
};

template <class Sink>
std::optional<Malformed> MoofWalk<Sink>::walk(const Box& moof_box, const Box& mdat) {
  moof_at_ = moof_box.at;
  data_begin_ = at(mdat.body);
  data_end_ = data_begin_ + mdat.body.size();
  if (moof(moof_box.body)) return std::nullopt;
  return why_;
}

template <class Sink>
bool MoofWalk<Sink>::moof(Bytes body) {
  Boxes walk{body};
  std::size_t count = 0;
  while (const auto box = walk.next()) {
    if (++count > most_boxes) return broken(body, "moof has too many boxes");
    if (box->type == fourcc("mfhd") && !mfhd(box->body)) return false;
    if (box->type == fourcc("traf") && !traf(box->body)) return false;
  }
  if (!walk.ok()) return broken(body, "a box leads outside of moof");
  if (sequence_at_ == 0) return broken(body, "moof without mfhd");
  return true;
}

template <class Sink>
bool MoofWalk<Sink>::mfhd(Bytes body) {
  if (body.size() < 8) return broken(body, "mfhd is cut");
  sequence_at_ = at(body) + 4;
  return true;
}

template <class Sink>
bool MoofWalk<Sink>::traf(Bytes body) {
  if (++trafs_ > most_trafs) return broken(body, "moof has too many trafs");
  current_ = {};
  has_time_ = has_data_ = false;
  std::size_t count = 0;
  // tfhd comes first (§8.8.7), tfdt after it and before the first trun (§8.8.12).
  for (Boxes walk{body};;) {
    const auto box = walk.next();
    if (!box) {
      if (!walk.ok()) return broken(body, "a box leads outside of traf");
      break;
    }
    if (++count > most_boxes) return broken(body, "traf has too many boxes");
    const bool first = count == 1;
    if (first != (box->type == fourcc("tfhd")))
      return broken(body, "traf does not begin with tfhd");
    if (first && !tfhd(box->body)) return false;
    if (box->type == fourcc("tfdt") && !tfdt(box->body)) return false;
    if (box->type == fourcc("trun") && !trun(box->body)) return false;
  }
  if (count == 0) return broken(body, "traf without tfhd");
  return has_time_ || broken(body, "traf without tfdt");
}

template <class Sink>
bool MoofWalk<Sink>::tfhd(Bytes body) {
  Reader r{body};
  const auto flags = r.u32() & 0xFFFFFFU;
  current_.track = r.u32();
  const auto track = std::ranges::find(init_.tracks, current_.track, &InitTrack::id);
  if (track == init_.tracks.end()) return broken(body, "traf of a track that moov does not have");
  if ((flags & tfhd_flags::base_data_offset) != 0 ||
      (flags & tfhd_flags::default_base_is_moof) == 0)
    return broken(body,
                  "tfhd without default-base-is-moof; "
                  "ffmpeg sets it with `-movflags +default_base_moof`");
  defaults_ = {track->default_duration, track->default_size, track->default_flags};
  if ((flags & tfhd_flags::description) != 0) r.skip(4);
  if ((flags & tfhd_flags::duration) != 0) defaults_.duration = r.u32();
  if ((flags & tfhd_flags::size) != 0) defaults_.size = r.u32();
  if ((flags & tfhd_flags::flags) != 0) defaults_.flags = r.u32();
  return r.ok() || broken(body, "tfhd is cut");
}

template <class Sink>
bool MoofWalk<Sink>::tfdt(Bytes body) {
  if (has_time_) return broken(body, "traf with two tfdt");
  Reader r{body};
  const bool wide = r.u8() == 1;
  r.skip(3);
  current_.decode_time_at = at(body) + r.at();
  current_.decode_time_bytes = wide ? 8 : 4;
  current_.decode_time = time_ = r.be(current_.decode_time_bytes);
  if (!r.ok()) return broken(body, "tfdt is cut");
  if (time_ > latest_decode_time) return broken(body, "tfdt is beyond all time");
  has_time_ = true;
  sink_.traf(current_);
  return true;
}

template <class Sink>
bool MoofWalk<Sink>::trun(Bytes body) {
  if (!has_time_) return broken(body, "trun before tfdt");
  Reader r{body};
  const auto flags = r.u32() & 0xFFFFFFU;
  const auto count = r.u32();
  if (count > most_samples - samples_) return broken(body, "moof has too many samples");
  samples_ += count;
  if ((flags & trun_flags::data_offset) != 0) {
    const auto offset = static_cast<std::int32_t>(r.u32());
    const auto data = static_cast<std::int64_t>(moof_at_) + offset;
    if (data < 0) return broken(body, "trun's data is not in the mdat");
    next_data_ = static_cast<std::uint64_t>(data);
  } else if (!has_data_) {
    return broken(body, "trun without data_offset");
  }
  has_data_ = true;
  return run_samples(r, body, count, flags);
}

template <class Sink>
bool MoofWalk<Sink>::run_samples(Reader r, Bytes body, std::uint32_t count, std::uint32_t flags) {
  auto first_flags = defaults_.flags;
  if ((flags & trun_flags::first_flags) != 0) first_flags = r.u32();
  for (std::uint32_t i = 0; i < count; ++i) {
    FragmentSample sample;
    sample.track = current_.track;
    sample.decode_time = time_;
    sample.duration = (flags & trun_flags::duration) != 0 ? r.u32() : defaults_.duration;
    const auto size = (flags & trun_flags::size) != 0 ? r.u32() : defaults_.size;
    const auto own_flags = (flags & trun_flags::flags) != 0 ? r.u32()
                           : i == 0                         ? first_flags
                                                            : defaults_.flags;
    if ((flags & trun_flags::composition) != 0)
      sample.composition = static_cast<std::int32_t>(r.u32());
    if (!r.ok()) return broken(body, "trun is cut");
    sample.sync = (own_flags & sample_flags::is_non_sync) == 0;
    claimed_ += size;
    if (claimed_ > data_end_ - data_begin_) return broken(body, "samples are larger than the mdat");
    if (size != 0) {
      if (next_data_ < data_begin_ || next_data_ + size > data_end_)
        return broken(body, "trun's data is not in the mdat");
      sample.data = whole_.subspan(static_cast<std::size_t>(next_data_), size);
    }
    next_data_ += size;
    time_ += sample.duration;
    sink_.sample(sample);
  }
  return r.ok() || broken(body, "trun is cut");
}

struct Summary {
  Fragment& fragment;
  void traf(const TrackFragment& begun) { fragment.tracks.push_back(begun); }
  void sample(const FragmentSample& sample) {
    auto& track = fragment.tracks.back();
    if (track.samples == 0) track.starts_with_sync = sample.sync;
    ++track.samples;
    track.duration += sample.duration;
  }
};

struct Collector {
  std::vector<FragmentSample>& samples;
  void traf(const TrackFragment&) {}
  void sample(const FragmentSample& sample) { samples.push_back(sample); }
};

std::optional<Fragment::Producer> read_prft(const Box& box) {
  Reader r{box.body};
  const bool wide = r.u8() == 1;
  r.skip(3);
  Fragment::Producer producer;
  producer.track = r.u32();
  producer.ntp = r.u64();
  producer.media_time_at = box.at + box.header_bytes + r.at();
  producer.media_time_bytes = wide ? 8 : 4;
  producer.media_time = r.be(producer.media_time_bytes);
  if (!r.ok()) return std::nullopt;
  return producer;
}

}  // namespace

const TrackFragment* Fragment::of(std::uint32_t track) const {
  const auto found = std::ranges::find(tracks, track, &TrackFragment::track);
  return found == tracks.end() ? nullptr : &*found;
}

bool Fragment::is_start(const Init& init) const {
  const auto* video = init.video();
  if (video == nullptr) return true;
  const auto* traf = of(video->id);
  return traf != nullptr && traf->starts_with_sync;
}

Parsed<Fragment> read_fragment(Bytes fragment, const Init& init) {
  Fragment read;
  std::optional<Box> moof, mdat;
  Boxes walk{fragment};
  std::size_t count = 0;
  while (const auto box = walk.next()) {
    if (++count > most_boxes) return Malformed{box->at, "fragment has too many boxes"};
    if (box->type == fourcc("prft") && !moof && !read.producer) read.producer = read_prft(*box);
    if (box->type == fourcc("moof")) {
      if (moof) return Malformed{box->at, "fragment with two moofs"};
      moof = box;
    }
    if (box->type == fourcc("mdat")) {
      if (!moof || mdat) return Malformed{box->at, "mdat without its moof"};
      mdat = box;
    }
  }
  if (!walk.ok()) return Malformed{0, "a box leads outside of the fragment"};
  if (!mdat) return Malformed{0, "fragment without moof and mdat"};
  read.moof_at = moof->at;
  read.mdat_at = mdat->at;
  Summary summary{read};
  MoofWalk<Summary> inside{fragment, init, summary};
  if (auto why = inside.walk(*moof, *mdat)) return std::move(*why);
  read.sequence_at = inside.sequence_at();
  return read;
}

std::vector<FragmentSample> samples(Bytes fragment, const Fragment& parsed, const Init& init) {
  std::vector<FragmentSample> found;
  std::size_t count = 0;
  for (const auto& track : parsed.tracks)
    count += track.samples;
  found.reserve(count);
  const auto moof = Boxes{fragment.subspan(parsed.moof_at)}.next();
  const auto mdat = Boxes{fragment.subspan(parsed.mdat_at)}.next();
  if (!moof || !mdat) return found;
  Collector collector{found};
  MoofWalk<Collector> inside{fragment, init, collector};
  Box placed = *moof;
  placed.at = parsed.moof_at;
  inside.walk(placed, *mdat);
  return found;
}

}  // namespace live::mp4
