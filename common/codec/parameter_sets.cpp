#include "common/codec/parameter_sets.hpp"

#include "common/codec/avc.hpp"
#include "common/codec/hevc.hpp"
#include "common/codec/nal.hpp"

#include <algorithm>
#include <cassert>

namespace live::codec {
namespace {

constexpr std::size_t length_bytes = 4;

/// Neither parameter sets nor what a sample needs: delimiters, filler, layers above the base.
bool is_left_out(Codec codec, Bytes nal) {
  if (codec == Codec::avc) {
    const auto type = avc::nal_type(nal);
    return type == avc::aud || type == avc::filler;
  }
  const auto type = hevc::nal_type(nal);
  return type == hevc::aud || type == hevc::filler || hevc::layer(nal) != 0;
}

bool is_first_slice(Codec codec, Bytes slice) {
  return codec == Codec::avc ? avc::is_first_slice(slice) : hevc::is_first_slice(slice);
}

/// Two sets are the same whatever their nal_ref_idc, which SDP and stream may give differently.
bool is_same_set(Codec codec, Bytes a, Bytes b) {
  const std::size_t header = codec == Codec::avc ? 1 : 2;
  return std::ranges::equal(a.subspan(header), b.subspan(header));
}

Bytes without_trailing_zeros(Bytes nal) {
  while (!nal.empty() && nal.back() == 0)
    nal = nal.first(nal.size() - 1);
  return nal;
}

/// Puts lengths in front of NAL units of a packet, where possible over what stood before them.
class Stitcher {
 public:
  /// `writable`: the same bytes, or empty.  `nals` is how many will come at most: `scratch` must not move while the
  /// sample points into it.
  Stitcher(Bytes packet, std::span<std::uint8_t> writable, std::size_t nals, Buffer& scratch,
           Sample& sample)
      : packet_(packet), writable_(writable), scratch_(scratch), sample_(sample) {
    scratch_.clear();
    scratch_.reserve(nals * length_bytes);
  }

  void add(Bytes nal) {
    const auto begin = static_cast<std::size_t>(nal.data() - packet_.data());
    if (begin >= free_ + length_bytes && put_length(begin - length_bytes, nal.size())) {
      append(packet_.subspan(begin - length_bytes, length_bytes + nal.size()));
    } else {
      const auto at = scratch_.size();
      Writer{scratch_}.be(length_bytes, nal.size());
      append(Bytes{scratch_}.subspan(at));
      append(nal);
    }
    free_ = begin + nal.size();
  }

  /// Keeps a sample from having more pieces than a writev() takes in one go.
  void finish() {
    if (sample_.pieces.size() <= ParameterSets::max_pieces) return;
    Buffer whole;
    whole.reserve(sample_.size);
    for (const auto piece : sample_.pieces)
      whole.insert(whole.end(), piece.begin(), piece.end());
    scratch_ = std::move(whole);
    sample_.pieces.assign(1, scratch_);
  }

 private:
  /// True when the length stands at `at` now.
  bool put_length(std::size_t at, std::size_t size) {
    if (load_be(packet_.subspan(at), length_bytes) == size) return true;
    if (writable_.empty()) return false;
    store_be(writable_.subspan(at), length_bytes, size);
    return true;
  }

  void append(Bytes piece) {
    sample_.size += piece.size();
    auto& pieces = sample_.pieces;
    if (!pieces.empty() && pieces.back().data() + pieces.back().size() == piece.data()) {
      pieces.back() = {pieces.back().data(), pieces.back().size() + piece.size()};
    } else {
      pieces.push_back(piece);
    }
  }

