// live.m3u8 on its way to the disk, and what --watch and DIR... do with it.
#pragma once

#include "common/cli/runtime.hpp"
#include "common/hls/multivariant_playlist.hpp"
#include "tools/hls-abr-playlist/options.hpp"

#include <filesystem>

namespace hls_abr_playlist {

/// Replaces `folder`/live.m3u8.  False when the disk is full.  Throws Failure.
bool write_playlist(const std::filesystem::path& folder,
                    const live::hls::MultivariantPlaylist& list);

/// DIR...: each once.  Throws Failure(no_input) at the end when one of them had nothing to play, naming the first.
void publish_once(const Options& options);

/// --watch: until it is asked to stop.  Throws Failure.
void watch(const Options& options, live::cli::Runtime& runtime);

}  // namespace hls_abr_playlist
