#include "common/mp4/colour.hpp"

#include "common/mp4/box.hpp"
#include "common/mp4/box_writer.hpp"

#include <array>
#include <optional>
#include <vector>

namespace live::mp4 {
namespace {

Buffer boxes_of(const codec::Colour& colour) {
  Buffer bytes;
  Writer out{bytes};
  if (colour.has_code_points() || colour.full_range) {
    const OpenBox colr{out, "colr"};
    out.text("nclx");
    out.u16(colour.primaries);
    out.u16(colour.transfer);
    out.u16(colour.matrix);
    out.u8(colour.full_range ? 0x80U : 0U);
  }
  if (const auto& screen = colour.mastering) {
    const OpenBox mdcv{out, "mdcv"};
    for (const auto& point : {screen->green, screen->blue, screen->red, screen->white}) {
      out.u16(point.x);
      out.u16(point.y);
    }
    out.u32(screen->most_luminance);
    out.u32(screen->least_luminance);
  }
  if (const auto& light = colour.light) {
    const OpenBox clli{out, "clli"};
    out.u16(light->most_content);
    out.u16(light->most_picture_average);
  }
  return bytes;
}

/// A box and where it stands in the whole.
struct Placed {
  Box box;
  std::size_t at = 0;
  [[nodiscard]] std::size_t body_at() const { return at + box.header_bytes; }
  [[nodiscard]] std::size_t end() const { return body_at() + box.body.size(); }
};

/// The first box `type` (0: any) in `in`, which stands at `at`.
std::optional<Placed> find(Bytes in, std::size_t at, std::uint32_t type) {
  Boxes walk{in};
  while (const auto box = walk.next())
    if (type == 0 || box->type == type) return Placed{*box, at + box->at};
  return {};
}

std::uint32_t id_of(const Placed& trak) {
  constexpr std::size_t version_flags_and_times =
      4 + 4 + 4;  // of version 0, as write_init() has it
  const auto tkhd = find(trak.box.body, trak.body_at(), fourcc("tkhd"));
  if (!tkhd) return 0;
  Reader in{tkhd->box.body};
  in.skip(version_flags_and_times);
  return in.u32();
}

/// moov and what lies on the way to the sample entry of `track_id`, the entry last; empty where there is none.
std::vector<Placed> path_to_entry(Bytes init, std::uint32_t track_id) {
  const auto moov = find(init, 0, fourcc("moov"));
  if (!moov) return {};
  std::vector<Placed> path{*moov};
  Boxes walk{moov->box.body};
  while (const auto box = walk.next()) {
    const Placed trak{*box, moov->body_at() + box->at};
    if (box->type != fourcc("trak") || id_of(trak) != track_id) continue;
    path.push_back(trak);
    break;
  }
  if (path.size() < 2) return {};
  for (const auto type :
       std::array{fourcc("mdia"), fourcc("minf"), fourcc("stbl"), fourcc("stsd")}) {
    const auto& last = path.back();
    const auto next = find(last.box.body, last.body_at(), type);
    if (!next) return {};
    path.push_back(*next);
  }
  constexpr std::size_t version_flags_and_count = 8;
  const auto& stsd = path.back();
  if (stsd.box.body.size() < version_flags_and_count) return {};
  const auto entry = find(stsd.box.body.subspan(version_flags_and_count),
                          stsd.body_at() + version_flags_and_count, 0);
  if (!entry) return {};
  path.push_back(*entry);
  return path;
}

}  // namespace

Buffer with_colour(Bytes init_segment, std::uint32_t track_id, const codec::Colour& colour) {
  Buffer out{init_segment.begin(), init_segment.end()};
  const auto path = path_to_entry(init_segment, track_id);
  if (path.empty()) return out;
  const auto more = boxes_of(colour);
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(path.back().end()), more.begin(),
             more.end());
  Writer writer{out};
  for (const auto& placed : path)
    writer.patch(placed.at, 4, placed.end() - placed.at + more.size());
  return out;
}

}  // namespace live::mp4
