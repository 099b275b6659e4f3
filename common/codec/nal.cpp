#include "common/codec/nal.hpp"

#include <cstring>

namespace live::codec {
namespace {

/// Where the next 00 00 01 at or after `from` begins; in.size() when there is none.
std::size_t find_start_code(Bytes in, std::size_t from) {
  // memchr for the 01 is several times as quick as a loop that looks for the zeros.
  for (auto at = from + 2; at < in.size(); ++at) {
    const void* one = std::memchr(in.data() + at, 1, in.size() - at);
    if (one == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(one) - in.data());
    if (in[at - 1] == 0 && in[at - 2] == 0) return at - 2;
  }
  return in.size();
}

}  // namespace

std::vector<Bytes> split_annex_b(Bytes annex_b) {
  std::vector<Bytes> nals;
  for (auto code = find_start_code(annex_b, 0); code < annex_b.size();) {
    const auto begin = code + 3;
    const auto next = find_start_code(annex_b, begin);
    auto end = next;
    while (end > begin && annex_b[end - 1] == 0)
      --end;
    if (end > begin) nals.push_back(annex_b.subspan(begin, end - begin));
    code = next;
  }
  return nals;
}

std::vector<Bytes> split_length_prefixed(Bytes sample, std::size_t length_size) {
  std::vector<Bytes> nals;
  Reader in{sample};
  while (in.left() > 0) {
    const auto size = in.be(length_size);
    const auto nal = in.take(size);
    if (!in.ok()) return {};
    if (!nal.empty()) nals.push_back(nal);
  }
  return nals;
}

bool is_annex_b(Bytes au) {
  if (au.size() < 4 || au[0] != 0 || au[1] != 0) return false;
  return au[2] == 1 || (au[2] == 0 && au[3] == 1);
}

bool is_key_slice(Codec codec, Bytes nal) {
  if (codec == Codec::avc) return avc::nal_type(nal) == avc::idr;
  const auto type = hevc::nal_type(nal);
  return type >= hevc::bla_first && type <= hevc::irap_last;
}

bool is_slice(Codec codec, Bytes nal) {
  if (codec == Codec::hevc) return hevc::nal_type(nal) < hevc::vps;
  const auto type = avc::nal_type(nal);
  return type >= avc::slice && type <= avc::idr;
}

bool is_parameter_set(Codec codec, Bytes nal) {
  if (codec == Codec::avc) {
    const auto type = avc::nal_type(nal);
    return type == avc::sps || type == avc::pps || type == avc::sps_ext;
  }
  const auto type = hevc::nal_type(nal);
  return type == hevc::vps || type == hevc::sps || type == hevc::pps;
}

}  // namespace live::codec
