// Inputs as ffmpeg and our own writers make them, through Source.
#include "common/media_in/source.hpp"

#include "common/av/decoder.hpp"
#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/file.hpp"
#include "common/mp4/fragment_writer.hpp"
#include "common/mp4/init.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace live::media_in {
namespace {

constexpr std::int64_t second = 90'000, start = 10 * second;

/// What `Source` gave, in order.
struct Given {
  std::vector<Epoch> epochs;
  std::vector<Unit> video, audio;
  End end;
};

Given read_all(Spec spec) {
  Source source{std::move(spec), [] { return true; }};
  Given out;
  for (;;) {
    auto item = source.next();
    if (auto* epoch = std::get_if<Epoch>(&item)) out.epochs.push_back(std::move(*epoch));
    if (auto* unit = std::get_if<Unit>(&item))
      (unit->video ? out.video : out.audio).push_back(std::move(*unit));
    if (auto* end = std::get_if<End>(&item)) {
      out.end = *end;
      return out;
    }
  }
}

/// One file per test, made by ffmpeg: 3 s of a test picture of 25 pictures a second, two of them B-frames, key frames every
/// second, and sound of 48 kHz.
class FromFfmpeg : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  std::string make(const std::string& name, const std::string& arguments) {
    path_ = testing::TempDir() + name;
    const auto command = "ffmpeg -nostdin -loglevel error -y " + arguments + " " + path_;
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path_;
  }
  std::string path_;
  const std::string picture = "-f lavfi -i testsrc2=s=320x180:r=25:d=3 ";
  const std::string sound = "-f lavfi -i sine=r=48000:d=3 ";
  const std::string h264 = "-c:v libx264 -preset ultrafast -bf 2 -g 25 -pix_fmt yuv420p ";
  const std::string aac = "-c:a aac ";
};

Given through_pipe(const std::string& path) {
  auto* cat = ::popen(("cat " + path).c_str(), "r");
  auto out = read_all({.fd = ::fileno(cat), .url = {}, .format = {}});
  ::pclose(cat);
  return out;
}

