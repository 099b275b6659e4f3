#include "common/registry/resp.hpp"

#include "common/base/failure.hpp"

#include <hiredis/hiredis.h>

namespace live::registry::resp {
namespace {

struct FreeReply {
  void operator()(redisReply* reply) const { ::freeReplyObject(reply); }
};

Reply to_value(const redisReply& from) {
  Reply reply;
  switch (from.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      reply.kind = from.type == REDIS_REPLY_ERROR ? Reply::Kind::error : Reply::Kind::text;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::number;
      reply.number = from.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::list;
      for (std::size_t i = 0; i < from.elements; ++i)
        reply.list.push_back(to_value(*from.element[i]));
      break;
    default:
      break;
  }
  return reply;
}

}  // namespace

std::string command(const std::vector<std::string>& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  for (const auto& word : words) {
    texts.push_back(word.data());
    lengths.push_back(word.size());
  }
  char* bytes = nullptr;
  const int length = ::redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), texts.data(),
                                              lengths.data());
  if (length < 0) fail(Exit::bug, "write a command of Redis: out of memory");
  std::string out{bytes, static_cast<std::size_t>(length)};
  ::redisFreeCommand(bytes);
  return out;
}

ReplyReader::ReplyReader() : reader_(::redisReaderCreate()) {
  if (reader_ == nullptr) fail(Exit::bug, "read from Redis: out of memory");
}

ReplyReader::~ReplyReader() { ::redisReaderFree(reader_); }

bool ReplyReader::feed(Bytes bytes) {
  if (broken_) return false;
  pending_ += bytes.size();
  const auto text = as_text(bytes);
  broken_ =
      pending_ > most_pending || ::redisReaderFeed(reader_, text.data(), text.size()) != REDIS_OK;
  return !broken_;
}

std::optional<Reply> ReplyReader::next() {
  void* object = nullptr;
  if (broken_ || ::redisReaderGetReply(reader_, &object) != REDIS_OK) {
    broken_ = true;
    return {};
  }
  if (object == nullptr) return {};
  const std::unique_ptr<redisReply, FreeReply> reply{static_cast<redisReply*>(object)};
  pending_ = reader_->len - reader_->pos;
  return to_value(*reply);
}

}  // namespace live::registry::resp
