// A stream as FLV: for --format flv, and for what players could record.  Bodies leave exactly as they were sent,
// enhanced ones too; stamps are those of the stream's time line, in ms from 0.
#pragma once

#include "common/base/gather.hpp"
#include "common/flv/tag.hpp"
#include "common/rtmp/message.hpp"
#include "tools/rtmp-ingest/headers.hpp"

#include <functional>
#include <memory>

namespace rtmp_ingest {

class FlvOutput {
 public:
  using Header = std::function<void(std::shared_ptr<const live::Buffer> header,
                                    std::shared_ptr<const live::Buffer> change)>;
  using Media = std::function<void(live::Gather, bool start)>;
  FlvOutput(Header header, Media media) : header_(std::move(header)), media_(std::move(media)) {}

  /// What the file header tells; takes effect with the next header.
  void carries(bool audio, bool video) {
    audio_ = audio;
    video_ = video;
  }
  /// `message` with its stamp on the time line.  Where `preface` is another one than before it becomes the header of what
  /// follows, at a start; FLV has no other place for it that a reader who begins there would find.
  void write(const live::rtmp::Message& message, bool start,
             const std::shared_ptr<const Preface>& preface);

 private:
  Header header_;
  Media media_;
  bool audio_ = false, video_ = false;
  std::shared_ptr<const Preface> told_;
};

}  // namespace rtmp_ingest
