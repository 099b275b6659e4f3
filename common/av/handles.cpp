#include "common/av/handles.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/buffer.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

namespace live::av {

void Free::operator()(AVPacket* p) const noexcept { av_packet_free(&p); }
void Free::operator()(AVFrame* p) const noexcept { av_frame_free(&p); }
void Free::operator()(AVCodecContext* p) const noexcept { avcodec_free_context(&p); }
void Free::operator()(AVCodecParameters* p) const noexcept { avcodec_parameters_free(&p); }
void Free::operator()(AVFormatContext* p) const noexcept { avformat_close_input(&p); }
void Free::operator()(AVAudioFifo* p) const noexcept { av_audio_fifo_free(p); }
void Free::operator()(AVBufferPool* p) const noexcept { av_buffer_pool_uninit(&p); }
void Free::operator()(AVFilterGraph* p) const noexcept { avfilter_graph_free(&p); }
void Free::operator()(SwsContext* p) const noexcept { sws_freeContext(p); }
void Free::operator()(SwrContext* p) const noexcept { swr_free(&p); }

}  // namespace live::av
