// Owners of libav's objects.  The types stay incomplete here, so that nobody outside this room
// needs, or sees, a header of libav.
#pragma once

#include <memory>

struct AVPacket;
struct AVFrame;
struct AVCodecContext;
struct AVCodecParameters;
struct AVFormatContext;
struct AVAudioFifo;
struct AVBufferPool;
struct AVFilterGraph;
struct SwsContext;
struct SwrContext;

namespace live::av {

struct Free {
  void operator()(AVPacket* p) const noexcept;
  void operator()(AVFrame* p) const noexcept;
  void operator()(AVCodecContext* p) const noexcept;
  void operator()(AVCodecParameters* p) const noexcept;
  void operator()(AVFormatContext* p) const noexcept;
  void operator()(AVAudioFifo* p) const noexcept;
  void operator()(AVBufferPool* p) const noexcept;
  void operator()(AVFilterGraph* p) const noexcept;
  void operator()(SwsContext* p) const noexcept;
  void operator()(SwrContext* p) const noexcept;
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

}  // namespace live::av
