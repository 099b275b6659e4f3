#include "common/mp4/init.hpp"

#include "common/mp4/box.hpp"
#include "common/mp4/plain_mp4.hpp"
#include "common/mp4/sample_entry.hpp"

#include <algorithm>

namespace live::mp4 {
namespace {

constexpr std::size_t most_tracks =
    32;  ///< a live stream has two; ABR ladders and data tracks some more
constexpr std::size_t most_boxes = 1024;  ///< in one container

/// Reads one moov.  The first broken rule ends the reading: every function is true as long as none
/// is.
class MoovReader {
 public:
  explicit MoovReader(Bytes whole) : whole_(whole) {}

  Parsed<Init> read(const Box& moov);

 private:
  bool broken(Bytes where, std::string why) {
    why_ = Malformed{static_cast<std::size_t>(where.data() - whole_.data()), std::move(why)};
    return false;
  }
  /// Calls `visit(box)` for each child; false when it is, or when the children do not fill `body`.
  template <class Visit>
  bool each(Bytes body, const char* name, Visit visit) {
    Boxes walk{body};
    std::size_t count = 0;
    while (const auto box = walk.next()) {
      if (++count > most_boxes) return broken(body, std::string(name) + " has too many boxes");
      if (!visit(*box)) return false;
    }
    return walk.ok() || broken(body, std::string("a box leads outside of ") + name);
  }

  bool trak(Bytes body);
  bool tkhd(Bytes body, InitTrack& track);
  bool mdia(Bytes body, InitTrack& track);
  bool mdhd(Bytes body, InitTrack& track);
  bool minf(Bytes body, InitTrack& track);
  bool stbl(Bytes body, InitTrack& track);
  bool stsd(Bytes body, InitTrack& track);
  bool stsz(Bytes body);
  bool trex(Bytes body);
  bool complete(const Box& moov);

