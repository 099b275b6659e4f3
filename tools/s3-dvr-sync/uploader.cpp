#include "tools/s3-dvr-sync/uploader.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "tools/s3-dvr-sync/side_by_side.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>

namespace s3_dvr_sync {

namespace s3 = live::s3;

namespace {

bool matches(const Object& found, const Stored& wanted) {
  const bool by_etag = !wanted.etag.empty() && found.etag == wanted.etag;
  const bool by_hash = !wanted.sha256.empty() && found.sha256 == wanted.sha256;
  return found.size == wanted.size && (by_etag || by_hash);
}

FileRange range_of(int fd, const PartPlan& plan, unsigned number, std::uint64_t size) {
  const auto begin = (number - 1) * plan.size;
  return {fd, begin, std::min(plan.size, size - begin)};
}

std::vector<std::string> etags_of(const Unfinished& state) {
  std::vector<std::string> out;
  for (const auto& part : state.parts)
    out.push_back(part.etag);
  return out;
}

void sort_by_number(Unfinished& state) { std::ranges::sort(state.parts, {}, &PartRecord::number); }

Ended is_somebody_elses(const std::string& key) {
  live::log::warn("{}: there is another object of that name in the bucket: left alone",
                  live::printable(key));
  return Ended::conflict;
}

}  // namespace

live::awaitable<Ended> Uploader::upload(Item item) {
  const live::Fd file{::open(item.local.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file && errno != ENOENT)
    live::fail(live::Exit::no_input, "read {}: {}", item.local.string(), live::errno_text());
  if (!file || mark_of(item.local) != item.mark) co_return Ended::changed;
  auto ended = co_await upload_open(item, file.get());
  if (ended == Ended::taken && item.steps_aside) {
    const bool went_on = co_await begins_with_what_is_there(item, file.get());
    item.steps_aside = !went_on;
    if (went_on) ended = co_await upload_open(item, file.get());
  }
  co_return ended;
}

live::awaitable<Ended> Uploader::upload_open(Item& item, int fd) {
  Ended ended{};
  if (item.mark.size < multipart_from) {
    ended = co_await upload_whole(item, fd);
  } else {
    ended = co_await upload_parts(item, fd);
    const bool again =
        ended == Ended::changed && item.unfinished.has_value() && mark_of(item.local) == item.mark;
    if (ended == Ended::changed) item.unfinished.reset();  // somebody has aborted it
    if (again) ended = co_await upload_parts(item, fd);
  }
  co_return ended;
}

/// It was taken for whole too early, and has gone on since: nothing is lost with what is there.
live::awaitable<bool> Uploader::begins_with_what_is_there(const Item& item, int fd) {
  const auto found = co_await bucket_.head(item.key);
  if (!found || found->size >= item.mark.size) co_return false;
  if (found->size < multipart_from) {
    const auto begin = co_await bodies_.of(FileRange{fd, 0, found->size}, s3::Checksum::none);
    co_return begin.sums.sha256 == found->sha256;
  }
  const auto etag = co_await etag_of_parts(fd, found->size);
  co_return etag == found->etag;
}

std::optional<Ended> Uploader::settle(const Item& item, const Object& found, const Stored& wanted) {
  if (matches(found, wanted)) {
    log_.done(item.key, item.mark, {found.etag, wanted.sha256, found.size});
    return Ended::already;
  }
  if (item.yields) return Ended::taken;
  if (!log_.is_ours(item.key, found.etag, found.sha256)) return is_somebody_elses(item.key);
  if (item.steps_aside) return Ended::taken;
  return {};
}

live::awaitable<Ended> Uploader::upload_whole(const Item& item, int fd) {
  auto body = co_await bodies_.of(FileRange{fd, 0, item.mark.size}, settings_.checksum);
  const Stored wanted{{}, body.sums.sha256, item.mark.size};
  auto over = Bucket::Over::nothing;
  if (!bucket_.notices_what_is_there()) {
    const auto found = co_await bucket_.head(item.key);
    if (found) {
      const auto settled = settle(item, *found, wanted);
      if (settled) co_return *settled;
      over = Bucket::Over::anything;
    }
  }
  const auto ended = co_await put_and_verify(item, std::move(body), over);
  co_return ended;
}

live::awaitable<Ended> Uploader::put_and_verify(const Item& item, Body body, Bucket::Over over) {
  Stored wanted{{}, body.sums.sha256, body.size()};
  const bool from_file = body.file != nullptr;
  const auto again = body;
  log_.will_put(item.key, item.mark, wanted.sha256);
  auto etag = co_await bucket_.put(item.key, item.kind, body, over);
  if (!etag) {  // a 412: something is there, and it may well be ours, of an answer that was lost
    const auto there = co_await bucket_.head(item.key);
    if (!there) co_return Ended::changed;
    const auto settled = settle(item, *there, wanted);
    if (settled) co_return *settled;
    etag = co_await bucket_.put(item.key, item.kind, std::move(body), Bucket::Over::anything);
  }
  if (from_file && mark_of(item.local) != item.mark) co_return Ended::changed;
  wanted.etag = *etag;
  const auto found = co_await bucket_.head(item.key);
  if (!found) {
    live::log::warn("{}: the store took it and does not show it", live::printable(item.key));
    co_return Ended::changed;
  }
  if (!matches(*found, wanted)) co_return is_somebody_elses(item.key);
  wanted.etag = found->etag;
  log_.done(item.key, item.mark, wanted);
  if (from_file) co_await find_out(item, again);
  co_return Ended::done;
}

/// Where an If-None-Match is heeded nobody need ask with a HEAD before each PUT.  Who has many objects asks once, with one that is
/// there already: heeded or not, it is there afterwards with the same bytes.
live::awaitable<void> Uploader::find_out(const Item& item, Body body) {
  constexpr unsigned many = 8;
  constexpr std::uint64_t small = 2U << 20U;
  const bool may_ask = !bucket_.notices_what_is_there() && item.kind == Kind::media;
  if (put_ == many || !may_ask || body.size() > small || ++put_ < many) co_return;
  try {
    co_await bucket_.put(item.key, item.kind, std::move(body), Bucket::Over::nothing);
  } catch (const live::Failure& failure) {
    live::log::debug("{}: {}", live::printable(item.key), failure.what());
  }
}

live::awaitable<Ended> Uploader::publish(std::string key, Kind kind, std::string text) {
  Item item;
  item.key = std::move(key);
  item.kind = kind;
  item.mark.size = text.size();
  auto body = body_of(std::move(text), settings_.checksum);
  auto over = Bucket::Over::nothing;
  const auto found = co_await bucket_.head(item.key);
  if (found) {
    const auto settled = settle(item, *found, {{}, body.sums.sha256, item.mark.size});
    // One that chooses between others may say at its end what it said before: then only its labels are news.
    const bool is_open = settled == Ended::already && kind == Kind::playlist &&
                         found->cache_control == cache_control(Kind::open_playlist);
    if (settled && !is_open) co_return *settled;
    over = Bucket::Over::anything;
  }
  const auto ended = co_await put_and_verify(item, std::move(body), over);
  co_return ended;
}

live::awaitable<bool> Uploader::is_there(std::string key, Stored stored) {
  const auto found = co_await bucket_.head(std::move(key));
  co_return found&& matches(*found, stored);
}

live::awaitable<bool> Uploader::is_overtaken(std::string key, Stored stored) {
  const auto found = co_await bucket_.head(key);
  co_return found && !matches(*found, stored) && log_.is_ours(key, found->etag, found->sha256);
}

live::awaitable<Ended> Uploader::upload_parts(const Item& item, int fd) {
  Parts parts{&item, fd, plan_parts(item.mark.size), {}, {}, 0, false};
  const auto settled = co_await resume(parts);
  if (settled == Ended::already) co_await tidy(item.key);
  if (settled) co_return *settled;
  for (unsigned number = 1; number <= parts.plan.count; ++number)
    if (std::ranges::find(parts.state.parts, number, &PartRecord::number) ==
        parts.state.parts.end())
      parts.missing.push_back(number);
  const auto work = [this, &parts] { return send_parts(parts); };
  co_await side_by_side(std::min(settings_.jobs, parts.missing.size()), work);
  if (parts.gone) {
    log_.gone(item.key);
    co_return Ended::changed;
  }
  if (mark_of(item.local) != item.mark) {
    co_await forsake(item, parts.state.upload_id);
    co_return Ended::changed;
  }
  const auto ended = co_await complete(parts);
  if (ended == Ended::done) co_await tidy(item.key);
  co_return ended;
}

/// What is left of attempts of ours costs money, but stands in nobody's way: another time will do.
live::awaitable<void> Uploader::tidy(const std::string& key) {
  try {
    if (const auto open = log_.open_upload(key)) {
      co_await bucket_.abort(key, *open);
      log_.gone(key);
    }
    if (!log_.may_have_unknown(key)) co_return;
    const auto orphans = co_await bucket_.uploads(key);
    for (const auto& orphan : orphans) {
      live::log::info("{}: an unfinished upload that nobody knows: aborted", live::printable(key));
      co_await bucket_.abort(key, orphan.id);
    }
    log_.all_known(key);
  } catch (const live::Failure& failure) {
    if (failure.exit() == live::Exit::io) throw;
    live::log::warn("{}: unfinished uploads of it may be left: {}", live::printable(key),
                    failure.what());
  }
}

/// Nobody goes on with it.
live::awaitable<void> Uploader::forsake(const Item& item, const std::string& upload_id) {
  co_await bucket_.abort(item.key, upload_id);
  log_.gone(item.key);
}

/// Parts are believed when both the log and the server have them.
live::awaitable<std::optional<Ended>> Uploader::resume(Parts& parts) {
  const auto& item = *parts.item;
  if (item.unfinished && item.unfinished->part_size == parts.plan.size) {
    parts.state = *item.unfinished;
    sort_by_number(parts.state);
    const auto listed = co_await bucket_.parts(item.key, parts.state.upload_id);
    if (listed) {
      std::erase_if(parts.state.parts, [&](const PartRecord& part) {
        const auto size = range_of(0, parts.plan, part.number, item.mark.size).length;
        return std::ranges::find(*listed, s3::UploadedPart{part.number, size, part.etag}) ==
               listed->end();
      });
      live::log::info("{}: goes on behind {} of {} parts", live::printable(item.key),
                      parts.state.parts.size(), parts.plan.count);
      co_return std::nullopt;
    }
  }
  const auto settled = co_await look_before_parts(parts);
  if (!settled) co_await begin(parts);
  co_return settled;
}

live::awaitable<std::optional<Ended>> Uploader::look_before_parts(const Parts& parts) {
  const auto& item = *parts.item;
  const auto found = co_await bucket_.head(item.key);
  if (!found) co_return std::nullopt;
  Stored wanted{{}, {}, item.mark.size};
  const bool whole = parts.state.parts.size() == parts.plan.count;
  if (whole) {  // the answer to its completion was lost
    wanted.etag = s3::multipart_etag(etags_of(parts.state));
  } else if (found->size == item.mark.size &&
             (item.yields || item.steps_aside ||
              !log_.is_ours(item.key, found->etag, found->sha256))) {
    wanted.etag = co_await etag_of_parts(parts.fd, item.mark.size);
  }
  co_return settle(item, *found, wanted);
}

/// As if its parts had been sent.
live::awaitable<std::string> Uploader::etag_of_parts(int fd, std::uint64_t size) {
  const auto plan = plan_parts(size);
  std::vector<std::string> etags;
  for (unsigned number = 1; number <= plan.count; ++number) {
    const auto range = range_of(fd, plan, number, size);
    const auto body = co_await bodies_.of(range, s3::Checksum::md5);
    etags.push_back(body.sums.md5);
  }
  co_return s3::multipart_etag(etags);
}

/// An upload whose id we never learn (we are killed, or the answer is lost and asked for again) is looked for later.
live::awaitable<void> Uploader::begin(Parts& parts) {
  const auto& item = *parts.item;
  co_await tidy(item.key);
  log_.will_begin(item.key);
  const bool crc32c = settings_.checksum == s3::Checksum::crc32c;
  const auto begun = co_await bucket_.begin(item.key, item.kind, crc32c);
  parts.state = {begun.id, parts.plan.size, crc32c, {}};
  log_.begun(item.key, item.mark, parts.state);
  if (begun.only) log_.all_known(item.key);
}

/// All parts of an upload have a CRC, or none has.
s3::Checksum Uploader::checksum_of(const Unfinished& state) const {
  if (state.crc32c) return s3::Checksum::crc32c;
  return settings_.checksum == s3::Checksum::md5 ? s3::Checksum::md5 : s3::Checksum::none;
}

live::awaitable<void> Uploader::send_parts(Parts& parts) {
  try {
    while (parts.next < parts.missing.size() && !parts.gone)
      co_await send_part(parts, parts.missing[parts.next++]);
  } catch (...) {
    parts.next = parts.missing.size();  // the others need not try
    throw;
  }
}

live::awaitable<void> Uploader::send_part(Parts& parts, unsigned number) {
  const auto& item = *parts.item;
  const auto range = range_of(parts.fd, parts.plan, number, item.mark.size);
  auto body = co_await bodies_.of(range, checksum_of(parts.state));
  PartRecord record{number, {}, body.sums.sha256, body.sums.crc32c};
  const auto etag =
      co_await bucket_.put_part(item.key, parts.state.upload_id, number, std::move(body));
  parts.gone = parts.gone || !etag;
  if (!etag) co_return;
  record.etag = *etag;
  log_.part_done(item.key, record);
  parts.state.parts.push_back(std::move(record));
}

live::awaitable<Ended> Uploader::complete(Parts& parts) {
  const auto& item = *parts.item;
  sort_by_number(parts.state);
  std::vector<s3::UploadedPart> list;
  std::vector<std::string> hashes, sums;
  for (const auto& part : parts.state.parts) {
    list.push_back({part.number, 0, part.etag, s3::checksum_value(part.crc32c)});
    hashes.push_back(part.sha256);
    sums.push_back(part.crc32c);
  }
  Stored wanted{s3::multipart_etag(etags_of(parts.state)), s3::composite_sha256(hashes),
                item.mark.size};
  auto over = Bucket::Over::nothing;
  const auto settled = co_await look_before_end(parts, wanted, over);
  if (settled) co_return *settled;
  const auto completed =
      co_await bucket_.complete(item.key, parts.state.upload_id, std::move(list), over);
  if (!completed.said.etag.empty()) wanted.etag = completed.said.etag;
  const auto& crc32c = completed.said.crc32c;
  const bool differs =
      parts.state.crc32c && !crc32c.empty() && crc32c != s3::composite_crc32c(sums);
  if (differs)
    live::log::warn("{}: the store has another CRC-32C of it than we", live::printable(item.key));
  const auto found = co_await bucket_.head(item.key);
  if (found && !differs && matches(*found, wanted)) {
    log_.done(item.key, item.mark, {found->etag, wanted.sha256, found->size});
    co_return Ended::done;
  }
  if (!completed.done) co_await forsake(item, parts.state.upload_id);
  if (found && !log_.is_ours(item.key, found->etag, found->sha256))
    co_return is_somebody_elses(item.key);
  co_return Ended::changed;
}

/// Since the parts were begun hours may have gone by: what has come to the key meanwhile is not overwritten, either.
live::awaitable<std::optional<Ended>> Uploader::look_before_end(const Parts& parts,
                                                                const Stored& wanted,
                                                                Bucket::Over& over) {
  const auto& item = *parts.item;
  const auto found = co_await bucket_.head(item.key);
  if (!found) co_return std::nullopt;
  over = Bucket::Over::anything;
  const auto settled = settle(item, *found, wanted);
  if (settled) co_await forsake(item, parts.state.upload_id);
  co_return settled;
}

}  // namespace s3_dvr_sync
