#include "tools/social-relay/version.hpp"

#include <string>

#include <gtest/gtest.h>

namespace social_relay {
namespace {

using live::codec::Codec;
using live::media_in::Epoch;

Epoch epoch(Codec video, Codec audio) {
  Epoch out;
  out.video.emplace().parameters.emplace().codec = video;
  out.audio.emplace().parameters.emplace().codec = audio;
  return out;
}

Destination to(const std::string& service) {
  Destination out;
  out.service = out.title = service;
  if (const auto* known = find_service(service)) {
    out.limits = known->limits;
    out.enhanced = known->enhanced;
  }
  return out;
}

Version chosen(const Destination& destination, const Epoch& of) {
  const auto out = choose_version(destination, of);
  const auto* version = std::get_if<Version>(&out);
  EXPECT_NE(version, nullptr) << std::get<std::string>(out);
  return version == nullptr ? Version{} : *version;
}

TEST(ChooseVersion, CopiesWhatIsTaken) {
  const auto of = epoch(Codec::avc, Codec::aac);
  EXPECT_EQ(chosen(to("twitch"), of), Version{});
  EXPECT_FALSE(needs_enhanced({}, of));
  const auto other = epoch(Codec::hevc, Codec::opus);
  EXPECT_EQ(chosen(to("own"), other), Version{});
  EXPECT_TRUE(needs_enhanced({}, other));
}

TEST(ChooseVersion, MakesAacOfWhatIsNotTaken) {
  const auto of = epoch(Codec::hevc, Codec::opus);
  EXPECT_EQ(chosen(to("youtube"), of), (Version{true, {}}));
  EXPECT_TRUE(needs_enhanced({true, {}}, of)) << "the video is";
  auto unknown = epoch(Codec::avc, Codec::aac);
  unknown.audio->parameters.reset();
  EXPECT_EQ(chosen(to("own"), unknown), (Version{true, {}})) << "G.711, for one";
}

TEST(ChooseVersion, SaysHowVideoIsMended) {
  const auto of = epoch(Codec::hevc, Codec::aac);
  const auto why = choose_version(to("twitch"), of);
  EXPECT_EQ(std::get<std::string>(why), "twitch does not take H.265 video: add --transcode twitch");
  auto unnamed = to("own");
  unnamed.enhanced = false;
  EXPECT_EQ(std::get<std::string>(choose_version(unnamed, of)), "own does not take H.265 video");
}

TEST(ChooseVersion, APresetTakesAll) {
  auto twitch = to("twitch");
  twitch.transcode = *find_preset("twitch");
  const auto of = epoch(Codec::vp9, Codec::flac);
  EXPECT_EQ(chosen(twitch, of), (Version{false, *find_preset("twitch")}));
  EXPECT_FALSE(needs_enhanced(chosen(twitch, of), of));
  EXPECT_EQ(mend_of(twitch), "") << "it is mended";
}

}  // namespace
}  // namespace social_relay
