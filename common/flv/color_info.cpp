#include "common/flv/color_info.hpp"

#include "common/flv/amf0.hpp"

#include <cmath>
#include <limits>
#include <string_view>
#include <variant>
#include <vector>

namespace live::flv {
namespace {

using codec::Chromaticity;
using codec::Colour;

constexpr double chromaticity_units = 50'000, luminance_units = 10'000;

/// `name` of `in` in `units`, as far as T can hold it.
template <class T>
std::optional<T> scaled(const amf0::Value& in, std::string_view name, double units,
                        double most = std::numeric_limits<T>::max()) {
  const auto* value = in.find(name);
  const double number = value == nullptr ? -1 : std::round(value->number(-1) * units);
  if (!(number >= 0 && number <= most)) return {};  // NaN, too
  return static_cast<T>(number);
}

std::uint16_t code_point(const amf0::Value& in, std::string_view name) {
  return scaled<std::uint16_t>(in, name, 1).value_or(Colour::unspecified);
}

std::optional<Chromaticity> chromaticity(const amf0::Value& in, std::string_view x,
                                         std::string_view y) {
  const auto at_x = scaled<std::uint16_t>(in, x, chromaticity_units, chromaticity_units);
  const auto at_y = scaled<std::uint16_t>(in, y, chromaticity_units, chromaticity_units);
  if (!at_x || !at_y) return {};
  return Chromaticity{*at_x, *at_y};
}

/// All of it, or nothing.
std::optional<codec::MasteringDisplay> mastering_display(const amf0::Value& in) {
  const auto red = chromaticity(in, "redX", "redY");
  const auto green = chromaticity(in, "greenX", "greenY");
  const auto blue = chromaticity(in, "blueX", "blueY");
  const auto white = chromaticity(in, "whitePointX", "whitePointY");
  const auto most = scaled<std::uint32_t>(in, "maxLuminance", luminance_units);
  const auto least = scaled<std::uint32_t>(in, "minLuminance", luminance_units);
  if (!red || !green || !blue || !white || !most || !least || *most <= *least) return {};
  return codec::MasteringDisplay{*red, *green, *blue, *white, *most, *least};
}

std::optional<codec::LightLevel> light_level(const amf0::Value& in) {
  const auto content = scaled<std::uint16_t>(in, "maxCLL", 1);
  const auto average = scaled<std::uint16_t>(in, "maxFall", 1);
  if (content.value_or(0) == 0 && average.value_or(0) == 0) return {};
  return codec::LightLevel{content.value_or(0), average.value_or(0)};
}

}  // namespace

std::optional<ColorInfo> read_color_info(Bytes metadata) {
  const auto parsed = amf0::read(metadata);
  const auto* values = std::get_if<std::vector<amf0::Value>>(&parsed);
  if (values == nullptr || values->size() < 2 || values->front().text() != "colorInfo") return {};
  const auto& info = (*values)[1];
  if (std::holds_alternative<amf0::Undefined>(info.is)) return ColorInfo{};
  if (info.object() == nullptr) return {};
  Colour colour;
  if (const auto* config = info.find("colorConfig")) {
    colour.primaries = code_point(*config, "colorPrimaries");
    colour.transfer = code_point(*config, "transferCharacteristics");
    colour.matrix = code_point(*config, "matrixCoefficients");
  }
  if (const auto* mastering = info.find("hdrMdcv"))
    colour.mastering = mastering_display(*mastering);
  if (const auto* light = info.find("hdrCll")) colour.light = light_level(*light);
  if (colour == Colour{}) return ColorInfo{};
  return ColorInfo{colour};
}

}  // namespace live::flv
