#include "common/registry/file.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/net/deadline.hpp"

#include <cerrno>
#include <map>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>

namespace live::registry {

namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr auto lock_limit = 1s;
constexpr auto lock_retry = 20ms;

std::int64_t to_ms(WallClock t) { return std::chrono::floor<Ms>(t.time_since_epoch()).count(); }

struct Entry {
  std::string address;
  std::int64_t expires = 0;  ///< ms since 1970
};

}  // namespace

/// The content of the file, but for what has expired.
class Entries {
 public:
  explicit Entries(std::int64_t now) : now_(now) {}

  /// False when `text` is no registry: then it is somebody else's file.
  bool read(const std::string& text) {
    if (text.empty()) return true;
    const auto all = Json::parse(text, nullptr, false);
    if (!all.is_object()) return false;
    for (const auto& [name, value] : all.items()) {
      if (!value.is_object()) return false;
      const auto address = value.find("address"), expires = value.find("expires");
      if (address == value.end() || expires == value.end() || !address->is_string() ||
          !expires->is_number_integer())
        return false;
      const auto until = expires->get<std::int64_t>();
      if (until > now_) entries_[name] = {address->get<std::string>(), until};
    }
    return true;
  }
  [[nodiscard]] std::string text() const {
    auto all = Json::object();
    for (const auto& [name, entry] : entries_)
      all[name] = {{"address", entry.address}, {"expires", entry.expires}};
    return all.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
  }

  [[nodiscard]] Holder holder(const std::string& name, const std::string& ours) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return {Holder::State::nobody, {}};
    const auto& address = found->second.address;
    return {address == ours ? Holder::State::ours : Holder::State::other, address};
  }
  Holder claim(const std::string& name, const Lease& lease) {
    const auto before = holder(name, lease.address);
    if (before.state == Holder::State::other) return before;
    if (before.state == Holder::State::nobody && entries_.size() >= File::most_names) return {};
    entries_[name] = {lease.address, now_ + lease.lifetime.count()};
    return {Holder::State::ours, lease.address};
  }
  void release(const std::string& name, const std::string& address) {
    if (holder(name, address).state == Holder::State::ours) entries_.erase(name);
  }

 private:
  std::int64_t now_;
  std::map<std::string, Entry> entries_;
};

namespace {

/// Nothing when another holds the lock.
std::optional<Fd> try_lock(const std::filesystem::path& path) {
  const auto name = path.parent_path() / ("." + path.filename().string() + ".lock");
  Fd fd{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)};
  if (!fd) fail(Exit::cannot_create, "create {}: {}", name.string(), errno_text());
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK && errno != EINTR)
    fail(Exit::io, "lock {}: {}", name.string(), errno_text());
  return {};
}

Entries read_entries(const std::filesystem::path& path, WallClock now) {
  Entries entries{to_ms(now)};
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return entries;
  if (!entries.read(read_file(path, File::most_bytes)))
    fail(Exit::bad_data, "read {}: it is no registry", path.string());
  return entries;
}

}  // namespace

File::File(std::filesystem::path path, std::function<WallClock()> clock)
    : path_(std::move(path)), clock_(std::move(clock)) {}

void File::note(std::string trouble) {
  if (trouble != trouble_ && !trouble.empty()) log::warn("registry: {}", trouble);
  if (trouble.empty() && !trouble_.empty()) log::info("registry: {} is back", path_.string());
  trouble_ = std::move(trouble);
}

/// False when another holds the lock.  Throws Failure.
bool File::attempt(const Change& change) {
  const auto lock = try_lock(path_);
  if (!lock) return false;
  auto entries = read_entries(path_, clock_());
  if (change(entries)) publish_file(path_, entries.text());
  return true;
}

awaitable<bool> File::change(Change change) {
  const auto deadline = std::chrono::steady_clock::now() + lock_limit;
  for (;;) {
    try {
      if (attempt(change)) {
        note({});
        co_return true;
      }
    } catch (const Failure& failure) {
      note(failure.what());
      co_return false;
    }
    if (std::chrono::steady_clock::now() >= deadline) break;
    co_await net::pause(lock_retry);
  }
  note(fmt::format("lock {}: another program has held it for {} s", path_.string(),
                   lock_limit.count()));
  co_return false;
}

awaitable<std::vector<Holder>> File::claim(std::vector<std::string> names, Lease lease) {
  std::vector<Holder> holders(names.size());
  Change claim_all = [&](Entries& entries) {
    for (std::size_t i = 0; i < names.size(); ++i)
      holders[i] = entries.claim(names[i], lease);
    return true;
  };
  const bool done = co_await change(std::move(claim_all));
  if (!done) holders.assign(names.size(), {});
  co_return holders;
}

awaitable<bool> File::release(std::vector<std::string> names, std::string address) {
  Change release_all = [&](Entries& entries) {
    for (const auto& name : names)
      entries.release(name, address);
    return true;
  };
  const bool done = co_await change(std::move(release_all));
  co_return done;
}

/// Readers need no lock: the file is replaced as a whole.
awaitable<Holder> File::find(std::string name) {
  try {
    const auto holder = read_entries(path_, clock_()).holder(name, {});
    note({});
    co_return holder;
  } catch (const Failure& failure) {
    note(failure.what());
  }
  co_return Holder{};
}

}  // namespace live::registry
