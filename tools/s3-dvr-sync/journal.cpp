#include "tools/s3-dvr-sync/journal.hpp"

#include "common/base/failure.hpp"
#include "common/tree/lock.hpp"
#include "tools/s3-dvr-sync/database.hpp"

#include <utility>

#include <sys/stat.h>

namespace s3_dvr_sync {

using live::Exit;
using live::fail;

namespace {

constexpr std::uint64_t application_id = 0x6C'53'33'64;  // "lS3d"
constexpr std::uint64_t schema_version = 2;
constexpr std::string_view database_name = "journal.db";
/// A request that we gave up may be carried out late: of so many of a key we know the bytes.
constexpr std::uint64_t puts_of_a_key = 64;

constexpr const char* schema = R"(
CREATE TABLE objects (key TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
  etag TEXT NOT NULL, sha256 TEXT NOT NULL, stored_size INTEGER NOT NULL, verified_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE puts (number INTEGER PRIMARY KEY, key TEXT NOT NULL, sha256 TEXT NOT NULL, etag TEXT NOT NULL);
CREATE INDEX puts_of_keys ON puts (key, number);
CREATE TABLE uploads (key TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
  upload_id TEXT NOT NULL, part_size INTEGER NOT NULL, crc32c INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE parts (key TEXT NOT NULL, number INTEGER NOT NULL, etag TEXT NOT NULL, sha256 TEXT NOT NULL, crc32c TEXT NOT NULL,
  PRIMARY KEY (key, number)) WITHOUT ROWID;
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
PRAGMA application_id=1817391972;
PRAGMA user_version=2;
)";
static_assert(application_id == 1'817'391'972 && schema_version == 2);

/// What the first version did not have.
constexpr const char* since_version_1 = R"(
ALTER TABLE uploads ADD COLUMN crc32c INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parts ADD COLUMN crc32c TEXT NOT NULL DEFAULT '';
PRAGMA user_version=2;
)";

std::uint64_t number_of(Database& db, const char* sql) {
  Statement statement{db, sql};
  return statement.begin().step() ? statement.number(0) : 0;
}

/// Its tables, made where it is empty.  Throws Failure(bad_data) for one that is not ours.
void prepare(Database& db, const std::filesystem::path& path) {
  Transaction transaction{db};
  if (number_of(db, "SELECT count(*) FROM sqlite_schema") == 0) {
    db.run(schema);
    return transaction.commit();
  }
  if (number_of(db, "PRAGMA application_id") != application_id)
    fail(Exit::bad_data, "journal {}: it is no journal of ours", path.string());
  auto version = number_of(db, "PRAGMA user_version");
  if (version == 1) {
    db.run(since_version_1);
    version = schema_version;
  }
  if (version != schema_version)
    fail(Exit::bad_data, "journal {}: its version is {}, we know {}", path.string(), version,
         schema_version);
  transaction.commit();
}

std::string unknown_upload(const std::string& key) { return "begin/" + key; }

void bind_mark(Statement& statement, const FileMark& mark) {
  statement.bind(mark.size).bind(static_cast<std::uint64_t>(mark.mtime_ns)).bind(mark.inode);
}

FileMark mark_at(const Statement& row, int column) {
  return {row.number(column), static_cast<std::int64_t>(row.number(column + 1)),
          row.number(column + 2)};
}

/// Of `size, mtime_ns, inode, etag, sha256, stored_size, verified_ms` from `column` on.
Journal::Entry entry_at(const Statement& row, int column) {
  const live::Ms verified{static_cast<std::int64_t>(row.number(column + 6))};
  return {mark_at(row, column),
          {row.text(column + 3), row.text(column + 4), row.number(column + 5)},
          live::WallClock{std::chrono::duration_cast<live::WallClock::duration>(verified)}};
}

std::uint64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<live::Ms>(now).count());
}

/// The pages must have been written to be there: a hole in the file needs space later.
void make_room(Database& db) {
  constexpr std::uint64_t least_pages = 250;
  if (number_of(db, "PRAGMA freelist_count") >= least_pages) return;
  try {
    db.run(
        "DROP TABLE IF EXISTS room; CREATE TABLE room (bytes BLOB); INSERT INTO room VALUES "
        "(zeroblob(1040000)); PRAGMA wal_checkpoint(FULL)");
  } catch (const live::Failure&) {
    // What there is must do.
  }
  try {
    db.run("DROP TABLE IF EXISTS room");
  } catch (const live::Failure&) {
    // The next time.
  }
}

Database opened(const std::filesystem::path& path) {
  Database db{path};
  prepare(db, path);
  make_room(db);
  return db;
}

Database in_memory() {
  constexpr auto nowhere = ":memory:";
  Database db{nowhere};
  prepare(db, nowhere);
  return db;
}

live::tree::Lock lock(const std::filesystem::path& root) {
  std::error_code error;
  if (!std::filesystem::is_directory(root, error))
    fail(Exit::no_input, "open {}: it is no folder", root.string());
  auto taken = live::tree::Lock::take(root / state_folder, std::chrono::milliseconds{0});
  if (!taken) fail(Exit::try_again, "{}: another s3-dvr-sync is at work here", root.string());
  return *std::move(taken);
}

}  // namespace

