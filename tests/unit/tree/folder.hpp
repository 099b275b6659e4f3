// A folder of its own for a test.
#pragma once

#include "common/base/file.hpp"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace live::test {

class Folder : public ::testing::Test {
 protected:
  Folder() {
    auto pattern = ::testing::TempDir() + "tree-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Folder() override { std::filesystem::remove_all(folder_); }

  /// The content of a file in it.
  [[nodiscard]] std::string text_of(const std::string& name) const {
    return read_file(folder_ / name, 1U << 20U);
  }
  /// How many files it holds, hidden ones too.
  [[nodiscard]] auto count() const {
    return std::distance(std::filesystem::directory_iterator{folder_}, {});
  }

  std::filesystem::path folder_;
};

}  // namespace live::test
