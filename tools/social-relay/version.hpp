// A version of the stream, as one or several destinations want it: the input as it is, with another audio, or made anew.
#pragma once

#include "common/media_in/source.hpp"
#include "tools/social-relay/item.hpp"
#include "tools/social-relay/service.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace social_relay {

struct Version {
  bool aac = false;              ///< the audio becomes AAC
  std::optional<Preset> preset;  ///< pictures and sound are made anew
  bool operator==(const Version&) const = default;
};

using SharedUnit = std::shared_ptr<live::media_in::Unit>;

/// Makes the items of one version.  One thread calls it; what it makes goes to its sink from any thread.
class Maker {
 public:
  using Sink = std::function<void(SharedItem)>;

  Maker() = default;
  Maker(const Maker&) = delete;
  Maker& operator=(const Maker&) = delete;
  virtual ~Maker() = default;

  /// The input's tracks, from the next unit on.
  virtual void begin(const live::media_in::Epoch& epoch) = 0;
  virtual void push(const SharedUnit& unit) = 0;
  /// Gives what is on its way.
  virtual void finish() = 0;
};

std::unique_ptr<Maker> make_maker(const Version& version, Maker::Sink sink);

}  // namespace social_relay
