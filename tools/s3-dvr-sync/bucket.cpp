#include "tools/s3-dvr-sync/bucket.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/net/deadline.hpp"

#include <algorithm>
#include <charconv>
#include <random>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace s3_dvr_sync {

namespace s3 = live::s3;
using live::Exit;
using live::fail;

namespace {

using namespace std::chrono_literals;

constexpr auto worth_learning = 2min;  // clocks that differ less are not why
constexpr auto completing = 5min;      // a server may take long to join what it has
constexpr unsigned most_lessons = 4;   // of one request: time, place, credentials
constexpr std::string_view sha256_name = "x-amz-meta-sha256";

std::string unquoted(std::string text) {
  std::erase(text, '"');
  return text;
}

/// The host of "https://host/path"; empty for what is none.
std::string host_of(std::string_view url, bool tls) {
  const std::string_view scheme = tls ? "https://" : "http://";
  if (!url.starts_with(scheme)) return {};
  url.remove_prefix(scheme.size());
  url = url.substr(0, url.find_first_of("/?#"));
  const auto endpoint = s3::parse_endpoint(fmt::format("{}{}", scheme, url));
  return endpoint ? endpoint->host : std::string{};
}

/// <Endpoint> of a redirect: a host, with the bucket in front of it or not.
std::string host_of_endpoint(std::string_view name, const s3::Place& place) {
  const auto in_front = place.bucket + ".";
  const bool has_bucket = name.starts_with(in_front);
  if (has_bucket && place.is_path_style()) name.remove_prefix(in_front.size());
  const auto host =
      has_bucket || place.is_path_style() ? std::string{name} : fmt::format("{}{}", in_front, name);
  return name.empty() ? std::string{} : host_of(fmt::format("https://{}", host), true);
}

/// Of a stranger, and to be put into hosts and headers.
bool is_region(std::string_view name) {
  constexpr std::size_t longest = 63;
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_refusal(int status) { return status == 301 || status == 400 || status == 403; }

/// For a 301 whose body names the region in words only (HEAD) there is the header.
std::string region_of(const s3::Error& error, const live::fetch::Reply& reply) {
  return error.region.empty() ? reply.header("x-amz-bucket-region") : error.region;
}

void add_checksums(const s3::Digest::Sums& sums, std::vector<s3::Field>& headers) {
  if (!sums.md5.empty()) headers.push_back({"Content-MD5", s3::checksum_value(sums.md5)});
  if (!sums.crc32c.empty())
    headers.push_back({"x-amz-checksum-crc32c", s3::checksum_value(sums.crc32c)});
}

/// What a log line says about an answer.
std::string words(int status, const s3::Error& error, const live::fetch::Reply& reply) {
  if (status == 0) return reply.error;
  if (error.code.empty()) return fmt::format("HTTP {}", status);
  return fmt::format("HTTP {} {} {}", status, live::printable(error.code),
                     live::printable(error.message));
}

}  // namespace

Bucket::Bucket(live::fetch::Client& client, CredentialSource& credentials, BucketSettings settings)
    : client_(client),
      credentials_(credentials),
      settings_(std::move(settings)),
      jitter_(std::random_device{}()),
      notices_(!settings_.place.endpoint) {}

live::fetch::Request Bucket::signed_request(const Ask& what, const s3::Credentials& credentials) {
  const auto& place = settings_.place;
  const auto host = host_.empty() ? place.host() : host_;
  const auto now = std::chrono::system_clock::now() + skew_;
  s3::ToSign sign{what.method, place.path(what.key), what.query, what.headers,
                  what.body.sums.sha256};
  sign.headers.push_back({"Host", host});
  sign.headers.push_back({"x-amz-date", s3::amz_date(now)});
  sign.headers.push_back({"x-amz-content-sha256", sign.body_hash});
  if (!credentials.session_token.empty())
    sign.headers.push_back({"x-amz-security-token", credentials.session_token});

  live::fetch::Request out;
  out.method = what.method;
  out.url = fmt::format("{}://{}{}", place.is_tls() ? "https" : "http", host,
                        s3::encoded_path(sign.path));
  if (!what.query.empty()) out.url += "?" + s3::encoded_query(what.query);
  const auto authorization = s3::authorization(sign, credentials, {place.region});
  for (auto& field : sign.headers)
    out.headers.emplace_back(std::move(field.name), std::move(field.value));
  out.headers.emplace_back("Authorization", authorization);
  if (what.headers.empty()) out.headers.emplace_back("Content-Type", "");  // none, not libcurl's
  out.file = what.body.file;
  if (!out.file) out.body = what.body.text;
  out.timeout = 0ms;
  out.stall =
      what.patience.count() > 0 ? std::max(what.patience, settings_.stall) : settings_.stall;
  out.max_body = what.max_answer;
  out.keep_headers = out.exact = true;
  return out;
}

live::awaitable<live::fetch::Reply> Bucket::send(const Ask& what,
                                                 const s3::Credentials& credentials) {
  ++requests_;
  return client_.send(signed_request(what, credentials));
}

bool Bucket::learn_time(const live::fetch::Reply& reply) {
  const auto date = s3::parse_http_date(reply.header("date"));
  if (!date) return false;
  const auto now = std::chrono::system_clock::now();
  const auto found = std::chrono::round<std::chrono::seconds>(*date - now);
  if (std::chrono::abs(found - skew_) < worth_learning) return false;
  skew_ = found;
  live::log::warn("our clock is {} {} the server's: signing with its time",
                  live::format_duration(std::chrono::abs(skew_)),
                  skew_.count() > 0 ? "behind" : "ahead of");
  return true;
}

bool Bucket::learn_place(const Answer& answer) {
  auto& place = settings_.place;
  if (const auto region = region_of(answer.error, answer.reply);
      is_region(region) && region != place.region) {
    live::log::info("the bucket is in the region {}", live::printable(region));
    place.region = region;
    host_.clear();
    return true;
  }
  auto host = host_of(answer.reply.header("location"), place.is_tls());
  if (host.empty()) host = host_of_endpoint(answer.error.endpoint, place);
  if (host.empty() || host == (host_.empty() ? place.host() : host_)) return false;
  live::log::info("the bucket is at {}", live::printable(host));
  host_ = host;
  return true;
}

void Bucket::refuse(const Ask& what, const Answer& answer) const {
  const auto object = what.key.empty() ? settings_.place.bucket : what.key;
  fail(Exit::unavailable, "{} {}: {}", what.method, live::printable(object),
       words(answer.status, answer.error, answer.reply));
}

/// What a HEAD was refused for: its answer has no body to say so.  Nothing: it is not refused any more.
live::awaitable<std::optional<s3::Error>> Bucket::explain(const Ask& head,
                                                          const s3::Credentials& credentials) {
  Ask what{"GET", head.key, {}, {{"Range", "bytes=0-0"}}, head.body, head.max_answer, {}};
  const auto reply = co_await send(what, credentials);
  if (!is_refusal(reply.status)) co_return std::nullopt;
  co_return s3::parse_error(reply.body).value_or(s3::Error{});
}

live::awaitable<Bucket::Answer> Bucket::ask(Ask what) {
  unsigned failures = 0, lessons = 0;
  const auto answered_before = answered_;
  if (what.body.sums.sha256.empty()) what.body.sums.sha256 = s3::empty_sha256;
  for (;;) {
    const auto credentials = co_await credentials_.get();
    const auto believed = std::tuple{skew_, settings_.place.region, host_};
    Answer answer;
    answer.first = failures == 0 && lessons == 0;
    answer.reply = co_await send(what, credentials);
    answer.status = answer.reply.status;
    if (what.body.file && !what.body.file->is_whole())  // no other attempt would fare better
      fail(Exit::no_input, "it has become shorter while it was sent");
    if (auto error = s3::parse_error(answer.reply.body)) answer.error = std::move(*error);
    bool learnt = false;
    if (what.method == "HEAD" && is_refusal(answer.status) && answer.error.code.empty()) {
      const auto why = co_await explain(what, credentials);
      learnt = lessons < most_lessons && !why;  // what was wrong is not any more
      answer.error = why.value_or(s3::Error{});
    }
    const auto verdict = judge(answer.status, answer.error.code);
    if (verdict != Verdict::later) {
      ++answered_;
      away_ = false;
    }
    const bool may_learn = lessons < most_lessons;
    // Another request, sent at the same time, may have learnt it already.
    const bool can_be_learnt = verdict == Verdict::skewed || verdict == Verdict::elsewhere;
    if (may_learn && can_be_learnt && believed != std::tuple{skew_, settings_.place.region, host_})
      learnt = true;
    if (may_learn && !learnt && verdict == Verdict::skewed) learnt = learn_time(answer.reply);
    if (may_learn && !learnt && verdict == Verdict::elsewhere) learnt = learn_place(answer);
    if (may_learn && !learnt && verdict == Verdict::expired)
      learnt = co_await credentials_.renew(credentials);
    if (learnt) {
      ++lessons;
      ++retries_;
      continue;
    }
    if (verdict == Verdict::answer) co_return answer;
    const auto said = words(answer.status, answer.error, answer.reply);
    if (verdict == Verdict::no_bucket)
      fail(Exit::config, "s3://{}: there is no such bucket", settings_.place.bucket);
    if (verdict == Verdict::elsewhere)
      fail(Exit::config, "s3://{}: it is elsewhere, and the server does not say where: {}",
           settings_.place.bucket, said);
    if (verdict != Verdict::later)
      fail(Exit::denied, "s3://{}: {} {}: not allowed: {}", settings_.place.bucket, what.method,
           live::printable(what.key), said);
    if (away_ || ++failures >= settings_.attempts) {
      away_ = answered_ == answered_before;
      fail(Exit::try_again, "{} {}: {}", what.method, live::printable(what.key), said);
    }
    live::log::debug("{} {}: {}: again", what.method, live::printable(what.key), said);
    ++retries_;
    if (answer.status == 0) host_.clear();  // that a redirect has named, and that may be gone
    co_await live::net::pause(jitter_.next(failures));
  }
}

std::vector<s3::Field> Bucket::labels(const std::string& key, Kind kind) const {
  std::vector<s3::Field> out{{"Content-Type", std::string{content_type(key)}},
                             {"Cache-Control", std::string{cache_control(kind)}}};
  if (!settings_.storage_class.empty() && kind == Kind::media)
    out.push_back({"x-amz-storage-class", settings_.storage_class});
  constexpr std::string_view kms = "aws:kms", kms_key = "aws:kms:";
  if (settings_.sse.starts_with(kms_key)) {
    out.push_back({"x-amz-server-side-encryption", std::string{kms}});
    out.push_back(
        {"x-amz-server-side-encryption-aws-kms-key-id", settings_.sse.substr(kms_key.size())});
  } else if (!settings_.sse.empty()) {
    out.push_back({"x-amz-server-side-encryption", settings_.sse});
  }
  for (const auto& [name, value] : settings_.metadata)
    out.push_back({"x-amz-meta-" + name, value});
  return out;
}

live::awaitable<std::optional<Object>> Bucket::head(std::string key) {
  const Ask what{"HEAD", std::move(key), {}, {}, {}, live::s3::max_answer_bytes, {}};
  auto answer = co_await ask(what);
  if (answer.status == 404) co_return std::nullopt;
  if (answer.status != 200) refuse(what, answer);
  Object out{unquoted(answer.reply.header("etag")), answer.reply.header(sha256_name), 0,
             answer.reply.header("cache-control")};
  const auto length = answer.reply.header("content-length");
  std::from_chars(length.data(), length.data() + length.size(), out.size);
  co_return out;
}

live::awaitable<std::optional<std::string>> Bucket::put(std::string key, Kind kind, Body body,
                                                        Over over) {
  Ask what{"PUT", std::move(key), {}, {}, std::move(body), live::s3::max_answer_bytes, {}};
  what.headers = labels(what.key, kind);
  what.headers.push_back({std::string{sha256_name}, what.body.sums.sha256});
  add_checksums(what.body.sums, what.headers);
  const auto answer = co_await ask_guarded(what, over);
  if (answer.status == 412) {
    notices_ = true;
    co_return std::nullopt;
  }
  if (answer.status != 200) refuse(what, answer);
  co_return unquoted(answer.reply.header("etag"));
}

live::awaitable<Bucket::Answer> Bucket::ask_guarded(Ask what, Over over) {
  const auto plain = what.headers;
  const bool guarded = over == Over::nothing && conditional_;
  if (guarded) what.headers.push_back({"If-None-Match", "*"});
  auto answer = co_await ask(what);
  if (guarded && answer.status == 501) {  // "A header you provided implies functionality ..."
    conditional_ = notices_ = false;
    what.headers = plain;
    answer = co_await ask(std::move(what));
  }
  co_return answer;
}

live::awaitable<Bucket::Begun> Bucket::begin(std::string key, Kind kind, bool crc32c) {
  Ask what{"POST", std::move(key), {{"uploads", ""}}, {}, {}, live::s3::max_answer_bytes, {}};
  what.headers = labels(what.key, kind);
  if (crc32c) what.headers.push_back({"x-amz-checksum-algorithm", "CRC32C"});
  const auto answer = co_await ask(what);
  auto id = s3::parse_upload_id(answer.reply.body);
  if (answer.status != 200 || !id) refuse(what, answer);
  co_return Begun{std::move(*id), answer.first};
}

live::awaitable<std::optional<std::string>> Bucket::put_part(std::string key, std::string id,
                                                             unsigned number, Body body) {
  Ask what{"PUT", std::move(key), {}, {}, std::move(body), live::s3::max_answer_bytes, {}};
  what.query = {{"partNumber", std::to_string(number)}, {"uploadId", std::move(id)}};
  add_checksums(what.body.sums, what.headers);
  const auto answer = co_await ask(what);
  if (answer.status == 404) co_return std::nullopt;
  if (answer.status != 200) refuse(what, answer);
  co_return unquoted(answer.reply.header("etag"));
}

live::awaitable<Bucket::Completed> Bucket::complete(std::string key, std::string id,
                                                    std::vector<s3::UploadedPart> parts,
                                                    Over over) {
  Ask what{
      "POST",    std::move(key), {{"uploadId", std::move(id)}}, {}, {}, live::s3::max_answer_bytes,
      completing};
  what.body = body_of(s3::complete_body(parts), s3::Checksum::none);
  what.headers = {{"Content-Type", "application/xml"}};
  const auto answer = co_await ask_guarded(what, over);
  if (answer.status == 404 || answer.status == 412) co_return Completed{};
  // A 200 may be followed by an <Error>, which ask() has tried again where that helps.
  auto said = s3::parse_completed(answer.reply.body);
  if (answer.status != 200 || !said) refuse(what, answer);
  co_return Completed{true, std::move(*said)};
}

live::awaitable<void> Bucket::abort(std::string key, std::string id) {
  Ask what{
      "DELETE", std::move(key), {{"uploadId", std::move(id)}}, {}, {}, live::s3::max_answer_bytes,
      {}};
  const auto answer = co_await ask(what);
  if (answer.status != 204 && answer.status != 200 && answer.status != 404) refuse(what, answer);
}

live::awaitable<std::optional<std::vector<s3::UploadedPart>>> Bucket::parts(std::string key,
                                                                            std::string id) {
  std::vector<s3::UploadedPart> out;
  std::optional<unsigned> marker = 0;
  while (marker) {
    Ask what{"GET", key, {{"uploadId", id}}, {}, {}, live::s3::max_answer_bytes, {}};
    if (*marker > 0) what.query.push_back({"part-number-marker", std::to_string(*marker)});
    const auto answer = co_await ask(what);
    if (answer.status == 404) co_return std::nullopt;
    if (answer.status != 200) refuse(what, answer);
    auto page = s3::parse_parts(answer.reply.body);
    if (!page) {
      live::log::warn("{}: the store does not say which parts it has: all are sent anew",
                      live::printable(key));
      co_return std::nullopt;
    }
    out.insert(out.end(), page->parts.begin(), page->parts.end());
    const bool moves = page->next && *page->next > *marker;
    marker = moves ? page->next : std::nullopt;
  }
  co_return out;
}

live::awaitable<std::vector<s3::OpenUpload>> Bucket::uploads(std::string key) {
  const auto full = settings_.place.full_key(key);
  Ask what{"GET", {}, {{"prefix", full}, {"uploads", ""}}, {}, {}, live::s3::max_answer_bytes, {}};
  // XML has no way to say these.
  const bool encoded = std::ranges::any_of(full, [](unsigned char c) { return c < ' '; });
  if (encoded) what.query.push_back({"encoding-type", "url"});
  const auto answer = co_await ask(what);
  auto page = s3::parse_uploads(answer.reply.body);
  if (answer.status != 200 || !page) refuse(what, answer);
  std::erase_if(page->uploads, [&](const auto& upload) { return upload.key != full; });
  co_return std::move(page->uploads);
}

}  // namespace s3_dvr_sync