struct Journal::State {
  explicit State(const std::filesystem::path& root)
      : held(lock(root)), db(opened(root / state_folder / database_name)) {}
  State() : db(in_memory()) {}

  std::optional<live::tree::Lock> held;
  Database db;
  struct Statements {
    explicit Statements(const Database& db)
        : put(db, "INSERT INTO puts (key, sha256, etag) VALUES (?, ?, '')"),
          keep_put(
              db,
              "INSERT INTO puts (key, sha256, etag) SELECT key, sha256, etag FROM objects WHERE "
              "key = ?"),
          end_put(db, "DELETE FROM puts WHERE key = ? AND sha256 = ?"),
          forget_puts(
              db,
              "DELETE FROM puts WHERE key = ?1 AND number <= (SELECT number FROM puts WHERE "
              "key = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)"),
          used(db,
               "SELECT 1 FROM puts WHERE key = ?1 UNION ALL SELECT 1 FROM objects WHERE key = ?1 "
               "LIMIT 1"),
          ours(db,
               "SELECT 1 FROM puts WHERE key = ?1 AND ((etag <> '' AND etag = ?2) OR "
               "(sha256 <> '' AND sha256 = ?3)) UNION ALL SELECT 1 FROM objects WHERE key = ?1 AND "
               "((etag <> '' AND etag = ?2) OR (sha256 <> '' AND sha256 = ?3)) LIMIT 1"),
          begin(db, "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)"),
          part(db, "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?)"),
          end(db, "DELETE FROM uploads WHERE key = ?"),
          end_parts(db, "DELETE FROM parts WHERE key = ?"),
          store(db, "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
          forget(db, "DELETE FROM objects WHERE key = ?"),
          stored(
              db,
              "SELECT size, mtime_ns, inode, etag, sha256, stored_size, verified_ms FROM objects "
              "WHERE key = ?"),
          all(db,
              "SELECT key, size, mtime_ns, inode, etag, sha256, stored_size, verified_ms FROM "
              "objects ORDER BY key"),
          totals(db, "SELECT count(*), coalesce(sum(stored_size), 0) FROM objects"),
          upload(db,
                 "SELECT size, mtime_ns, inode, upload_id, part_size, crc32c FROM uploads WHERE "
                 "key = ?"),
          uploads(db, "SELECT key, upload_id, size, mtime_ns, inode FROM uploads ORDER BY key"),
          parts(db, "SELECT number, etag, sha256, crc32c FROM parts WHERE key = ? ORDER BY number"),
          note(db, "SELECT value FROM notes WHERE name = ?"),
          set_note(db, "INSERT OR REPLACE INTO notes VALUES (?, ?)"),
          notes(db, "SELECT name, value FROM notes WHERE substr(name, 1, length(?1)) = ?1"),
          forget_note(db, "DELETE FROM notes WHERE name = ?"),
          forget_notes(db, "DELETE FROM notes WHERE substr(name, 1, length(?1)) = ?1") {}
    Statement put, keep_put, end_put, forget_puts, used, ours, begin, part, end, end_parts, store,
        forget, stored, all, totals, upload, uploads, parts, note, set_note, notes, forget_note,
        forget_notes;
  };
  Statements use{db};
  bool unsynced = false;  ///< something was told that a power cut may lose

