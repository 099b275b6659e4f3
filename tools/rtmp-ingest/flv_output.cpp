#include "tools/rtmp-ingest/flv_output.hpp"

#include <utility>

namespace rtmp_ingest {

using live::Buffer;
using live::Bytes;
using live::flv::TagHeader;
using live::flv::TagType;
using live::rtmp::Message;
using live::rtmp::MessageType;

namespace {

TagHeader head_of(const Message& message, std::uint32_t timestamp) {
  const auto type = message.type == MessageType::audio   ? TagType::audio
                    : message.type == MessageType::video ? TagType::video
                                                         : TagType::script;
  return {type, static_cast<std::uint32_t>(message.payload.size()), timestamp};
}

void append_tags(Buffer& out, const Preface& preface, std::uint32_t timestamp) {
  for (const auto& message : preface.messages) {
    const auto head = head_of(message, timestamp);
    live::flv::write_tag_header(out, head);
    out.insert(out.end(), message.payload.begin(), message.payload.end());
    live::flv::write_back_pointer(out, head.size);
  }
}

}  // namespace

void FlvOutput::write(const Message& message, bool start,
                      const std::shared_ptr<const Preface>& preface) {
  if (start && preface != told_) {
    Buffer change;
    append_tags(change, *preface, message.timestamp);
    Buffer whole;
    live::flv::write_file_header(whole, audio_, video_);
    whole.insert(whole.end(), change.begin(), change.end());
    header_(std::make_shared<const Buffer>(std::move(whole)),
            std::make_shared<const Buffer>(std::move(change)));
    told_ = preface;
  }
  // What stands around the body, in one piece of memory.
  const auto head = head_of(message, message.timestamp);
  auto around = std::make_shared<Buffer>();
  around->reserve(live::flv::tag_header_bytes + live::flv::back_pointer_bytes);
  live::flv::write_tag_header(*around, head);
  live::flv::write_back_pointer(*around, head.size);
  live::Gather tag;
  tag.pieces.reserve(3);
  tag.owners.reserve(2);
  tag.add(Bytes{*around}.first(live::flv::tag_header_bytes));
  tag.add(Bytes{message.payload});
  tag.add(Bytes{*around}.subspan(live::flv::tag_header_bytes));
  tag.owners.push_back(std::move(around));
  tag.owners.push_back(message.payload.owner());
  media_(std::move(tag), start);
}

}  // namespace rtmp_ingest
