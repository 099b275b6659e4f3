#include "common/mp4/stream_reader.hpp"

#include "common/mp4/plain_mp4.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace live::mp4 {
namespace {

/// What a declared size may reserve before its bytes come; beyond it, room for four times what has
/// come.
constexpr std::uint64_t trusted_bytes = 1U << 20U;
constexpr std::uint64_t growth = 4;

constexpr std::size_t short_header = 8, long_header = 16;

/// Boxes that can begin a file.  Anything else there is another format.
constexpr std::array first_boxes{
    fourcc("ftyp"), fourcc("moov"), fourcc("styp"), fourcc("moof"), fourcc("mdat"),
    fourcc("free"), fourcc("skip"), fourcc("wide"), fourcc("uuid"), fourcc("pdin"),
    fourcc("sidx"), fourcc("emsg"), fourcc("prft"), fourcc("meta"),
};

bool is_printable(std::uint32_t type) { return load_be(as_bytes(to_text(type)), 4) == type; }

/// Makes room for `coming` bytes of the `left` that are declared; `out` ends up sized exactly.
void make_room(Buffer& out, std::uint64_t left, std::uint64_t coming) {
  const auto need = out.size() + coming;
  if (need <= out.capacity()) return;
  const auto room = std::max(trusted_bytes, need * growth);
  out.reserve(static_cast<std::size_t>(std::min(out.size() + left, room)));
}

void append(Buffer& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

std::optional<Malformed> StreamReader::feed(Bytes in, std::vector<Item>& items) {
  while (!broken_ && !in.empty()) {
    if (place_ == Place::header && !take_header(in)) break;
    if (place_ != Place::header && !take_body(in, items)) break;
  }
  return broken_;
}

bool StreamReader::at_boundary() const {
  return !broken_ && header_.empty() && pending_.empty() && place_ != Place::media;
}

bool StreamReader::broken(std::uint64_t at, std::string why) {
  broken_ = Malformed{static_cast<std::size_t>(at), std::move(why)};
  return false;
}

bool StreamReader::take_header(Bytes& in) {
  const auto whole = header_.size() < short_header ? short_header : long_header;
  const auto n = std::min(whole - header_.size(), in.size());
  append(header_, in.first(n));
  in = in.subspan(n);
  if (header_.size() < whole) return true;
  // The type before the size: what is no box at all shall not be called a box of a wrong size.
  if (!is_plausible(in)) return false;
  const auto step = parse_box_header(header_);
  if (const auto* why = std::get_if<Malformed>(&step)) return broken(box_at(), why->why);
  const auto* taken = std::get_if<Taken<BoxHeader>>(&step);
  return taken == nullptr || begin_box(taken->value);
}

bool StreamReader::is_plausible(Bytes behind) {
  type_ = static_cast<std::uint32_t>(load_be(Bytes{header_}.subspan(4), 4));
  if (begun_) {
    if (is_printable(type_)) return true;
    return broken(box_at(), "no box begins here: the stream is damaged");
  }
  begun_ = true;
  if (std::ranges::find(first_boxes, type_) != first_boxes.end()) return true;
  constexpr std::size_t telling = 256;
  Buffer head = header_;
  append(head, behind.first(std::min(behind.size(), telling)));
  return broken(0, fmt::format("this is {}, not live fMP4", looks_like(head)));
}

bool StreamReader::begin_box(const BoxHeader& header) {
  switch (header.type) {
    case fourcc("ftyp"):
      return begin_ftyp(header);
    case fourcc("moov"):
      return begin_moov(header);
    case fourcc("moof"):
      return begin_moof(header);
    case fourcc("mdat"):
      return begin_mdat(header);
    case fourcc("styp"):
    case fourcc("prft"):
    case fourcc("emsg"):
    case fourcc("sidx"):
      return init_ && !has_ftyp_ ? keep(header, limits_.moof_bytes) : drop(header);
    default:
      // Between moof and mdat every byte counts: data offsets lead across it.
      return has_moof_ ? keep(header, limits_.moof_bytes) : drop(header);
  }
}

bool StreamReader::begin_ftyp(const BoxHeader& header) {
  if (has_moof_) return broken(box_at(), "ftyp between moof and mdat");
  forget_pending();
  has_ftyp_ = true;
  return keep(header, limits_.init_bytes);
}

bool StreamReader::begin_moov(const BoxHeader& header) {
  if (has_moof_) return broken(box_at(), "moov between moof and mdat");
  if (!has_ftyp_) forget_pending();
  return keep(header, limits_.init_bytes);
}

bool StreamReader::begin_moof(const BoxHeader& header) {
  if (!init_ || has_ftyp_) return broken(box_at(), "moof before moov");
  if (has_moof_) return broken(box_at(), "moof without mdat before the next moof");
  has_moof_ = true;
  return keep(header, limits_.moof_bytes);
}

bool StreamReader::begin_mdat(const BoxHeader& header) {
  if (!has_moof_ && !init_) return broken(box_at(), std::string("mdat before moov: ") + plain_mp4);
  if (!has_moof_) return broken(box_at(), "mdat without moof");
  if (header.size >
      limits_.fragment_bytes - std::min<std::uint64_t>(limits_.fragment_bytes, pending_.size()))
    return broken(box_at(), fmt::format("mdat of {} bytes: over the limit of {} for a fragment",
                                        header.size, limits_.fragment_bytes));
  left_ = header.size - header.header_bytes;
  make_room(fragment_, pending_.size() + header.size, pending_.size() + header.header_bytes);
  append(fragment_, pending_);
  append(fragment_, header_);
  header_.clear();
  place_ = Place::media;
  return true;
}

bool StreamReader::keep(const BoxHeader& header, std::uint64_t limit) {
  if (header.size > limit - std::min<std::uint64_t>(limit, pending_.size())) {
    const auto* hint =
        header.type == fourcc("moov") ? "; plain MP4? `rtsp2fmp4 FILE` makes it live fMP4" : "";
    return broken(box_at(), fmt::format("{} of {} bytes: over the limit of {}{}",
                                        to_text(header.type), header.size, limit, hint));
  }
  append(pending_, header_);
  header_.clear();
  left_ = header.size - header.header_bytes;
  place_ = Place::head;
  return true;
}

bool StreamReader::drop(const BoxHeader& header) {
  if (header.size > limits_.fragment_bytes)
    return broken(box_at(), fmt::format("{} of {} bytes: over the limit of {}",
                                        to_text(header.type), header.size, limits_.fragment_bytes));
  consumed_ += header.size;
  header_.clear();
  left_ = header.size - header.header_bytes;
  place_ = Place::skipped;
  return true;
}

bool StreamReader::take_body(Bytes& in, std::vector<Item>& items) {
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  if (place_ != Place::skipped) {
    auto& out = place_ == Place::media ? fragment_ : pending_;
    if (place_ == Place::media) make_room(out, left_, n);
    append(out, in.first(n));
  }
  in = in.subspan(n);
  left_ -= n;
  return left_ != 0 || end_box(items);
}

bool StreamReader::end_box(std::vector<Item>& items) {
  const auto place = std::exchange(place_, Place::header);
  if (place == Place::media) return finish_fragment(items);
  if (place == Place::head && type_ == fourcc("moov")) return finish_init(items);
  return true;
}

bool StreamReader::finish_init(std::vector<Item>& items) {
  auto read = read_init(pending_);
  if (const auto* why = std::get_if<Malformed>(&read)) return broken(consumed_ + why->at, why->why);
  init_ = std::move(std::get<Init>(read));
  items.emplace_back(InitItem{pending_, *init_});
  forget_pending();
  return true;
}

bool StreamReader::finish_fragment(std::vector<Item>& items) {
  auto read = read_fragment(fragment_, *init_);
  if (const auto* why = std::get_if<Malformed>(&read)) return broken(consumed_ + why->at, why->why);
  pending_.clear();
  has_moof_ = false;
  consumed_ += fragment_.size();
  items.emplace_back(
      FragmentItem{std::exchange(fragment_, {}), std::move(std::get<Fragment>(read))});
  return true;
}

void StreamReader::forget_pending() {
  consumed_ += pending_.size();
  pending_.clear();
  has_ftyp_ = false;
}

}  // namespace live::mp4
