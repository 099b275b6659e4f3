// A DIR of its own for a test.
#pragma once

#include "common/base/file.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

namespace s3_dvr_sync {

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    auto pattern = ::testing::TempDir() + "sync-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  ~FolderTest() override { std::filesystem::remove_all(root_); }

  /// Made with the folders above it.
  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) {
    const auto path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
    return path;
  }
  void append(const std::filesystem::path& name, std::string_view text) {
    std::ofstream{root_ / name, std::ios::app | std::ios::binary} << text;
  }
  [[nodiscard]] std::string text_of(const std::filesystem::path& name) const {
    return live::read_file(root_ / name, 1U << 20U);
  }
  static void make_older(const std::filesystem::path& path, std::chrono::seconds by) {
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) - by);
  }

  std::filesystem::path root_;
};

}  // namespace s3_dvr_sync