  Bytes packet_;
  std::span<std::uint8_t> writable_;
  Buffer& scratch_;
  Sample& sample_;
  std::size_t free_ = 0;  ///< from here on the packet holds nothing that the sample needs
};

std::vector<Buffer> values(const std::map<std::uint32_t, Buffer>& sets) {
  std::vector<Buffer> list;
  list.reserve(sets.size());
  for (const auto& [id, set] : sets)
    list.push_back(set);
  return list;
}

Parameters avc_parameters(std::span<const Buffer> sps, std::span<const Buffer> pps) {
  const auto facts = avc::parse_sps(sps.front());
  assert(facts);  // absorb() keeps nothing else
  Parameters out{.codec = Codec::avc, .config = avc::write_avcc(sps, pps)};
  out.width = facts->width;
  out.height = facts->height;
  out.sar_num = facts->sar_num;
  out.sar_den = facts->sar_den;
  return out;
}

Parameters hevc_parameters(std::span<const Buffer> vps, std::span<const Buffer> sps,
                           std::span<const Buffer> pps) {
  const auto facts = hevc::parse_sps(sps.front());
  assert(facts);
  Parameters out{.codec = Codec::hevc, .config = hevc::write_hvcc(vps, sps, pps)};
  out.width = facts->width;
  out.height = facts->height;
  out.sar_num = facts->sar_num;
  out.sar_den = facts->sar_den;
  return out;
}

/// Every set that `claim` can rewrite, rewritten.
template <class Claim>
void rewrite(std::vector<Buffer>& sets, Claim claim) {
  for (auto& set : sets) {
    if (auto claimed = claim(set)) set = std::move(*claimed);
  }
}

}  // namespace

ParameterSets::ParameterSets(Codec codec, bool claim_no_reorder)
    : codec_(codec), claim_(claim_no_reorder) {
  assert(codec == Codec::avc || codec == Codec::hevc);
}

void ParameterSets::seed(Bytes extradata) {
  length_size_.reset();
  if (is_annex_b(extradata)) {
    for (const auto nal : split_annex_b(extradata))
      absorb(nal);
  } else if (codec_ == Codec::avc) {
    const auto record = avc::parse_avcc(extradata);
    if (!record) return;
    length_size_ = record->length_size;
    for (const auto* sets : {&record->sps, &record->pps}) {
      for (const auto& set : *sets)
        absorb(set);
    }
  } else {
    const auto record = hevc::parse_hvcc(extradata);
    if (!record) return;
    length_size_ = record->length_size;
    for (const auto* sets : {&record->vps, &record->sps, &record->pps}) {
      for (const auto& set : *sets)
        absorb(set);
    }
  }
}

std::vector<Bytes> ParameterSets::split(Bytes packet) const {
  // A length of 256 to 511 begins with 00 00 01 like a start code: the container's word comes
  // first.
  if (length_size_) {
    auto nals = split_length_prefixed(packet, *length_size_);
    if (!nals.empty()) return nals;
  }
  if (is_annex_b(packet)) return split_annex_b(packet);
  return split_length_prefixed(packet, length_size_.value_or(length_bytes));
}

Sample ParameterSets::take(std::span<std::uint8_t> packet, Buffer& scratch) {
  return cut(packet, packet, scratch);
}

Sample ParameterSets::take_shared(Bytes packet, Buffer& scratch) {
  return cut(packet, {}, scratch);
}

Sample ParameterSets::cut(Bytes packet, std::span<std::uint8_t> writable, Buffer& scratch) {
  Sample sample;
  const auto nals = split(packet);
  Stitcher stitcher{packet, writable, nals.size(), scratch, sample};
  for (const auto nal : nals) {
    if (is_parameter_set(codec_, nal)) {
      sample.new_sets = absorb(nal) || sample.new_sets;
      continue;
    }
    if (is_left_out(codec_, nal)) continue;
    if (is_slice(codec_, nal)) {
      sample.slice = true;
      const bool first = is_first_slice(codec_, nal);
      const bool key = is_key_slice(codec_, nal);
      if (first && key) sample.new_sets = activate(nal) || sample.new_sets;
      sample.first_slice = sample.first_slice || first;
      sample.key = sample.key || key;
    }
    stitcher.add(nal);
  }
  stitcher.finish();
  return sample;
}

bool ParameterSets::absorb(Bytes nal) {
  nal = without_trailing_zeros(nal);
  if (nal.size() > max_set_bytes || nal.empty() || (nal[0] & 0x80U) != 0) return false;
  std::optional<std::uint32_t> id;
  Sets* sets = nullptr;
  const auto keep_as = [&](Sets& kind, const auto& parsed) {
    if (!parsed) return;
    sets = &kind;
    id = parsed->id;
  };
  if (codec_ == Codec::avc) {
    if (avc::nal_type(nal) == avc::sps) keep_as(sps_, avc::parse_sps(nal));
    if (avc::nal_type(nal) == avc::pps) keep_as(pps_, avc::parse_pps(nal));
  } else {
    if (hevc::nal_type(nal) == hevc::vps) keep_as(vps_, hevc::parse_vps(nal));
    if (hevc::nal_type(nal) == hevc::sps) keep_as(sps_, hevc::parse_sps(nal));
    if (hevc::nal_type(nal) == hevc::pps) keep_as(pps_, hevc::parse_pps(nal));
  }
  if (sets == nullptr) return false;
  auto& known = (*sets)[*id];
  if (!known.empty() && is_same_set(codec_, known, nal)) return false;
  known.assign(nal.begin(), nal.end());
  return true;
}

bool ParameterSets::activate(Bytes first_slice) {
  const auto pps_id =
      codec_ == Codec::avc ? avc::pps_of_slice(first_slice) : hevc::pps_of_slice(first_slice);
  const auto pps = pps_id ? pps_.find(*pps_id) : pps_.end();
  if (pps == pps_.end()) return false;
  const auto sps_id = codec_ == Codec::avc ? avc::parse_pps(pps->second)->sps_id
                                           : hevc::parse_pps(pps->second)->sps_id;
  if (!sps_.contains(sps_id)) return false;
  const auto before = active_.value_or(sps_.begin()->first);
  active_ = sps_id;
  return before != sps_id;
}

const Buffer* ParameterSets::active_sps() const {
  if (sps_.empty()) return nullptr;
  return active_ ? &sps_.at(*active_) : &sps_.begin()->second;
}

std::vector<Buffer> ParameterSets::sps_list() const {
  auto list = values(sps_);
  const auto* active = active_sps();
  const auto at = std::ranges::find(list, *active);
  std::rotate(list.begin(), at, at + 1);
  return list;
}

std::optional<Parameters> ParameterSets::parameters() const {
  if (sps_.empty() || pps_.empty() || (codec_ == Codec::hevc && vps_.empty())) return {};
  auto sps = sps_list();
  const auto pps = values(pps_);
  if (codec_ == Codec::avc) {
    if (claim_) rewrite(sps, avc::claim_no_reorder);
    return avc_parameters(sps, pps);
  }
  auto vps = values(vps_);
  if (claim_) {
    rewrite(sps, hevc::claim_no_reorder_sps);
    rewrite(vps, hevc::claim_no_reorder_vps);
  }
  return hevc_parameters(vps, sps, pps);
}

bool ParameterSets::cannot_reorder() const {
  const auto* active = active_sps();
  if (active == nullptr) return false;
  if (codec_ == Codec::avc) return avc::cannot_reorder(*avc::parse_sps(*active));
  return hevc::parse_sps(*active)->max_num_reorder_pics == 0;
}

}  // namespace live::codec
