// Claims as the tests of this room make them.
#pragma once

#include "common/ingest/publisher.hpp"

#include <string>

namespace live::test {

inline ingest::Claim claim(const std::string& path, const std::string& query = {}) {
  ingest::Claim out;
  out.app = "live";
  out.path = path;
  out.query = query;
  out.client = "203.0.113.9:4711";
  out.protocol = "rtmp";
  out.id = "0123456789abcdef";
  return out;
}

}  // namespace live::test
