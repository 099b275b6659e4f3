#include "common/flv/metadata.hpp"

#include "common/base/text.hpp"

#include <cmath>

namespace live::flv {
namespace {

constexpr std::string_view set_data_frame = "@setDataFrame", on_metadata = "onMetaData";

double positive(const amf0::Value& in, std::string_view name) {
  const auto* property = in.find(name);
  const double value = property == nullptr ? 0 : property->number(0);
  return std::isfinite(value) && value > 0 ? value : 0;
}

/// A codec id is a number, a FourCC as a number, or (older encoders) a string.
bool names_codec(const amf0::Value& in, std::string_view name) {
  const auto* property = in.find(name);
  return property != nullptr && (property->number(0) > 0 || !property->text().empty());
}

std::optional<bool> flag(const amf0::Value& in, std::string_view name) {
  const auto* property = in.find(name);
  const auto* set = property == nullptr ? nullptr : std::get_if<bool>(&property->is);
  return set == nullptr ? std::nullopt : std::optional{*set};
}

bool shows_video(const amf0::Value& in) {
  return names_codec(in, "videocodecid") || positive(in, "width") > 0 ||
         positive(in, "videodatarate") > 0;
}

bool shows_audio(const amf0::Value& in) {
  // Linear PCM is codec 0, so a sample rate counts as well.
  return names_codec(in, "audiocodecid") || positive(in, "audiosamplerate") > 0 ||
         positive(in, "audiodatarate") > 0;
}

}  // namespace

std::optional<Metadata> read_metadata(const std::vector<amf0::Value>& values) {
  const std::size_t name = !values.empty() && values[0].text() == set_data_frame ? 1 : 0;
  if (values.size() < name + 2 || values[name].text() != on_metadata) return {};
  const auto& in = values[name + 1];
  if (in.object() == nullptr) return {};
  Metadata metadata;
  metadata.has_video = flag(in, "hasVideo");
  metadata.has_audio = flag(in, "hasAudio");
  if (shows_video(in) || shows_audio(in)) {
    if (!metadata.has_video) metadata.has_video = shows_video(in);
    if (!metadata.has_audio) metadata.has_audio = shows_audio(in);
  }
  metadata.width = positive(in, "width");
  metadata.height = positive(in, "height");
  metadata.frame_rate = positive(in, "framerate");
  if (metadata.frame_rate == 0) metadata.frame_rate = positive(in, "fps");
  if (const auto* encoder = in.find("encoder")) metadata.encoder = printable(encoder->text());
  return metadata;
}

Bytes without_set_data_frame(Bytes data) {
  Buffer prefix;
  amf0::write_text(prefix, set_data_frame);
  if (data.size() < prefix.size()) return data;
  return as_text(data.first(prefix.size())) == as_text(prefix) ? data.subspan(prefix.size()) : data;
}

}  // namespace live::flv
