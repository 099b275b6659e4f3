// The registry in a file, for the programs of one host.
//
//   {"camera": {"address": "127.0.0.1:8000", "expires": 1700000000000}}      milliseconds since 1970
//
// It is replaced as a whole under a lock, flock(2) on `.<file>.lock` beside it.
#pragma once

#include "common/base/units.hpp"
#include "common/registry/registry.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace live::registry {

class File final : public Registry {
 public:
  static constexpr std::size_t most_bytes = 4U << 20U;
  static constexpr std::size_t most_names = 20'000;

  /// Does not touch the file yet.  `clock` must run as those of the other programs do.
  File(std::filesystem::path path, std::function<WallClock()> clock);

  awaitable<std::vector<Holder>> claim(std::vector<std::string> names, Lease lease) override;
  awaitable<bool> release(std::vector<std::string> names, std::string address) override;
  awaitable<Holder> find(std::string name) override;
  [[nodiscard]] std::string trouble() const override { return trouble_; }

 private:
  using Change = std::function<bool(class Entries&)>;
  awaitable<bool> change(Change change);
  bool attempt(const Change& change);
  void note(std::string trouble);

  std::filesystem::path path_;
  std::function<WallClock()> clock_;
  std::string trouble_;
};

}  // namespace live::registry
