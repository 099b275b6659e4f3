// Flags of movie fragment boxes, ISO/IEC 14496-12 §8.8.
#pragma once

#include <cstdint>

namespace live::mp4 {

namespace tfhd_flags {  // §8.8.7.1
constexpr std::uint32_t base_data_offset = 0x1, description = 0x2, duration = 0x8, size = 0x10,
                        flags = 0x20, default_base_is_moof = 0x20000;
}
namespace trun_flags {  // §8.8.8.1
constexpr std::uint32_t data_offset = 0x1, first_flags = 0x4, duration = 0x100, size = 0x200,
                        flags = 0x400, composition = 0x800;
}
namespace sample_flags {  // §8.8.3.1
constexpr std::uint32_t is_non_sync = 0x10000;
constexpr std::uint32_t sync = 0x2000000;                    ///< sample_depends_on 2: on no other
constexpr std::uint32_t non_sync = 0x1000000 | is_non_sync;  ///< sample_depends_on 1
}  // namespace sample_flags

}  // namespace live::mp4
