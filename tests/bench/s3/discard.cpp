// A store for benches that keeps no bytes: s3_discard PORT.  It knows of each object what a client asks for afterwards (size,
// MD5 as the ETag, its headers), heeds If-None-Match as AWS does, checks no signature, and has a thread for each connection.
#include "common/base/fd.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/socket.h>

namespace {

struct Object {
  std::string etag, headers;
  std::uint64_t size = 0;
};

struct Store {
  std::mutex mutex;
  std::map<std::string, Object> objects;
  std::map<std::string, std::map<unsigned, Object>> uploads;
  unsigned next = 0;
};

struct Request {
  std::string method, path, query, headers;
  std::uint64_t length = 0;
  bool expects = false, only_new = false;
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string value_of(const std::string& query, std::string_view name) {
  const auto at = ("&" + query).find(fmt::format("&{}=", name));
  if (at == std::string::npos) return {};
  const auto rest = query.substr(at + name.size() + 1);
  return rest.substr(0, rest.find('&'));
}

unsigned number(const std::string& text) {
  unsigned out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

class Connection {
 public:
  Connection(live::Fd socket, Store& store) : socket_(std::move(socket)), store_(store) {}

  void serve() {
    while (const auto request = read_head()) {
      if (request->expects) send("HTTP/1.1 100 Continue\r\n\r\n");
      const auto body = read_body(request->length);
      if (!body) return;
      if (!answer(*request, *body)) return;
    }
  }

 private:
  bool more() {
    constexpr std::size_t most = 262'144;
    buffer_.resize(most);
    const auto n = ::recv(socket_.get(), buffer_.data(), most, 0);
    buffer_.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return n > 0;
  }

  std::optional<Request> read_head() {
    std::string head;
    std::size_t end = 0;
    while ((end = head.find("\r\n\r\n")) == std::string::npos) {
      if (buffer_.empty() && !more()) return {};
      head += std::exchange(buffer_, {});
    }
    buffer_ = head.substr(end + 4);
    head.resize(end + 2);
    return parse(head);
  }

  static Request parse(const std::string& head) {
    Request out;
    out.method = head.substr(0, head.find(' '));
    auto target = head.substr(out.method.size() + 1);
    target = target.substr(0, target.find(' '));
    out.path = target.substr(0, target.find('?'));
    if (out.path.size() < target.size()) out.query = target.substr(out.path.size() + 1);
    for (auto at = head.find("\r\n") + 2; at < head.size();) {
      const auto next = head.find("\r\n", at);
      const auto line = head.substr(at, next - at);
      const auto name = lower(line.substr(0, line.find(':')));
      const auto value = line.size() > name.size() + 2 ? line.substr(name.size() + 2) : "";
      if (name == "content-length") out.length = std::strtoull(value.c_str(), nullptr, 10);
      if (name == "expect") out.expects = true;
      if (name == "if-none-match") out.only_new = value == "*";
      if (name.starts_with("x-amz-meta-")) out.headers += line + "\r\n";
      at = next + 2;
    }
    return out;
  }

  /// Its size and MD5.
  std::optional<Object> read_body(std::uint64_t left) {
    Object out{{}, {}, left};
    auto* md5 = EVP_MD_CTX_new();
    EVP_DigestInit_ex(md5, EVP_md5(), nullptr);
    while (left > 0) {
      if (buffer_.empty() && !more()) break;
      const auto n = std::min<std::uint64_t>(left, buffer_.size());
      EVP_DigestUpdate(md5, buffer_.data(), n);
      buffer_.erase(0, n);
      left -= n;
    }
    out.etag = finish(md5);
    if (left > 0) return {};
    return out;
  }

  static std::string finish(EVP_MD_CTX* md5) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
    unsigned size = 0;
    EVP_DigestFinal_ex(md5, sum.data(), &size);
    EVP_MD_CTX_free(md5);
    std::string out;
    for (unsigned i = 0; i < size; ++i)
      out += fmt::format("{:02x}", sum[i]);
    return out;
  }

  bool send(std::string_view text) const {
    while (!text.empty()) {
      const auto n = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  [[nodiscard]] bool reply(const char* status, const std::string& headers,
                           const std::string& body) const {
    return send(fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                            headers, body));
  }

  bool answer(const Request& request, Object body) {
    const std::lock_guard lock{store_.mutex};
    const auto id = value_of(request.query, "uploadId");
    if (request.method == "PUT") return put(request, id, std::move(body));
    if (request.method == "POST") return post(request, id);
    if (request.method == "HEAD") return head(request);
    if (request.method == "DELETE") return reply("204 No Content", "", "");
    return reply("200 OK", "Content-Type: application/xml\r\n", list(request));
  }

  bool put(const Request& request, const std::string& id, Object body) {
    const auto etag = fmt::format("ETag: \"{}\"\r\n", body.etag);
    body.headers = request.headers;
    if (id.empty() && request.only_new && store_.objects.contains(request.path))
      return reply("412 Precondition Failed", "", "");
    if (id.empty()) {
      store_.objects[request.path] = std::move(body);
    } else {
      store_.uploads[id][number(value_of(request.query, "partNumber"))] = std::move(body);
    }
    return reply("200 OK", etag, "");
  }

  bool post(const Request& request, const std::string& id) {
    if (id.empty()) {
      const auto fresh = fmt::format("upload{}", ++store_.next);
      store_.uploads[fresh];
      return reply("200 OK", "",
                   fmt::format("<InitiateMultipartUploadResult><UploadId>{}</UploadId>"
                               "</InitiateMultipartUploadResult>",
                               fresh));
    }
    Object whole;
    auto* md5 = EVP_MD_CTX_new();
    EVP_DigestInit_ex(md5, EVP_md5(), nullptr);
    for (const auto& [n, part] : store_.uploads[id]) {
      whole.size += part.size;
      for (std::size_t at = 0; at < part.etag.size(); at += 2) {
        const auto byte =
            static_cast<unsigned char>(std::strtoul(part.etag.substr(at, 2).c_str(), nullptr, 16));
        EVP_DigestUpdate(md5, &byte, 1);
      }
    }
    whole.etag = fmt::format("{}-{}", finish(md5), store_.uploads[id].size());
    store_.uploads.erase(id);
    const auto text = fmt::format(
        "<CompleteMultipartUploadResult><ETag>\"{}\"</ETag></CompleteMultipartUploadResult>",
        whole.etag);
    store_.objects[request.path] = std::move(whole);
    return reply("200 OK", "", text);
  }

  bool head(const Request& request) const {
    const auto found = store_.objects.find(request.path);
    if (found == store_.objects.end())
      return send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    const auto& object = found->second;
    return send(
        fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nETag: \"{}\"\r\n"
                    "Last-Modified: Fri, 24 May 2013 00:00:00 GMT\r\n{}\r\n",
                    object.size, object.etag, object.headers));
  }

  static std::string list(const Request& request) {
    if (request.query.find("uploads") != std::string::npos)
      return "<ListMultipartUploadsResult></ListMultipartUploadsResult>";
    if (request.query.find("location") != std::string::npos) return "<LocationConstraint/>";
    return "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
  }

  live::Fd socket_;
  Store& store_;
  std::string buffer_;
};

}  // namespace

int main(int argc, char** argv) {
  const live::Fd listening{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int yes = 1;
  ::setsockopt(listening.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  in.sin_port = htons(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
  if (::bind(listening.get(), reinterpret_cast<sockaddr*>(&in), sizeof in) != 0 ||
      ::listen(listening.get(), 64) != 0) {
    std::perror("s3_discard");
    return 1;
  }
  Store store;
  for (;;) {
    live::Fd socket{::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    std::thread{[&store, held = std::make_shared<live::Fd>(std::move(socket))] {
      Connection{std::move(*held), store}.serve();
    }}.detach();
  }
}
