#include "tools/s3-dvr-sync/database.hpp"

#include "common/base/failure.hpp"

#include <sqlite3.h>

namespace s3_dvr_sync {

using live::Exit;
using live::fail;

namespace {

constexpr int busy_ms = 5000;           // somebody looks into it with sqlite3(1)
constexpr int longest_value = 1 << 20;  // bytes; SQLite's own limit is a gigabyte

Exit exit_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
      return Exit::bad_data;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return Exit::cannot_create;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Exit::try_again;
    default:
      return Exit::io;
  }
}

}  // namespace

void Database::Close::operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }

Database::Database(const std::filesystem::path& path) : path_(path.string()) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(
      path_.c_str(), &opened,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  db_.reset(opened);
  if (code != SQLITE_OK) complain(code);
  sqlite3_busy_timeout(opened, busy_ms);
  int stays = 1;  // the log is as large as it was when it is needed on a full disk
  sqlite3_file_control(opened, "main", SQLITE_FCNTL_PERSIST_WAL, &stays);
  sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, longest_value);
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;"
      // The cache is for a walk over a table as much as for single rows: 1 MiB.
      "PRAGMA cache_size=-1024; PRAGMA wal_autocheckpoint=128;");
}

void Database::run(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) complain(code);
}

void Database::sync() {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
  if (log == nullptr || log->pMethods == nullptr)
    return;  // nothing was written since it was opened
  const int code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
  if (code != SQLITE_OK) complain(code);
}

void Database::complain(int code) const {
  const char* reason = sqlite3_errstr(code & 0xFF);
  if ((code & 0xFF) == SQLITE_FULL)
    reason = "no space: 2 MB must be free; move a recording away, or delete one";
  if ((code & 0xFF) == SQLITE_ERROR) reason = sqlite3_errmsg(db_.get());
  const auto exit = exit_of(code);
  if (exit == Exit::bad_data)
    fail(exit, "journal {}: {}; with it out of the way, what is in the bucket is compared anew",
         path_, reason);
  fail(exit, "journal {}: {}", path_, reason);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement::Statement(const Database& db, const char* sql) : db_(&db) {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(db.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) db.complain(code);
  statement_.reset(made);
}

Statement& Statement::begin() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  next_ = 1;
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), next_++, text.data(), text.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) db_->complain(code);
  return *this;
}

Statement& Statement::bind(std::uint64_t number) {
  const int code = sqlite3_bind_int64(statement_.get(), next_++, static_cast<std::int64_t>(number));
  if (code != SQLITE_OK) db_->complain(code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  sqlite3_reset(statement_.get());
  if (code != SQLITE_DONE) db_->complain(code);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::string Statement::text(int column) const {
  const auto* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {reinterpret_cast<const char*>(text), size};
}

std::uint64_t Statement::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

Unsynced::Unsynced(Database& db) : db_(db) { db_.run("PRAGMA synchronous=NORMAL"); }
Unsynced::~Unsynced() {
  sqlite3_exec(db_.get(), "PRAGMA synchronous=FULL", nullptr, nullptr, nullptr);
}

Transaction::Transaction(Database& db) : db_(db) { db_.run("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (!done_) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  db_.run("COMMIT");
  done_ = true;
}

}  // namespace s3_dvr_sync
