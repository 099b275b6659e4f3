// A folder of its own for a test, gone with it.
#pragma once

#include "common/base/file.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

namespace live::test {

class OwnFolder {
 public:
  OwnFolder() {
    auto pattern = ::testing::TempDir() + "live-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~OwnFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class FolderTest : public ::testing::Test {
 protected:
  /// Made with the folders above it.
  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
    return path;
  }
  void append(const std::filesystem::path& name, std::string_view text) {
    std::ofstream{folder_ / name, std::ios::app | std::ios::binary} << text;
  }
  [[nodiscard]] std::string text_of(const std::filesystem::path& name) const {
    return read_file(folder_ / name, 1U << 20U);
  }
  /// How many files it holds, hidden ones too.
  [[nodiscard]] auto count() const {
    return std::distance(std::filesystem::directory_iterator{folder_}, {});
  }
  static void make_older(const std::filesystem::path& path, std::chrono::seconds by) {
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) - by);
  }

 private:
  OwnFolder own_;

 protected:
  std::filesystem::path folder_ = own_.path();
};

}  // namespace live::test
