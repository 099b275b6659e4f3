#include "tools/hls-abr-playlist/publish.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/tree/names.hpp"
#include "common/tree/write.hpp"
#include "tools/hls-abr-playlist/folder.hpp"

#include <chrono>

namespace hls_abr_playlist {

bool write_playlist(const std::filesystem::path& folder,
                    const live::hls::MultivariantPlaylist& list) {
  const auto path = folder / live::tree::multivariant_name;
  return live::tree::write_whole(path, live::hls::format(list)) == live::tree::Written::done;
}

void publish_once(const Options& options) {
  std::filesystem::path nothing_in;
  for (const auto& path : options.folders) {
    Folder folder{path, options.start};
    if (!folder.exists())
      live::fail(live::Exit::no_input, "open {}: it is no folder", path.string());
    folder.scan(std::chrono::steady_clock::now());
    const auto list = folder.stream().everything();
    if (!list) {
      live::log::warn("{}: no rendition with a segment that can be played", path.string());
      if (nothing_in.empty()) nothing_in = path;
      continue;
    }
    if (!write_playlist(path, *list))
      live::fail(live::Exit::io, "write {}: the disk is full", path.string());
  }
  if (!nothing_in.empty())
    live::fail(live::Exit::no_input, "publish {}: there is nothing to play", nothing_in.string());
}

}  // namespace hls_abr_playlist