  Bytes whole_;
  Init init_;
  bool has_mvex_ = false, has_samples_ = false;
  Malformed why_;
};

Parsed<Init> MoovReader::read(const Box& moov) {
  const bool tracks = each(moov.body, "moov", [this](const Box& box) {
    if (box.type == fourcc("trak")) return trak(box.body);
    has_mvex_ = has_mvex_ || box.type == fourcc("mvex");
    return true;
  });
  // trex may stand before the trak that it is about.
  const auto defaults = [this](const Box& box) {
    if (box.type != fourcc("mvex")) return true;
    return each(box.body, "mvex", [this](const Box& child) {
      return child.type != fourcc("trex") || trex(child.body);
    });
  };
  if (!tracks || !each(moov.body, "moov", defaults) || !complete(moov)) return why_;
  return std::move(init_);
}

bool MoovReader::complete(const Box& moov) {
  if (!has_mvex_) return broken(moov.body, std::string("moov without mvex: ") + plain_mp4);
  if (has_samples_)
    return broken(moov.body,
                  "moov holds samples of its own, which a live stream cannot; "
                  "ffmpeg leaves them out with `-movflags +empty_moov`");
  if (init_.tracks.empty()) return broken(moov.body, "moov without a track");
  if (std::ranges::any_of(init_.tracks, &InitTrack::known)) return true;
  std::string entries;
  for (const auto& track : init_.tracks)
    entries += " " + track.sample_entry;
  return broken(moov.body, "no track in a codec that browsers play in MP4, only" + entries);
}

bool MoovReader::trak(Bytes body) {
  if (init_.tracks.size() == most_tracks) return broken(body, "moov has too many tracks");
  InitTrack track;
  track.known = false;
  const bool read = each(body, "trak", [&](const Box& box) {
    if (box.type == fourcc("tkhd")) return tkhd(box.body, track);
    if (box.type == fourcc("mdia")) return mdia(box.body, track);
    return true;
  });
  if (!read) return false;
  if (track.id == 0) return broken(body, "trak without a track id");
  if (track.timescale == 0) return broken(body, "trak without a timescale");
  if (std::ranges::find(init_.tracks, track.id, &InitTrack::id) != init_.tracks.end())
    return broken(body, "two tracks have the same id");
  init_.tracks.push_back(std::move(track));
  return true;
}

bool MoovReader::tkhd(Bytes body, InitTrack& track) {
  Reader r{body};
  const bool wide = r.u8() == 1;
  r.skip(3 + (wide ? 16 : 8));
  track.id = r.u32();
  if (!r.ok()) return broken(body, "tkhd is cut");
  r.skip(4 + (wide ? 8 : 4) + 16);
  const auto cosine = static_cast<std::int32_t>(r.u32()), sine = static_cast<std::int32_t>(r.u32());
  if (r.ok() && (cosine == 0) != (sine == 0))
    track.rotation = cosine > 0 ? 0 : cosine < 0 ? 180 : sine > 0 ? 90 : 270;
  return true;
}

bool MoovReader::mdia(Bytes body, InitTrack& track) {
  return each(body, "mdia", [&](const Box& box) {
    if (box.type == fourcc("mdhd")) return mdhd(box.body, track);
    if (box.type == fourcc("minf")) return minf(box.body, track);
    return true;
  });
}

bool MoovReader::mdhd(Bytes body, InitTrack& track) {
  Reader r{body};
  const bool wide = r.u8() == 1;
  r.skip(3 + (wide ? 16 : 8));
  track.timescale = r.u32();
  return r.ok() || broken(body, "mdhd is cut");
}

bool MoovReader::minf(Bytes body, InitTrack& track) {
  return each(body, "minf",
              [&](const Box& box) { return box.type != fourcc("stbl") || stbl(box.body, track); });
}

bool MoovReader::stbl(Bytes body, InitTrack& track) {
  return each(body, "stbl", [&](const Box& box) {
    if (box.type == fourcc("stsd")) return stsd(box.body, track);
    if (box.type == fourcc("stsz") || box.type == fourcc("stz2")) return stsz(box.body);
    return true;
  });
}

bool MoovReader::stsz(Bytes body) {
  Reader r{body};
  r.skip(8);
  has_samples_ = r.u32() != 0 || has_samples_;
  return r.ok() || broken(body, "stsz is cut");
}

bool MoovReader::stsd(Bytes body, InitTrack& track) {
  Reader r{body};
  const auto version = r.u8();
  r.skip(7);
  // A second entry would be chosen by sample_description_index; live streams start a new epoch
  // instead.
  const auto entry = Boxes{r.rest()}.next();
  if (!entry) return broken(body, "stsd without a whole entry");
  auto read = read_sample_entry(*entry, version);
  track.sample_entry = to_text(entry->type);
  track.parameters = std::move(read.parameters);
  track.known = read.known;
  return true;
}

bool MoovReader::trex(Bytes body) {
  Reader r{body};
  r.skip(4);
  const auto id = r.u32();
  r.skip(4);
  const auto track = std::ranges::find(init_.tracks, id, &InitTrack::id);
  if (track != init_.tracks.end()) {
    track->default_duration = r.u32();
    track->default_size = r.u32();
    track->default_flags = r.u32();
  }
  return r.ok() || broken(body, "trex is cut");
}

const InitTrack* lowest(const std::vector<InitTrack>& tracks, bool video) {
  const InitTrack* found = nullptr;
  for (const auto& track : tracks)
    if (track.known && track.is_video() == video && (found == nullptr || track.id < found->id))
      found = &track;
  return found;
}

/// The codecs value with the name that the sample entry has: avc3 and hev1 keep parameter sets in
/// band.
std::string codecs_value(const InitTrack& track) {
  auto value = codec::rfc6381(track.parameters);
  const auto& entry = track.sample_entry;
  if (entry == "avc3" || entry == "hev1")
    value.replace(0, std::min<std::size_t>(4, value.size()), entry);
  return value;
}

}  // namespace

const InitTrack* Init::video() const { return lowest(tracks, true); }
const InitTrack* Init::audio() const { return lowest(tracks, false); }

Parsed<Init> read_init(Bytes init_segment) {
  Boxes walk{init_segment};
  for (std::size_t count = 0; count < most_boxes; ++count) {
    const auto box = walk.next();
    if (!box) break;
    if (box->type == fourcc("moov")) return MoovReader{init_segment}.read(*box);
  }
  return Malformed{0, "no whole moov"};
}

std::string mime(const Init& init) {
  const auto* video = init.video();
  const auto* audio = init.audio();
  std::string codecs;
  if (video != nullptr) codecs = codecs_value(*video);
  if (audio != nullptr) codecs += (video != nullptr ? "," : "") + codecs_value(*audio);
  return std::string(video != nullptr ? "video" : "audio") + "/mp4; codecs=\"" + codecs + '"';
}

}  // namespace live::mp4
