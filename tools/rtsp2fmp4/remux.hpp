// The media thread: connects, reads, writes, and connects again.
#pragma once

#include "common/base/backoff.hpp"
#include "common/timeline/repair.hpp"
#include "tools/rtsp2fmp4/input_address.hpp"
#include "tools/rtsp2fmp4/muxer.hpp"
#include "tools/rtsp2fmp4/options.hpp"
#include "tools/rtsp2fmp4/output.hpp"
#include "tools/rtsp2fmp4/source.hpp"
#include "tools/rtsp2fmp4/stats.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rtsp2fmp4 {

class Session;

class Remux {
 public:
  /// `stopping` is asked from the media thread.  Throws Failure when the input cannot be named.
  Remux(const Options& options, Output& output, Stats& stats, std::function<bool()> stopping);
  ~Remux();

  /// Returns at the end of the input, of --duration, when asked to stop, or when the reader of standard
  /// output left; throws Failure for everything that another attempt cannot mend.
  void run();

 private:
  /// Why waiting ended before the source said anything.
  enum class Halt { none, finished, silent };

  static constexpr std::chrono::seconds udp_patience{3};  ///< of --transport auto, without a packet

  std::optional<live::av::Trouble> attempt();
  std::optional<live::av::Trouble> read_all(Source& source, Session& session);
  bool pace(const live::av::Stream& stream, const live::av::Packet& packet);
  /// False: halt_ says why.
  bool patient();
  [[nodiscard]] bool finished();
  void judge(const live::av::Trouble& trouble);
  bool retry_over_tcp(const live::av::Trouble& trouble);
  [[noreturn]] void give_up_local(const live::av::Trouble& trouble) const;
  void wait(std::chrono::milliseconds delay);
  void count_repairs();

  const Options& options_;
  Output& output_;
  Stats& stats_;
  std::function<bool()> stopping_;
  InputAddress address_;
  Transport transport_;
  bool rtsp_, network_;
  Muxer muxer_;
  std::optional<live::timeline::Repair> repair_;
  live::Backoff backoff_;
  Halt halt_ = Halt::none;
  live::Monotonic started_, looked_;
  std::optional<live::Monotonic> deadline_;
  std::optional<live::Monotonic> first_output_;
  std::optional<live::Monotonic> connected_;  ///< of this attempt: when its first packet came
  unsigned denied_ = 0;                       ///< attempts in a row
  bool opened_ = false;                       ///< this attempt got as far as reading packets
  bool connected_before_ = false;
  bool reordered_ = false;  ///< the source has shown B-frames
  bool ended_ = false;
  std::optional<std::pair<live::Monotonic, live::Ms>>
      pace_;  ///< --realtime: when the first stamp went out
};

}  // namespace rtsp2fmp4
