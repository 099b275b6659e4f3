#include "common/mp4/box.hpp"
#include "common/mp4/stream_reader.hpp"

#include <algorithm>
#include <array>

namespace live::mp4 {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes, name;
};
constexpr std::array magics{
    Magic{"FLV\x01"sv, "FLV"sv},
    Magic{"\x1A\x45\xDF\xA3"sv, "Matroska/WebM"sv},
    Magic{"OggS"sv, "Ogg"sv},
    Magic{"RIFF"sv, "RIFF"sv},
    Magic{"\xFF\xD8\xFF"sv, "JPEG"sv},
    Magic{"\x89PNG"sv, "PNG"sv},
    Magic{"#EXTM3U"sv, "HLS playlist"sv},
    Magic{"HTTP/1."sv, "HTTP response"sv},
    Magic{"\x1F\x8B"sv, "gzip"sv},
    Magic{"ID3"sv, "MP3"sv},
    Magic{"\x00\x00\x01\xBA"sv, "MPEG program stream"sv},
};

/// By the header of the first NAL unit: what begins a stream is an AUD, SEI or parameter set, and
/// those of H.265 (types 32 to 35 and 39, one byte further on the id and layer) are nothing that
/// begins H.264.
std::string annex_b(std::uint8_t header) {
  const auto type = header >> 1U;
  const bool is_h265 = (header & 1U) == 0 && ((type >= 32 && type <= 35) || type == 39);
  return is_h265 ? "raw H.265 (Annex B)" : "raw H.264 (Annex B)";
}

bool is_text(Bytes head) {
  constexpr std::size_t telling = 16;
  return std::ranges::all_of(head.first(std::min(head.size(), telling)), [](std::uint8_t c) {
    return (c >= ' ' && c < 0x7F) || c == '\n' || c == '\r' || c == '\t';
  });
}

/// 'G' begins many a text too.
constexpr std::size_t ts_packet = 188;
bool is_transport_stream(Bytes head) {
  return head[0] == 0x47 && (head.size() > ts_packet ? head[ts_packet] == 0x47 : !is_text(head));
}

}  // namespace

std::string looks_like(Bytes head) {
  if (head.empty()) return "nothing";
  const auto text = as_text(head);
  for (const auto& magic : magics)
    if (text.starts_with(magic.bytes)) return std::string(magic.name);
  if (is_transport_stream(head)) return "MPEG-TS";
  if (text.starts_with("\0\0\1"sv) && head.size() > 3) return annex_b(head[3]);
  if (text.starts_with("\0\0\0\1"sv) && head.size() > 4) return annex_b(head[4]);
  const bool sync_word = head.size() >= 2 && head[0] == 0xFF;
  if (sync_word && (head[1] & 0xF6U) == 0xF0) return "ADTS AAC";
  if (sync_word && (head[1] & 0xE6U) == 0xE2) return "MP3";
  if (head.size() >= 8) {
    const auto type = load_be(head.subspan(4), 4);
    for (const auto box : {fourcc("ftyp"), fourcc("moov"), fourcc("mdat"), fourcc("wide")})
      if (type == box) return "plain MP4";
  }
  if (is_text(head)) return "text";
  return "unknown data";
}

}  // namespace live::mp4
