// USES: live::s3
#include "common/base/bytes.hpp"
#include "common/s3/answer.hpp"
#include "common/s3/credentials.hpp"

#include <cstddef>
#include <cstdint>

/// Whatever a server answers is an answer or none; parts that were read are within what S3 allows.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace live;
  using namespace live::s3;
  const auto text = as_text({data, size});
  static_cast<void>(parse_error(text));
  static_cast<void>(parse_upload_id(text));
  static_cast<void>(parse_completed(text));
  static_cast<void>(parse_uploads(text));
  static_cast<void>(credentials_from_json(text));
  static_cast<void>(profile_from_file(text, "default"));
  static_cast<void>(parse_http_date(text));
  if (const auto list = parse_parts(text)) {
    for (const auto& part : list->parts)
      if (part.number == 0 || part.number > 10'000) __builtin_trap();
    static_cast<void>(complete_body(list->parts));
  }
  return 0;
}
