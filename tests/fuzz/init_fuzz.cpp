// USES: live::mp4
// An init segment of a stranger: what is read can be told, written and read back.
#include "common/mp4/init.hpp"

#include <cstdlib>

using namespace live::mp4;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = read_init({data, size});
  const auto* init = std::get_if<Init>(&read);
  if (init == nullptr) return 0;
  if (mime(*init).empty()) std::abort();
  std::vector<Track> tracks;
  for (const auto& track : init->tracks)
    if (track.known) tracks.push_back(track);
  const auto again = read_init(write_init(tracks));
  const auto* second = std::get_if<Init>(&again);
  if (second == nullptr || second->tracks.size() != tracks.size()) std::abort();
  for (std::size_t i = 0; i < tracks.size(); ++i)
    if (!(static_cast<const Track&>(second->tracks[i]) == tracks[i])) std::abort();
  return 0;
}
