// USES: live::ingest
#include "common/base/bytes.hpp"
#include "common/base/failure.hpp"
#include "common/ingest/keys.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

/// A key file either has an error that names its line, or gives stream names only.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace live::ingest;
  const auto in = live::as_text({data, size});
  try {
    const auto keys = Keys::parse(in, "file");
    Claim claim;
    claim.app = "live";
    claim.path = in.substr(0, in.find_first_of(" \n"));
    claim.query = "key=" + percent_encode(in.substr(0, most_key));
    if (keys.is_costly(claim)) return 0;
    const auto answer = keys.check(claim, Wish::play);
    if (const auto* grant = std::get_if<Grant>(&answer);
        grant && !live::is_stream_name(grant->name))
      __builtin_trap();
  } catch (const live::Failure& failure) {
    const std::string what = failure.what();
    if (failure.exit() != live::Exit::config || !what.starts_with("file:")) __builtin_trap();
  }
  return 0;
}
