// One exchange, as libcurl sees it: the handle, and the callbacks that give it a body and take an answer.
#pragma once

#include "common/fetch/fetch.hpp"

#include <functional>
#include <memory>

#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

namespace live::fetch {

/// curl holds pointers into it while it runs.
class Transfer {
 public:
  struct Freed {
    void operator()(CURL* easy) const noexcept { ::curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
  };
  using Handle = std::unique_ptr<CURL, Freed>;

  /// How many of so many bytes may be read from the file now; 0: none, it will be resumed.
  using Ration = std::function<std::size_t(Transfer& self, std::size_t wanted)>;

  Transfer(asio::io_context& io, Request asked);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Sets the handle up, which is new or was reset.  False when there is none.
  bool prepare(Handle handle, const std::filesystem::path& ca_file, Ration ration);
  /// It is over and the handle went well: another one may have it, with its buffers.
  Handle release() { return std::move(easy_); }
  [[nodiscard]] CURL* handle() const { return easy_.get(); }
  void resume();

  /// It is over, as curl says.
  void take_reply(CURLcode result);
  void finish(Reply reply);
  [[nodiscard]] bool is_finished() const { return finished_; }
  Reply reply() { return std::move(reply_); }

  /// Until it has finished, or too late; nothing: it was cancelled.  Then the clause that says why it ended.
  awaitable<std::string> wait();

 private:
  static std::size_t on_body(char* bytes, std::size_t one, std::size_t size, void* user);
  static std::size_t on_header(char* bytes, std::size_t one, std::size_t size, void* user);
  static std::size_t on_read(char* bytes, std::size_t one, std::size_t size, void* user);
  static int on_seek(void* user, curl_off_t offset, int origin);

  void set_method();
  void set_file();
  void add_header(const std::string& line);
  /// curl_easy_strerror() names neither host nor URL.
  [[nodiscard]] std::string error_of(CURLcode result) const;
  /// Has anything moved since the last call?
  bool has_moved();

  Request request_;
  Reply reply_;
  asio::steady_timer over_;  ///< expires: look again; is cancelled: finished
  std::chrono::steady_clock::time_point begun_, moved_;
  bool finished_ = false, too_large_ = false, too_short_ = false;
  bool paused_ = false;                    ///< waits for its ration
  std::uint64_t sent_ = 0, received_ = 0;  ///< of the file; of the answer
  std::uint64_t seen_ = 0;                 ///< has_moved()'s sum of the last time
  std::size_t header_bytes_ = 0;
  Ration ration_;
  std::unique_ptr<curl_slist, Freed> headers_;
  Handle easy_;  ///< while it runs
};

}  // namespace live::fetch
