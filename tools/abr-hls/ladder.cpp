#include "tools/abr-hls/ladder.hpp"

#include "common/av/picture_rate.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <tuple>
#include <utility>

namespace abr_hls {
namespace {

constexpr std::uint32_t largest_side = 8192;
constexpr double most_pictures = 60;  // a second; Apple's authoring specification, 1.19
constexpr const char* rendition_form =
    "is not NAME=WxH@800k[/96k][,fps=30][,codec=h264|hevc|av1] or source";
constexpr const char* audio_form = "is not NAME@64k";

/// What stands before `mark`, and `text` without both; all of it when there is none.
std::string_view take_until(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  const auto head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return head;
}

/// Nothing is missing behind a mark.
bool whole(std::string_view text) {
  return text.find("/,") == std::string_view::npos && text.find(",,") == std::string_view::npos &&
         !text.ends_with('/') && !text.ends_with(',');
}

bool parse_side(std::string_view text, std::uint32_t& side) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  return error == std::errc{} && end == text.data() + text.size() && side >= 2 &&
         side <= largest_side;
}

bool parse_rate(std::string_view text, std::uint64_t& rate) {
  const auto parsed = live::parse_bit_rate(text);
  if (!parsed || *parsed < 8'000 || *parsed > 1'000'000'000) return false;
  rate = *parsed;
  return true;
}

/// "fps=30" or "codec=hevc", once.
bool parse_setting(std::string_view text, Wish& wish) {
  const auto key = take_until(text, '=');
  if (key == "codec") {
    if (std::exchange(wish.names_codec, true)) return false;
    wish.codec = std::string{text};
    return text == "h264" || text == "hevc" || text == "av1";
  }
  const bool once = wish.frame_rate == 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, wish.frame_rate);
  return key == "fps" && once && error == std::errc{} && at == end && wish.frame_rate >= 1 &&
         wish.frame_rate <= most_pictures;
}

std::string complaint(std::string_view text, const char* form) {
  return "'" + live::printable(text) + "' " + form;
}

struct Size {
  double width, height;
};

/// As it is to be shown, in square pixels; what SAR stretches is stretched, so that no line is lost.
Size display_size(const SourceVideo& source) {
  const auto sar = source.sar_num == 0 || source.sar_den == 0
                       ? 1.0
                       : static_cast<double>(source.sar_num) / source.sar_den;
  Size size{source.width * sar, static_cast<double>(source.height)};
  if (source.rotation % 180 != 0) std::swap(size.width, size.height);
  return size;
}

/// The nearest even number that is not above `limit`.
std::uint32_t even(double side, double limit) {
  auto result = static_cast<std::uint32_t>(std::lround(side / 2)) * 2;
  while (result > 2 && result > limit + 0.01)
    result -= 2;
  return std::max<std::uint32_t>(result, 2);
}

void fit(Rung& rung, const Size& source) {
  const double scale =
      std::min({1.0, rung.wish.width / source.width, rung.wish.height / source.height});
  rung.width = even(source.width * scale, std::min<double>(source.width, rung.wish.width));
  rung.height = even(source.height * scale, std::min<double>(source.height, rung.wish.height));
}

void limit_rate(Rung& rung, double source_rate) {
  if (source_rate <= 0) return;
  const double limit =
      rung.wish.frame_rate > 0 ? std::min(rung.wish.frame_rate, most_pictures) : most_pictures;
  std::tie(rung.rate_num, rung.rate_den) =
      live::av::rate_fraction(live::av::thinned_rate(source_rate, limit));
}

/// Two wishes that the source's size made one.
bool same_rung(const Rung& a, const Rung& b) {
  return a.width == b.width && a.height == b.height && a.wish.codec == b.wish.codec &&
         (a.wish.width != b.wish.width || a.wish.height != b.wish.height);
}

bool larger(const Rung& a, const Rung& b) {
  const auto area = [](const Rung& rung) { return std::uint64_t{rung.width} * rung.height; };
  return std::pair{area(a), a.wish.video_bit_rate} > std::pair{area(b), b.wish.video_bit_rate};
}

}  // namespace

std::variant<Wish, std::string> parse_rendition(std::string_view text) {
  Wish wish;
  if (text == "source") {
    wish.name = "source";
    wish.kind = Wish::Kind::source;
    return wish;
  }
  auto rest = text;
  wish.name = std::string{take_until(rest, '=')};
  auto head = take_until(rest, ',');
  auto box = take_until(head, '@');
  auto rate = take_until(head, '/');
  const auto width = take_until(box, 'x');
  bool right = whole(text) && live::is_stream_name(wish.name) && parse_side(width, wish.width) &&
               parse_side(box, wish.height) && parse_rate(rate, wish.video_bit_rate) &&
               (head.empty() || parse_rate(head, wish.audio_bit_rate));
  while (right && !rest.empty())
    right = parse_setting(take_until(rest, ','), wish);
  if (!right) return complaint(text, rendition_form);
  return wish;
}

std::variant<Wish, std::string> parse_audio_only(std::string_view text) {
  Wish wish;
  wish.kind = Wish::Kind::audio_only;
  auto rest = text;
  wish.name = std::string{take_until(rest, '@')};
  if (!live::is_stream_name(wish.name) || !parse_rate(rest, wish.audio_bit_rate))
    return complaint(text, audio_form);
  return wish;
}

std::vector<Wish> default_ladder() {
  const auto rung = [](const char* name, std::uint32_t width, std::uint32_t height,
                       std::uint64_t video, std::uint64_t audio) {
    Wish wish;
    wish.name = name;
    wish.width = width;
    wish.height = height;
    wish.video_bit_rate = video;
    wish.audio_bit_rate = audio;
    return wish;
  };
  return {rung("360p", 640, 360, 800'000, 96'000), rung("480p", 854, 480, 1'400'000, 128'000),
          rung("720p", 1280, 720, 2'800'000, 128'000)};
}

std::vector<Rung> plan(const std::vector<Wish>& wishes, const SourceVideo& source) {
  const auto size = display_size(source);
  std::vector<Rung> rungs;
  for (const auto& wish : wishes) {
    if (wish.kind != Wish::Kind::encoded) continue;
    Rung rung;
    rung.wish = wish;
    fit(rung, size);
    limit_rate(rung, source.frame_rate);
    rungs.push_back(std::move(rung));
  }
  std::stable_sort(rungs.begin(), rungs.end(), larger);
  std::vector<Rung> kept;
  for (auto& rung : rungs) {
    if (std::ranges::none_of(kept, [&](const Rung& other) { return same_rung(other, rung); }))
      kept.push_back(std::move(rung));
  }
  return kept;
}

}  // namespace abr_hls
