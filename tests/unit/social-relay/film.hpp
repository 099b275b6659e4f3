// What ffmpeg makes, as the program reads it.
#pragma once

#include "common/media_in/source.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace social_relay::test {

struct Film {
  live::media_in::Epoch epoch;
  std::vector<live::media_in::Unit> units;
};

/// `arguments`: inputs, codecs and duration.
inline Film film(const std::string& arguments) {
  const auto path = testing::TempDir() + "film" + std::to_string(::getpid()) + ".mkv";
  const auto command = "ffmpeg -nostdin -loglevel error -y " + arguments + " " + path;
  Film out;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  live::media_in::Source source{live::media_in::spec_of(path, ""), [] { return true; }};
  for (;;) {
    auto item = source.next();
    if (auto* epoch = std::get_if<live::media_in::Epoch>(&item)) out.epoch = std::move(*epoch);
    if (auto* unit = std::get_if<live::media_in::Unit>(&item))
      out.units.push_back(std::move(*unit));
    if (std::holds_alternative<live::media_in::End>(item)) break;
  }
  std::filesystem::remove(path);
  return out;
}

/// Two seconds of test picture, 25 a second, and tone.
inline Film two_seconds(const std::string& codecs) {
  return film("-f lavfi -i testsrc2=s=192x108:r=25 -f lavfi -i sine=r=48000 -t 2 " + codecs);
}

}  // namespace social_relay::test