/// 75 pictures and the sound beside them, on our time line.
void expect_whole(const Given& given) {
  EXPECT_TRUE(given.end.in_order) << given.end.trouble;
  ASSERT_EQ(given.epochs.size(), 1U);
  const auto& epoch = given.epochs.front();
  ASSERT_TRUE(epoch.video && epoch.audio);
  ASSERT_TRUE(epoch.video->parameters && epoch.audio->parameters);
  EXPECT_EQ(epoch.video->parameters->width, 320U);
  EXPECT_EQ(epoch.audio->parameters->sample_rate, 48'000U);
  ASSERT_EQ(given.video.size(), 75U);
  EXPECT_TRUE(given.video.front().key);
  EXPECT_NEAR(static_cast<double>(given.video.front().dts), start, 0.2 * second);
  EXPECT_EQ(std::ranges::count(given.video, true, &Unit::key), 3);
  ASSERT_GE(given.audio.size(), 135U);
  const auto& last = given.audio.back();
  EXPECT_NEAR(static_cast<double>(last.dts) / 48'000 - 10, 3.0, 0.15)
      << "sound goes with the picture";
  EXPECT_TRUE(std::ranges::is_sorted(given.video, std::ranges::less_equal{}, &Unit::dts));
  EXPECT_TRUE(std::all_of(given.audio.begin(), given.audio.end() - 1,
                          [](const Unit& unit) { return unit.duration == 1024; }));
}

/// In order of presentation, 40 ms apart.
void expect_decodable(const Given& given) {
  av::Decoder decoder{given.epochs.front().video->stream, 1};
  std::vector<std::int64_t> stamps;
  const auto take = [&] {
    for (av::Frame frame; decoder.receive(frame);)
      stamps.push_back(frame.pts());
  };
  for (const auto& unit : given.video) {
    EXPECT_TRUE(decoder.send(unit.packet));
    take();
  }
  decoder.finish();
  take();
  ASSERT_EQ(stamps.size(), given.video.size());
  for (std::size_t i = 1; i < stamps.size(); ++i)
    EXPECT_NEAR(static_cast<double>(stamps[i] - stamps[i - 1]), 3600, 91);
}

TEST_F(FromFfmpeg, ReadsTransportStreams) {
  make("in.ts", picture + sound + h264 + aac);
  const auto given = through_pipe(path_);
  expect_whole(given);
  expect_decodable(given);
}

TEST_F(FromFfmpeg, ReadsFlv) {
  make("in.flv", picture + sound + h264 + aac);
  const auto given = through_pipe(path_);
  expect_whole(given);
  expect_decodable(given);
}

TEST_F(FromFfmpeg, MovesForeignFragmentsToOurTimeLine) {
  make("in.mp4", picture + sound + h264 + aac +
                     "-movflags frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets");
  const auto given = through_pipe(path_);
  expect_whole(given);
  expect_decodable(given);
}

TEST_F(FromFfmpeg, ReadsPlainMp4FromAFile) {
  make("in.mp4", picture + sound + h264 + aac);
  const auto given = read_all({.fd = -1, .url = path_, .format = {}});
  expect_whole(given);
  expect_decodable(given);
}

TEST_F(FromFfmpeg, ReadsPlainMp4FromStdinThatIsAFile) {
  make("in.mp4", picture + sound + h264 + aac);
  const Fd file{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
  expect_whole(read_all({.fd = file.get(), .url = {}, .format = {}}));
}

TEST_F(FromFfmpeg, SaysWhatToDoAboutPlainMp4InAPipe) {
  make("in.mp4", picture + sound + h264 + aac);
  try {
    through_pipe(path_);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit(), Exit::bad_data);
    EXPECT_NE(std::string{failure.what()}.find("rtsp2fmp4 FILE"), std::string::npos)
        << failure.what();
  }
}

TEST_F(FromFfmpeg, ReadsMatroskaWithSoundOnItsGrid) {
  make("in.mkv", picture + sound + h264 + aac);
  const auto given = through_pipe(path_);
  expect_whole(given);
  for (std::size_t i = 1; i < given.audio.size(); ++i)
    EXPECT_EQ(given.audio[i].dts - given.audio[i - 1].dts, 1024) << i;
}

TEST_F(FromFfmpeg, ReadsWhatMp4DoesNotCarry) {
  make("in.mpg", picture + sound + "-c:v mpeg2video -c:a mp2 -f vob");
  const auto given = through_pipe(path_);
  ASSERT_EQ(given.epochs.size(), 1U);
  EXPECT_FALSE(given.epochs.front().video->parameters);
  EXPECT_EQ(given.video.size(), 75U);
  expect_decodable(given);
}

TEST_F(FromFfmpeg, ReadsSoundAlone) {
  for (const std::string name : {"in.ts", "in.flv", "in.mka"}) {
    make(name, sound + aac);
    const auto given = through_pipe(path_);
    ASSERT_EQ(given.epochs.size(), 1U) << name;
    EXPECT_FALSE(given.epochs.front().video);
    EXPECT_GE(given.audio.size(), 135U) << name;
    EXPECT_NEAR(static_cast<double>(given.audio.front().dts), 480'000, 48) << name;
  }
}

TEST_F(FromFfmpeg, ReadsPicturesAlone) {
  for (const std::string name : {"in.ts", "in.flv", "in.mkv"}) {
    make(name, picture + h264);
    const auto given = through_pipe(path_);
    ASSERT_EQ(given.epochs.size(), 1U) << name;
    EXPECT_FALSE(given.epochs.front().audio);
    EXPECT_EQ(given.video.size(), 75U) << name;
  }
}

TEST_F(FromFfmpeg, TellsARotation) {
  const auto upright = make("upright.mp4", picture + h264);
  // The first is ffmpeg 6's way, the second ffmpeg 5's.
  path_ = testing::TempDir() + "turned.mp4";
  const auto turned = "-i " + upright + " -c copy ";
  const auto command = "ffmpeg -nostdin -v error -y -display_rotation 90 " + turned + path_ +
                       " 2> /dev/null || ffmpeg -nostdin -v error -y " + turned +
                       "-metadata:s:v rotate=90 " + path_;
  EXPECT_EQ(std::system(command.c_str()), 0);
  const auto given = read_all({.fd = -1, .url = path_, .format = {}});
  EXPECT_EQ(given.epochs.front().video->stream.rotation, 270) << "turned counter-clockwise";
  std::filesystem::remove(upright);
}

/// Two files of the same kind behind each other, as a pipe that goes on with another encoder.
TEST_F(FromFfmpeg, BeginsAnEpochWherePicturesChangeTheirSize) {
  const auto small = make("small.ts", picture + sound + h264 + aac);
  const auto large = make("large.ts", "-f lavfi -i testsrc2=s=640x360:r=25:d=3 " + sound + h264 +
                                          aac + "-output_ts_offset 3");
  path_ = testing::TempDir() + "both.ts";
  EXPECT_EQ(std::system(("cat " + small + " " + large + " > " + path_).c_str()), 0);
  const auto given = through_pipe(path_);
  ASSERT_EQ(given.epochs.size(), 2U);
  EXPECT_EQ(given.epochs[0].video->parameters->width, 320U);
  EXPECT_EQ(given.epochs[1].video->parameters->width, 640U);
  EXPECT_EQ(given.video.size(), 150U);
  std::filesystem::remove(small);
  std::filesystem::remove(large);
}

TEST_F(FromFfmpeg, SoundThatAHeaderAnnouncesMayComeLate) {
  for (const std::string name : {"late.mp4", "late.mkv"}) {
    path_ = make(name, picture + "-itsoffset 2 " + sound + h264 + aac);
    const auto given = read_all({.fd = -1, .url = path_, .format = {}});
    ASSERT_EQ(given.epochs.size(), 1U) << name;
    EXPECT_TRUE(given.epochs[0].audio && given.epochs[0].video);
    ASSERT_FALSE(given.audio.empty());
    EXPECT_NEAR(static_cast<double>(given.audio.front().dts) / 48'000,
                2 + static_cast<double>(given.video.front().pts) / 90'000, 0.1);
    std::filesystem::remove(path_);
  }
}

/// PMT and packets of the sound come after 3 s of pictures alone.
TEST_F(FromFfmpeg, BeginsAnEpochWhereSoundComesLate) {
  const auto mute = make("mute.ts", picture + h264);
  const auto loud = make("loud.ts", picture + sound + h264 + aac + "-output_ts_offset 3");
  // More than libavformat looks at before it begins.
  Spec spec{.fd = -1, .url = {}, .format = {}};
  auto* cat = ::popen(("for i in 1 2 3; do cat " + mute + "; done; cat " + loud).c_str(), "r");
  spec.fd = ::fileno(cat);
  const auto given = read_all(std::move(spec));
  ::pclose(cat);
  ASSERT_FALSE(given.epochs.empty());
  EXPECT_TRUE(given.epochs.back().audio);
  EXPECT_FALSE(given.audio.empty());
  std::filesystem::remove(mute);
  std::filesystem::remove(loud);
}

/// As the first program of a pipe writes it: sound alone, one frame of 3 bytes in each fragment.
std::string live_init() {
  mp4::Track track{.id = 2, .timescale = 48'000, .parameters = {}};
  track.parameters = {.codec = codec::Codec::aac, .config = {0x11, 0x90}};
  track.parameters.sample_rate = 48'000;
  track.parameters.channels = 2;
  const auto init = mp4::write_init({&track, 1});
  return {init.begin(), init.end()};
}
std::string live_fragment(std::uint64_t dts, WallClock wall) {
  const mp4::SampleEntry sample{.duration = 1024, .size = 3, .composition = 0, .sync = true};
  const mp4::Run run{.track = 2, .decode_time = dts, .video = false, .samples = {&sample, 1}};
  Buffer out;
  mp4::write_fragment_head(out, 1, mp4::ProducerTime{2, to_ntp(wall), dts}, {&run, 1});
  return std::string{out.begin(), out.end()} + "abc";
}

TEST(Source, KeepsTheStampsOfLiveFmp4AndTellsItsWallClock) {
  const WallClock wall{std::chrono::seconds{1'800'000'000}};
  auto stream = live_init();
  for (std::uint64_t n = 0; n < 30; ++n)
    stream += live_fragment(4'800'000 + n * 1024 + n % 2, wall + n * Ms{20});
  const auto path = testing::TempDir() + "live.mp4";
  publish_file(path, stream);
  const auto given = through_pipe(path);
  ASSERT_EQ(given.audio.size(), 30U);
  EXPECT_EQ(given.audio[3].dts, 4'800'000 + 3 * 1024 + 1);
  EXPECT_EQ(given.audio[3].packet.size(), 3U);
  ASSERT_TRUE(given.audio[3].produced);
  const auto off = *given.audio[3].produced - (wall + 3 * Ms{20});
  EXPECT_LT(off < off.zero() ? -off : off, Us{2});
  std::filesystem::remove(path);
}

TEST(Source, BeginsAnEpochWithEachInitSegment) {
  const auto once = live_init() + live_fragment(480'000, {});
  const auto path = testing::TempDir() + "twice.mp4";
  publish_file(path, once + once);
  const auto given = through_pipe(path);
  EXPECT_EQ(given.epochs.size(), 2U);
  EXPECT_EQ(given.audio.size(), 2U);
  publish_file(path, once + once.substr(0, once.size() - 2));
  EXPECT_FALSE(through_pipe(path).end.in_order) << "it ends inside a fragment";
  std::filesystem::remove(path);
}

TEST(Source, SaysThatTextIsNoMedia) {
  const auto path = testing::TempDir() + "letter";
  publish_file(path, std::string(5000, 'x'));
  for (const bool file : {true, false}) {
    try {
      if (file) read_all({.fd = -1, .url = path, .format = {}});
      through_pipe(path);
      FAIL();
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.exit(), Exit::bad_data);
    }
  }
}

TEST(Source, SaysThatAFileIsMissing) {
  try {
    read_all({.fd = -1, .url = "/nowhere/at/all.mp4", .format = {}});
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit(), Exit::no_input);
  }
}

TEST(Source, EndsWhenPatienceEnds) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const Fd read{ends[0]}, write{ends[1]};
  int asked = 0;
  Source source{{.fd = read.get(), .url = {}, .format = {}}, [&] { return ++asked < 3; }};
  const auto item = source.next();
  const auto* end = std::get_if<End>(&item);
  ASSERT_NE(end, nullptr);
  EXPECT_TRUE(end->interrupted);
  EXPECT_FALSE(end->in_order);
}

}  // namespace
}  // namespace live::media_in
