// SQLite as far as the journal needs it: one connection, prepared statements, errors as Failure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace s3_dvr_sync {

class Database {
 public:
  /// Write-ahead log, synchronous=FULL: what is committed survives a power cut.  Throws Failure(cannot_create, bad_data, io).
  explicit Database(const std::filesystem::path& path);

  /// Without results; several statements too.
  void run(const char* sql);
  /// What was committed so far survives a power cut.
  void sync();
  [[nodiscard]] sqlite3* get() const { return db_.get(); }
  /// Throws Failure for what `code` of SQLite means.
  [[noreturn]] void complain(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> db_;
};

/// Prepared once, used often.  A use: bind what it asks for, in order, then step until it says false.
class Statement {
 public:
  Statement(const Database& db, const char* sql);

  /// Begins a use.  Texts must live until the next begin().
  Statement& begin();
  Statement& bind(std::string_view text);
  Statement& bind(std::uint64_t number);
  /// The next row; false: there is none, and the use is over.
  bool step();
  /// All at once, for what has no rows.
  void run();

  /// Of the row that is there; columns count from 0.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::uint64_t number(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  const Database* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_ = 1;
};

/// Ends a use of a statement that may have rows left.
class Use {
 public:
  explicit Use(Statement& statement) : statement_(statement.begin()) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { statement_.begin(); }
  Statement* operator->() { return &statement_; }

 private:
  Statement& statement_;
};

/// What is committed while it lives survives a kill, and a power cut from the next sync on.
class Unsynced {
 public:
  explicit Unsynced(Database& db);
  Unsynced(const Unsynced&) = delete;
  Unsynced& operator=(const Unsynced&) = delete;
  ~Unsynced();

 private:
  Database& db_;
};

/// All of it or nothing: rolled back unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Database& db);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& db_;
  bool done_ = false;
};

}  // namespace s3_dvr_sync
