// "test:": a camera that is always there.
#pragma once

#include "common/av/audio_encoder.hpp"
#include "common/av/video_encoder.hpp"
#include "tools/rtsp2fmp4/source.hpp"
#include "tools/rtsp2fmp4/test_picture.hpp"
#include "tools/rtsp2fmp4/test_spec.hpp"

#include <deque>

namespace rtsp2fmp4 {

/// Made and encoded here, in real time by the monotonic clock.
class TestSource final : public Source {
 public:
  TestSource(const TestSpec& spec, live::av::Patience patience);

  [[nodiscard]] const std::vector<live::av::Stream>& streams() const override { return streams_; }
  void leave_out(unsigned stream) override;
  std::optional<live::av::Trouble> read(live::av::Packet& packet) override;
  [[nodiscard]] bool is_live() const override { return true; }

 private:
  static constexpr std::uint32_t video_stream = 0, audio_stream = 1;

  void make_picture();
  void make_sound();
  [[nodiscard]] live::Monotonic picture_due() const;
  [[nodiscard]] live::Monotonic sound_due() const;
  bool wait_until(live::Monotonic due);

  TestSpec spec_;
  live::av::Patience patience_;
  TestPicture picture_;
  live::av::VideoEncoder video_;
  std::unique_ptr<live::av::AudioEncoder> audio_;
  std::vector<live::av::Stream> streams_;
  bool wants_video_ = true, wants_audio_ = true;
  std::deque<live::av::Packet> ready_;  ///< what one picture or block of sound gave: a few at most
  live::Monotonic begun_;
  std::uint64_t pictures_ = 0, blocks_ = 0;
};

}  // namespace rtsp2fmp4
