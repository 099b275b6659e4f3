// CRC-32C (Castagnoli's polynomial; RFC 3720 §12.1, appendix B.4): x-amz-checksum-crc32c.  Pure.
#pragma once

#include "common/base/bytes.hpp"

#include <cstdint>

namespace live::s3 {

/// Of `bytes` behind those whose CRC is `before`.  With the processor's own instruction, where it has one (SSE 4.2).
std::uint32_t crc32c(Bytes bytes, std::uint32_t before = 0);

/// The same without it.
std::uint32_t crc32c_by_table(Bytes bytes, std::uint32_t before = 0);

}  // namespace live::s3
