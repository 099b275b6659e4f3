// What an operator's auth URL is asked, and what its answer means.  Pure.
//
//   POST URL                       Content-Type: application/x-www-form-urlencoded, or application/json (one object of strings)
//   event     start                somebody wants to publish
//             play                 somebody wants to play (--play key)
//             end                  for each start that was allowed, once: the stream has ended, another publisher (or the same
//                                  one, back) goes on with it, or it could not begin; the answer is ignored
//   app       of the publish URL
//   key       the key; a secret.  Not at the end
//   name      beside the key (app/name?key=KEY, or the user's); "" = the key came alone.  At the end the public name
//   user      of the query or the URL; "" = none
//   address   "203.0.113.9:4711"
//   query     of the publish URL, as it was sent, with its secrets; at the end without
//   protocol  rtmp, rtmps, ws, wss
//   id        of this publish (LIVE_ID); the same at its end
//
// Status 2xx allows.  Its body may be "name=PUBLIC&max-bitrate=8M" or {"name": "PUBLIC", "max-bitrate": "8M"}, both as far as
// wanted; without a name that of the claim counts, and without either it is refused: a key is never used as a name.  Any
// other status refuses; 5xx and no answer mean "later".
#pragma once

#include "common/fetch/fetch.hpp"
#include "common/ingest/publisher.hpp"

#include <string>
#include <variant>

namespace live::ingest {

enum class AuthFormat { form, json };
enum class AuthEvent { start, play };

/// REQUIRES: `presented` is that of `claim`.
fetch::Request auth_request(const std::string& url, AuthFormat format, AuthEvent event,
                            const Claim& claim, const Presented& presented);
fetch::Request end_request(const std::string& url, AuthFormat format, const Claim& claim,
                           const Grant& grant);

/// `complaint`: what is wrong with the URL or its answer, for the operator's log; "" = nothing.
std::variant<Grant, Denial> auth_answer(const fetch::Reply& reply, const Claim& claim,
                                        const Presented& presented, std::string& complaint);

}  // namespace live::ingest
