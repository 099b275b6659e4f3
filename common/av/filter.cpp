#include "common/av/filter.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/frame.h>
#include <libavutil/mathematics.h>
#include <libavutil/pixdesc.h>
}

#include "common/av/error.hpp"
#include "common/av/handles.hpp"
#include "common/base/failure.hpp"

namespace live::av {
namespace {

constexpr AVRational ticks{1, 90'000};

struct FreeEnds {
  void operator()(AVFilterInOut* p) const noexcept { avfilter_inout_free(&p); }
};
using Ends = std::unique_ptr<AVFilterInOut, FreeEnds>;

/// The loose end `name` of a chain, tied to `filter`.
Ends end(const char* name, AVFilterContext* filter) {
  Ends out{avfilter_inout_alloc()};
  if (!out) throw std::bad_alloc{};
  out->name = av_strdup(name);
  out->filter_ctx = filter;
  return out;
}

std::uint32_t positive(int value) { return value > 0 ? static_cast<std::uint32_t>(value) : 0; }

/// Pixel formats of the "yuvj" kind say it themselves.
bool is_full_range(const AVFrame& frame) {
  return frame.color_range == AVCOL_RANGE_JPEG || frame.format == AV_PIX_FMT_YUVJ420P ||
         frame.format == AV_PIX_FMT_YUVJ422P || frame.format == AV_PIX_FMT_YUVJ444P;
}

}  // namespace

PictureFormat format_of(const Frame& frame) {
  const auto& in = *frame.raw();
  PictureFormat out;
  out.width = positive(in.width);
  out.height = positive(in.height);
  if (in.sample_aspect_ratio.num > 0 && in.sample_aspect_ratio.den > 0) {
    out.sar_num = positive(in.sample_aspect_ratio.num);
    out.sar_den = positive(in.sample_aspect_ratio.den);
  }
  out.pixel_format = in.format;
#if LIBAVUTIL_VERSION_MAJOR >= 59
  out.interlaced = (in.flags & AV_FRAME_FLAG_INTERLACED) != 0;
  out.top_field_first = !out.interlaced || (in.flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) != 0;
#else
  out.interlaced = in.interlaced_frame != 0;
  out.top_field_first = !out.interlaced || in.top_field_first != 0;
#endif
  out.hdr = in.color_trc == AVCOL_TRC_SMPTE2084 || in.color_trc == AVCOL_TRC_ARIB_STD_B67;
  out.colour = {in.color_primaries, in.color_trc, in.colorspace, is_full_range(in)};
  return out;
}

struct Filter::Graph {
  Owned<AVFilterGraph> graph{avfilter_graph_alloc()};
  AVFilterContext *source = nullptr, *sink = nullptr;

  void open(const std::string& chain, const PictureFormat& input);
};

void Filter::Graph::open(const std::string& chain, const PictureFormat& input) {
  if (!graph) throw std::bad_alloc{};
  graph->nb_threads = 1;  // the caller has threads of its own
  auto arguments = fmt::format("video_size={}x{}:pix_fmt={}:time_base={}/{}:pixel_aspect={}/{}",
                               input.width, input.height, input.pixel_format, ticks.num, ticks.den,
                               input.sar_num, input.sar_den);
#if LIBAVFILTER_VERSION_MAJOR >= 10
  arguments += fmt::format(":colorspace={}:range={}", input.colour.matrix,
                           int{input.colour.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG});
#endif
  check(avfilter_graph_create_filter(&source, avfilter_get_by_name("buffer"), "in",
                                     arguments.c_str(), nullptr, graph.get()),
        "open filter");
  check(avfilter_graph_create_filter(&sink, avfilter_get_by_name("buffersink"), "out", nullptr,
                                     nullptr, graph.get()),
        "open filter");
  auto from = end("in", source);
  auto to = end("out", sink);
  // The names are as the chain sees them: its input is our output.
  auto* inputs = to.release();
  auto* outputs = from.release();
  const int parsed =
      avfilter_graph_parse_ptr(graph.get(), chain.c_str(), &inputs, &outputs, nullptr);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  const int ready = parsed < 0 ? parsed : avfilter_graph_config(graph.get(), nullptr);
  if (ready < 0) fail(Exit::bad_data, "filter \"{}\": {}", chain, error_text(ready));
}

Filter::Filter(const std::string& chain, const PictureFormat& input)
    : graph_(std::make_unique<Graph>()) {
  graph_->open(chain, input);
}
Filter::~Filter() = default;
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;

void Filter::push(const Frame& frame) {
  Frame copy;  // a reference: libavfilter takes what it is given
  check(av_frame_ref(copy.raw(), frame.raw()), "filter picture");
  check(av_buffersrc_add_frame_flags(graph_->source, copy.raw(), 0), "filter picture");
}

void Filter::finish() {
  check(av_buffersrc_add_frame_flags(graph_->source, nullptr, 0), "filter picture");
}

bool Filter::receive(Frame& frame) {
  av_frame_unref(frame.raw());
  const int got = av_buffersink_get_frame(graph_->sink, frame.raw());
  if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return false;
  check(got, "filter picture");
  auto& out = *frame.raw();
  if (out.pts != AV_NOPTS_VALUE) {
    out.pts = av_rescale_q(out.pts, av_buffersink_get_time_base(graph_->sink), ticks);
  }
  return true;
}

}  // namespace live::av
