// How objects are labelled in the bucket, by what they are.  Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace s3_dvr_sync {

enum class Kind {
  media,          ///< segments, init segments, recordings: never change
  open_playlist,  ///< of a broadcast that goes on
  playlist,       ///< closed
};

/// By the name's extension; application/octet-stream for one that is not known.
std::string_view content_type(std::string_view name);
std::string_view cache_control(Kind kind);

/// Parts of an upload: S3 takes 5 MiB (all but the last) to 5 GiB, and 10,000 of them.
struct PartPlan {
  std::uint64_t size = 0;  ///< of each but the last
  unsigned count = 0;
};
constexpr std::uint64_t multipart_from = 64U << 20U;  ///< smaller ones go in one request
constexpr std::uint64_t least_part = 16U << 20U;
constexpr unsigned most_parts = 10'000;
/// REQUIRES: bytes >= multipart_from and at most 5 TiB.
PartPlan plan_parts(std::uint64_t bytes);

}  // namespace s3_dvr_sync
