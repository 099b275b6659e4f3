#include "common/fetch/transfer.hpp"

#include "common/base/ascii.hpp"
#include "common/base/failure.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace live::fetch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_header_bytes = 65'536;
constexpr long upload_buffer = 262'144;  // each costs so much memory; less costs more system calls
constexpr std::chrono::milliseconds idle{60'000};  // how often who waits for ever looks up
constexpr int looks_per_stall = 4;

}  // namespace

Reply Reply::failed(std::string why) {
  Reply out;
  out.error = std::move(why);
  return out;
}

std::string Reply::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string{} : found->second;
}

Transfer::Transfer(asio::io_context& io, Request asked)
    : request_(std::move(asked)), over_(io), begun_(Clock::now()), moved_(begun_) {}

std::size_t Transfer::on_body(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  auto& self = *static_cast<Transfer*>(user);
  self.received_ += size;
  self.too_large_ = self.reply_.body.size() + size > self.request_.max_body;
  if (self.too_large_) return 0;
  self.reply_.body.append(bytes, size);
  return size;
}

std::size_t Transfer::on_header(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  auto& self = *static_cast<Transfer*>(user);
  const std::string_view line{bytes, size};
  self.received_ += size;
  self.header_bytes_ += size;
  self.too_large_ = self.header_bytes_ > max_header_bytes;
  if (self.too_large_) return 0;
  if (line.starts_with("HTTP/")) self.reply_.headers.clear();  // what came before was interim
  const auto colon = line.find(':');
  if (self.request_.keep_headers && colon != std::string_view::npos)
    self.reply_.headers.emplace_back(to_lower(line.substr(0, colon)),
                                     trimmed(line.substr(colon + 1)));
  return size;
}

std::size_t Transfer::on_read(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  auto& self = *static_cast<Transfer*>(user);
  const auto left = self.request_.file->bytes().subspan(static_cast<std::size_t>(self.sent_));
  if (left.empty()) return 0;
  const auto most = self.ration_(self, std::min(size, left.size()));
  self.paused_ = most == 0;
  if (self.paused_) return CURL_READFUNC_PAUSE;
  std::memcpy(bytes, left.data(), most);
  self.too_short_ = !self.request_.file->is_whole();
  if (self.too_short_) return CURL_READFUNC_ABORT;
  self.sent_ += most;
  return most;
}

/// A connection that was kept has turned out to be dead: once more on another one.
int Transfer::on_seek(void* user, curl_off_t offset, int origin) {
  auto& self = *static_cast<Transfer*>(user);
  const auto whole = self.request_.file->bytes().size();
  if (origin != SEEK_SET || offset < 0 || static_cast<std::uint64_t>(offset) > whole)
    return CURL_SEEKFUNC_FAIL;
  self.sent_ = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

void Transfer::add_header(const std::string& line) {
  if (auto* longer = ::curl_slist_append(headers_.get(), line.c_str())) {
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }
}

void Transfer::set_file() {
  CURL* easy = easy_.get();
  ::curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  ::curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(request_.file->bytes().size()));
  ::curl_easy_setopt(easy, CURLOPT_READFUNCTION, &on_read);
  ::curl_easy_setopt(easy, CURLOPT_READDATA, this);
  ::curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &on_seek);
  ::curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
  ::curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, upload_buffer);
}

void Transfer::set_method() {
  CURL* easy = easy_.get();
  if (request_.method == "HEAD") ::curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (request_.method == "GET" || request_.method == "HEAD") return;
  if (request_.file) {
    set_file();
  } else {
    ::curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request_.body.size()));
    ::curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
  }
  ::curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

bool Transfer::prepare(Handle handle, const std::filesystem::path& ca_file, Ration ration) {
  easy_ = std::move(handle);
  CURL* easy = easy_.get();
  if (easy == nullptr) return false;
  ration_ = std::move(ration);
  moved_ = Clock::now();
  for (const auto& [name, value] : request_.headers)
    add_header(fmt::format("{}: {}", name, value));
  add_header("Expect:");  // a second round trip for a body of 200 bytes
  ::curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  ::curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  ::curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a resolver that hangs must not hold us up
  ::curl_easy_setopt(easy, CURLOPT_USERAGENT, "liveutils/" LIVE_VERSION);
  ::curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  ::curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  ::curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  ::curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  ::curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  if (!ca_file.empty()) ::curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
  if (request_.exact) {
    ::curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    ::curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  }
  if (request_.direct) ::curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  set_method();
  return true;
}

void Transfer::resume() {
  if (easy_) ::curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
}

std::string Transfer::error_of(CURLcode result) const {
  if (too_large_) return fmt::format("the answer is larger than {} bytes", request_.max_body);
  if (too_short_) return "the file has become shorter while it was sent";
  std::string text = ::curl_easy_strerror(result);
  if (text.size() > 1 && text[1] == to_lower(text[1])) text[0] = to_lower(text[0]);  // not "sSL"
  long error = 0;
  ::curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &error);
  if (result == CURLE_COULDNT_CONNECT && error != 0)
    text += ": " + errno_text(static_cast<int>(error));
  return text;
}

void Transfer::take_reply(CURLcode result) {
  if (result != CURLE_OK) return finish(Reply::failed(error_of(result)));
  long status = 0;
  const char* type = nullptr;
  ::curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  ::curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &type);
  reply_.status = static_cast<int>(status);
  if (status == 0) reply_.error = "the answer has no status";
  if (type != nullptr) reply_.content_type = type;
  finish(std::move(reply_));
}

void Transfer::finish(Reply reply) {
  reply_ = std::move(reply);
  finished_ = true;
  over_.cancel();
}

/// What the kernel has not got rid of yet counts, too: on a slow line megabytes of it take minutes after the last read.
bool Transfer::has_moved() {
  curl_socket_t socket = CURL_SOCKET_BAD;
  int queued = 0;
  if (easy_) ::curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
  if (socket != CURL_SOCKET_BAD) ::ioctl(socket, SIOCOUTQ, &queued);
  const auto sum = sent_ + received_ - static_cast<std::uint64_t>(std::max(queued, 0));
  return std::exchange(seen_, sum) != sum || paused_;
}

awaitable<std::string> Transfer::wait() {
  const bool forever = request_.timeout.count() == 0, may_stall = request_.stall.count() > 0;
  const auto deadline = begun_ + request_.timeout;
  while (!finished_) {
    const auto look = may_stall ? request_.stall / looks_per_stall : idle;
    const auto next = Clock::now() + look;
    over_.expires_at(forever ? next : std::min(deadline, next));
    const auto [error] = co_await over_.async_wait(as_result);
    if (finished_) break;
    if (error) co_return "given up";
    const auto now = Clock::now();
    if (!forever && now >= deadline)
      co_return fmt::format("no answer within {}", format_duration(request_.timeout));
    if (!easy_ || has_moved()) moved_ = now;
    if (may_stall && now >= moved_ + request_.stall)
      co_return fmt::format("nothing moved for {}", format_duration(request_.stall));
  }
  co_return std::string{};
}

}  // namespace live::fetch
