// Cameras, servers, files and pipes, through libavformat.
#pragma once

#include "common/base/fd.hpp"
#include "tools/rtsp2fmp4/source.hpp"

namespace rtsp2fmp4 {

class LavfSource final : public Source {
 public:
  LavfSource(live::av::Input input, live::Fd fifo, bool live)
      : fifo_(std::move(fifo)), input_(std::move(input)), live_(live) {}

  [[nodiscard]] const std::vector<live::av::Stream>& streams() const override {
    return input_.streams();
  }
  void leave_out(unsigned stream) override { input_.leave_out(stream); }
  std::optional<live::av::Trouble> read(live::av::Packet& packet) override {
    return input_.read(packet);
  }
  [[nodiscard]] bool is_live() const override { return live_; }

 private:
  live::Fd fifo_;  ///< outlives the input that reads it
  live::av::Input input_;
  bool live_;
};

Opened open_lavf(const InputAddress& address, const Options& options, Transport transport,
                 live::av::Patience patience);

}  // namespace rtsp2fmp4
