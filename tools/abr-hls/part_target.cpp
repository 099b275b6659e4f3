#include "tools/abr-hls/part_target.hpp"

#include "common/codec/aac.hpp"

#include <algorithm>

namespace abr_hls {

using live::Us;

namespace {

constexpr Us rounding{1'000};  ///< of stamps in containers with milliseconds
/// What a source's PART-TARGET may have above its pictures (Cutter::expect()).
constexpr Us allowance{13'000};

/// How far apart the places are where a part can begin, if these are not the places of the cuts; else 0.
Us one_of(const RenditionInfo& rendition) {
  if (rendition.video)
    return std::chrono::ceil<Us>(live::Ticks90k{std::max<std::int64_t>(0, rendition.thinned_90k)});
  if (!rendition.audio || rendition.audio->sample_rate == 0) return Us{};
  const auto config = live::codec::aac::parse_config(rendition.audio->config);
  const std::int64_t samples = config ? config->frame_samples : 1024;
  return Us{live::rescale(samples, 1'000'000, rendition.audio->sample_rate)};
}

}  // namespace

Us part_target(const RenditionInfo& rendition, const Targets& targets) {
  const auto one = one_of(rendition);
  if (targets.part <= Us{} || one <= Us{}) return targets.part;
  const auto least = targets.part - (rendition.video ? allowance : rounding);
  const auto count = (least + one - Us{1}) / one;
  const auto longest = std::max(targets.part, count * one);
  // Where some parts are a picture shorter than others, they may be too short.
  const bool some_are_short = rendition.video && longest > targets.part + allowance;
  return some_are_short && (count - 1) * 100 < count * 85 ? targets.part : longest;
}

bool part_target_stays(Us before, Us now) {
  if (before <= Us{} || now <= Us{}) return true;
  return now <= before + part_jitter && now * 100 >= before * 95;
}

}  // namespace abr_hls
