#include "common/codec/ac3.hpp"

#include "common/codec/bits.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace live::codec::ac3 {
namespace {

constexpr std::uint32_t syncword = 0x0B77;
constexpr std::uint32_t block_samples = 256, frame_blocks = 6;
constexpr std::array<std::uint32_t, 3> rates{48'000, 44'100, 32'000};
constexpr std::array<std::uint16_t, 19> kbit_rates{32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                                   192, 224, 256, 320, 384, 448, 512, 576, 640};
constexpr std::array<std::uint8_t, 8> front_and_surround{2, 1, 2, 3, 3, 4, 4, 5};  // by acmod
constexpr std::uint32_t mono = 1, dual_mono = 0, stereo = 2;

std::uint32_t channels_of(std::uint32_t acmod, bool lfe) {
  return front_and_surround[acmod] + (lfe ? 1U : 0U);
}

/// §4.4.1.4, table 4.13.
std::size_t ac3_bytes(std::uint32_t fscod, std::uint32_t frmsizecod) {
  const std::uint32_t rate = kbit_rates[frmsizecod >> 1U];
  const std::array<std::uint32_t, 3> words{rate * 2, rate * 320 / 147 + (frmsizecod & 1U),
                                           rate * 3};
  return std::size_t{words[fscod]} * 2;
}

/// syncinfo() and bsi() of §4.3, behind the syncword.
std::optional<Frame> parse_ac3(BitReader in) {
  in.skip(16);  // crc1
  const auto fscod = in.bits(2);
  const auto frmsizecod = in.bits(6);
  Frame frame;
  frame.bsid = static_cast<std::uint8_t>(in.bits(5));
  frame.bsmod = static_cast<std::uint8_t>(in.bits(3));
  frame.acmod = static_cast<std::uint8_t>(in.bits(3));
  const bool three_front = (frame.acmod & 1U) != 0 && frame.acmod != mono;
  if (three_front) in.skip(2);              // cmixlev
  if ((frame.acmod & 4U) != 0) in.skip(2);  // surmixlev
  if (frame.acmod == stereo) in.skip(2);    // dsurmod
  frame.lfe = in.flag();
  if (!in.ok() || fscod >= rates.size() || frmsizecod / 2 >= kbit_rates.size()) return {};
  frame.fscod = static_cast<std::uint8_t>(fscod);
  frame.bit_rate_code = static_cast<std::uint8_t>(frmsizecod >> 1U);
  // 9 and 10, which are not in the standard, halve the rate.
  frame.sample_rate = rates[fscod] >> (std::max<std::uint32_t>(frame.bsid, 8) - 8);
  frame.channels = channels_of(frame.acmod, frame.lfe);
  frame.samples = frame_blocks * block_samples;
  frame.frame_bytes = ac3_bytes(fscod, frmsizecod);
  return frame;
}

/// bsmod, where nothing stands before it that takes a parser of its own.
std::uint8_t read_bsmod(BitReader& in) {
  const bool mixing_metadata = in.flag();
  const bool informational = !mixing_metadata && in.flag();
  return static_cast<std::uint8_t>(informational ? in.bits(3) : 0);
}

/// bsi() of §E.1.2.2, behind the syncword.
std::optional<Frame> parse_eac3(BitReader in) {
  constexpr std::uint32_t dependent = 1, reserved_type = 3, reduced_rate = 3;
  constexpr std::array<std::uint32_t, 4> block_counts{1, 2, 3, frame_blocks};
  Frame frame;
  frame.enhanced = true;
  const auto type = in.bits(2);
  frame.dependent = type == dependent;
  frame.substream = static_cast<std::uint8_t>(in.bits(3));
  frame.frame_bytes = (std::size_t{in.bits(11)} + 1) * 2;
  const auto fscod = in.bits(2);
  const auto second = in.bits(2);  // fscod2, or numblkscod
  frame.acmod = static_cast<std::uint8_t>(in.bits(3));
  frame.lfe = in.flag();
  frame.bsid = static_cast<std::uint8_t>(in.bits(5));
  for (int programme = 0; programme < (frame.acmod == dual_mono ? 2 : 1); ++programme) {
    in.skip(5);                 // dialnorm
    if (in.flag()) in.skip(8);  // compr
  }
  if (frame.dependent && in.flag()) frame.channel_map = static_cast<std::uint16_t>(in.bits(16));
  if (!in.ok() || type == reserved_type) return {};
  frame.bsmod = read_bsmod(in);  // zeros where the frame is cut
  frame.fscod = static_cast<std::uint8_t>(fscod);
  frame.channels = channels_of(frame.acmod, frame.lfe);
  if (fscod == reduced_rate) {
    if (second >= rates.size()) return {};
    frame.sample_rate = rates[second] / 2;
    frame.samples = frame_blocks * block_samples;
  } else {
    frame.sample_rate = rates[fscod];
    frame.samples = block_counts[second] * block_samples;
  }
  return frame;
}

/// Where chan_loc (table F.6.1, first location in the lowest bit) has the locations of chanmap (§E.1.3.1.8, first one in
/// the highest): Lc/Rc to Vhc in the same order, and LFE2.
std::uint32_t locations(std::uint32_t channel_map) {
  constexpr unsigned first_in_map = 10, lfe2_in_map = 1, pairs_and_heights = 8;
  std::uint32_t found = 0;
  for (unsigned i = 0; i < pairs_and_heights; ++i)
    found |= (channel_map >> (first_in_map - i) & 1U) << i;
  return found | (channel_map >> lfe2_in_map & 1U) << pairs_and_heights;
}

std::uint32_t channels_at(std::uint32_t locations) {
  constexpr unsigned pairs = 0b0'0111'0011;
  return static_cast<std::uint32_t>(std::popcount(locations) + std::popcount(locations & pairs));
}

struct Programme {
  Frame frame;
  std::uint32_t dependents = 0, locations = 0;
};
/// What a sample holds.
struct Contents {
  std::vector<Programme> programmes;
  std::size_t bytes = 0;      ///< of all frames
  std::uint32_t samples = 0;  ///< of the first programme
};

Contents contents(Bytes sample) {
  constexpr std::size_t most_programmes = 8, most_dependents = 8;
  Contents found;
  while (const auto frame = parse_frame(sample)) {
    auto& programmes = found.programmes;
    const auto known = std::ranges::find(programmes, frame->substream,
                                         [](const Programme& p) { return p.frame.substream; });
    if (frame->dependent) {
      if (programmes.empty()) break;
      auto& parent = programmes.back();
      parent.dependents = std::min<std::uint32_t>(parent.dependents + 1, most_dependents);
      parent.locations |= locations(frame->channel_map);
    } else if (known == programmes.end()) {
      if (programmes.size() == most_programmes) break;
      programmes.push_back({*frame});
    }
    if (!frame->dependent && frame->substream == programmes.front().frame.substream)
      found.samples += frame->samples;
    found.bytes += frame->frame_bytes;
    if (frame->frame_bytes >= sample.size()) break;
    sample = sample.subspan(frame->frame_bytes);
  }
  return found;
}

Buffer write_dac3(const Frame& frame) {
  BitWriter out;
  out.bits(2, frame.fscod);
  out.bits(5, frame.bsid);
  out.bits(3, frame.bsmod);
  out.bits(3, frame.acmod);
  out.flag(frame.lfe);
  out.bits(5, frame.bit_rate_code);
  out.bits(5, 0);
  return out.aligned();
}

Buffer write_dec3(const Contents& in) {
  constexpr std::uint64_t most_kbit_rate = (1U << 13U) - 1;
  const auto& programmes = in.programmes;
  const auto kbit_rate =
      std::uint64_t{in.bytes} * 8 * programmes.front().frame.sample_rate / in.samples / 1000;
  BitWriter out;
  out.bits(13, static_cast<std::uint32_t>(std::min(kbit_rate, most_kbit_rate)));
  out.bits(3, static_cast<std::uint32_t>(programmes.size() - 1));
  for (const auto& [frame, dependents, locations] : programmes) {
    out.bits(2, frame.fscod);
    out.bits(5, frame.bsid);
    out.bits(2, 0);  // reserved, asvc
    out.bits(3, frame.bsmod);
    out.bits(3, frame.acmod);
    out.flag(frame.lfe);
    out.bits(3, 0);
    out.bits(4, dependents);
    out.bits(dependents > 0 ? 9 : 1, locations);
  }
  return out.aligned();
}

}  // namespace

std::optional<Frame> parse_frame(Bytes frame) {
  constexpr std::size_t bsid_byte = 5;  // in both, so that a decoder can tell them apart
  constexpr std::uint32_t last_ac3 = 10, last_eac3 = 16;
  if (frame.size() <= bsid_byte) return {};
  BitReader in{frame};
  if (in.bits(16) != syncword) return {};
  const auto bsid = static_cast<std::uint32_t>(frame[bsid_byte] >> 3U);
  if (bsid > last_eac3) return {};
  return bsid <= last_ac3 ? parse_ac3(in) : parse_eac3(in);
}

std::optional<Parameters> parameters(Codec codec, Bytes sample) {
  const auto found = contents(sample);
  if (found.programmes.empty()) return {};
  const auto& main = found.programmes.front();
  if (codec == Codec::ac3 && main.frame.enhanced) return {};
  Parameters out{.codec = codec, .config = {}};
  out.config = codec == Codec::ac3 ? write_dac3(main.frame) : write_dec3(found);
  out.sample_rate = main.frame.sample_rate;
  out.channels = main.frame.channels;
  if (codec == Codec::eac3) out.channels += channels_at(main.locations);
  return out;
}

std::optional<std::uint32_t> samples(Bytes sample) {
  const auto found = contents(sample);
  if (found.samples == 0) return {};
  return found.samples;
}

std::optional<std::uint32_t> channels(Codec codec, Bytes record) {
  BitReader in{record};
  in.skip(codec == Codec::ac3 ? 10 : 28);
  const auto acmod = in.bits(3);
  const bool lfe = in.flag();
  auto count = channels_of(acmod, lfe);
  if (codec == Codec::eac3) {
    in.skip(3);
    if (in.bits(4) > 0) count += channels_at(in.bits(9));
  }
  if (!in.ok()) return {};
  return count;
}

}  // namespace live::codec::ac3
