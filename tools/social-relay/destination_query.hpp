// Destinations out of the query of a publish URL, as broadcasters send it along with their stream (--query-env):
//
//   twitch=KEY  youtube=KEY  facebook=KEY          a relay to that service
//   facebook_s_bl=1  youtube_backup=1 ...          "s_bl=1" goes to that service's query
//
// Nothing else in a query has an effect: it can name no other host.  Pure.
#pragma once

#include "tools/social-relay/destination.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace social_relay {

struct FromQuery {
  std::vector<Destination>
      destinations;                  ///< in the order of the service table; labels not numbered
  std::vector<std::string> refused;  ///< one clause each, without secrets
};

constexpr std::size_t max_query_bytes = 8'192, max_query_parameters = 64;

/// `query`: raw, as LIVE_QUERY holds it.
FromQuery read_query(std::string_view query);

}  // namespace social_relay