  bool is_used(const std::string& key) {
    Use used{use.used};
    return used->bind(key).step();
  }
  /// What was at `key` until now stays known.
  void move_to_puts(const std::string& key) {
    use.keep_put.begin().bind(key).run();
    use.forget_puts.begin().bind(key).bind(puts_of_a_key).run();
  }
  void end_upload(const std::string& key) {
    use.end.begin().bind(key).run();
    use.end_parts.begin().bind(key).run();
  }
};

Journal::Journal(const std::filesystem::path& root, bool for_a_look) {
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(root / state_folder / database_name, ignored);
  state_ = for_a_look && !is_there ? std::make_unique<State>() : std::make_unique<State>(root);
}
Journal::~Journal() = default;

void Journal::will_put(const std::string& key, const FileMark& mark, const std::string& sha256) {
  const bool is_file = mark.inode != 0;
  const bool may_wait = is_file && !state_->is_used(key);
  std::optional<Unsynced> fast;
  if (may_wait) fast.emplace(state_->db);
  Transaction transaction{state_->db};
  state_->use.end_put.begin().bind(key).bind(sha256).run();
  state_->use.put.begin().bind(key).bind(sha256).run();
  state_->use.forget_puts.begin().bind(key).bind(puts_of_a_key).run();
  transaction.commit();
  state_->unsynced = may_wait;
}

void Journal::will_begin(const std::string& key) { set_note(unknown_upload(key), "1"); }

void Journal::all_known(const std::string& key) { forget_note(unknown_upload(key)); }

bool Journal::may_have_unknown(const std::string& key) const {
  return note(unknown_upload(key)).has_value();
}

std::optional<std::string> Journal::open_upload(const std::string& key) const {
  Use upload{state_->use.upload};
  if (!upload->bind(key).step()) return {};
  return upload->text(3);
}

void Journal::keep_room() { make_room(state_->db); }

void Journal::begun(const std::string& key, const FileMark& mark, const Unfinished& upload) {
  Transaction transaction{state_->db};
  state_->end_upload(key);
  auto& begin = state_->use.begin.begin().bind(key);
  bind_mark(begin, mark);
  begin.bind(upload.upload_id).bind(upload.part_size).bind(upload.crc32c ? 1U : 0U).run();
  transaction.commit();
}

void Journal::part_done(const std::string& key, const PartRecord& part) {
  auto& row = state_->use.part.begin();
  row.bind(key).bind(part.number).bind(part.etag).bind(part.sha256).bind(part.crc32c).run();
}

void Journal::gone(const std::string& key) {
  Transaction transaction{state_->db};
  state_->end_upload(key);
  transaction.commit();
}

void Journal::done(const std::string& key, const FileMark& mark, const Stored& stored) {
  state_->unsynced = true;
  const Unsynced fast{state_->db};
  Transaction transaction{state_->db};
  state_->end_upload(key);
  state_->move_to_puts(key);
  state_->use.end_put.begin().bind(key).bind(stored.sha256).run();
  auto& store = state_->use.store.begin().bind(key);
  bind_mark(store, mark);
  store.bind(stored.etag).bind(stored.sha256).bind(stored.size).bind(now_ms()).run();
  transaction.commit();
}

void Journal::sync() {
  if (!state_->unsynced) return;
  state_->db.sync();
  state_->unsynced = false;
}

bool Journal::is_ours(const std::string& key, std::string_view etag,
                      std::string_view sha256) const {
  Use ours{state_->use.ours};
  return ours->bind(key).bind(etag).bind(sha256).step();
}

std::optional<Journal::Entry> Journal::stored(const std::string& key) const {
  Use row{state_->use.stored};
  if (!row->bind(key).step()) return {};
  return entry_at(*row.operator->(), 0);
}

void Journal::forget(const std::string& key) {
  Transaction transaction{state_->db};
  state_->move_to_puts(key);
  state_->use.forget.begin().bind(key).run();
  transaction.commit();
}

void Journal::for_each_stored(
    const std::function<void(const std::string& key, const Entry& entry)>& visit) const {
  Use row{state_->use.all};
  while (row->step())
    visit(row->text(0), entry_at(*row.operator->(), 1));
}

Journal::Totals Journal::totals() const {
  Use row{state_->use.totals};
  row->step();
  return {row->number(0), row->number(1)};
}

std::optional<Unfinished> Journal::unfinished(const std::string& key, const FileMark& mark) const {
  Use upload{state_->use.upload};
  if (!upload->bind(key).step() || mark_at(*upload.operator->(), 0) != mark) return {};
  Unfinished out{upload->text(3), upload->number(4), upload->number(5) != 0, {}};
  Use part{state_->use.parts};
  part->bind(key);
  while (part->step())
    out.parts.push_back(
        {static_cast<unsigned>(part->number(0)), part->text(1), part->text(2), part->text(3)});
  return out;
}

std::vector<Journal::Open> Journal::open_uploads() const {
  std::vector<Open> out;
  Use row{state_->use.uploads};
  while (row->step())
    out.push_back({row->text(0), row->text(1), mark_at(*row.operator->(), 2)});
  return out;
}

std::optional<std::string> Journal::note(const std::string& name) const {
  Use row{state_->use.note};
  if (!row->bind(name).step()) return {};
  return row->text(0);
}

void Journal::set_note(const std::string& name, std::string_view value) {
  state_->use.set_note.begin().bind(name).bind(value).run();
}

void Journal::forget_note(const std::string& name) {
  state_->use.forget_note.begin().bind(name).run();
}

std::vector<std::pair<std::string, std::string>> Journal::notes(std::string_view prefix) const {
  std::vector<std::pair<std::string, std::string>> out;
  Use row{state_->use.notes};
  row->bind(prefix);
  while (row->step())
    out.emplace_back(row->text(0), row->text(1));
  return out;
}

void Journal::forget_notes(std::string_view prefix) {
  state_->use.forget_notes.begin().bind(prefix).run();
}

}  // namespace s3_dvr_sync
