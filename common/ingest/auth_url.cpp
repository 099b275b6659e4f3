#include "common/ingest/auth_url.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace live::ingest {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

fetch::Request post(const std::string& url, AuthFormat format, const Fields& fields) {
  fetch::Request request;
  request.method = "POST";
  request.url = url;
  const bool form = format == AuthFormat::form;
  request.headers = {
      {"Content-Type", form ? "application/x-www-form-urlencoded" : "application/json"}};
  if (form) {
    for (const auto& [name, value] : fields)
      request.body +=
          fmt::format("{}{}={}", request.body.empty() ? "" : "&", name, percent_encode(value));
    return request;
  }
  auto object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : fields)
    object[name] = value;
  request.body = object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return request;
}

std::string user_of(const Claim& claim) {
  if (auto user = query_value(claim.query, "user")) return std::move(*user);
  return claim.user.value_or("");
}

/// What a body says; the members that it does not have are "".
struct Said {
  std::string name, max_bit_rate;
};

/// A string, or a number of bits per second; nothing for what is neither.
std::optional<std::string> text_of(const nlohmann::json& object, const char* member) {
  const auto found = object.find(member);
  if (found == object.end() || found->is_null()) return "";
  if (found->is_number_unsigned()) return std::to_string(found->get<std::uint64_t>());
  if (found->is_string()) return found->get<std::string>();
  return {};
}

std::optional<Said> read_body(const std::string& body) {
  const auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return Said{};
  const auto text = body.substr(begin, body.find_last_not_of(" \t\r\n") - begin + 1);
  if (!text.starts_with('{'))
    return Said{query_value(text, "name").value_or(""),
                query_value(text, "max-bitrate").value_or("")};
  const auto object = nlohmann::json::parse(text, nullptr, false);
  if (!object.is_object()) return {};
  const auto name = text_of(object, "name");
  const auto rate = text_of(object, "max-bitrate");
  if (!name || !rate) return {};
  return Said{*name, *rate};
}

Denial later() { return {Denial::Why::unavailable, "try again later"}; }
Denial refused() { return {Denial::Why::unauthorized, "the key is not accepted"}; }

}  // namespace

fetch::Request auth_request(const std::string& url, AuthFormat format, AuthEvent event,
                            const Claim& claim, const Presented& presented) {
  return post(url, format,
              {{"event", event == AuthEvent::start ? "start" : "play"},
               {"app", claim.app},
               {"key", presented.key},
               {"name", presented.name()},
               {"user", user_of(claim)},
               {"address", claim.client},
               {"query", claim.query},
               {"protocol", claim.protocol},
               {"id", claim.id}});
}

fetch::Request end_request(const std::string& url, AuthFormat format, const Claim& claim,
                           const Grant& grant) {
  return post(url, format,
              {{"event", "end"},
               {"app", claim.app},
               {"name", grant.name},
               {"user", user_of(claim)},
               {"address", claim.client},
               {"query", grant.query},
               {"protocol", claim.protocol},
               {"id", claim.id}});
}

std::variant<Grant, Denial> auth_answer(const fetch::Reply& reply, const Claim& claim,
                                        const Presented& presented, std::string& complaint) {
  constexpr int ok = 200;
  constexpr int redirects = 300;
  constexpr int server_errors = 500;
  complaint.clear();
  if (reply.status == 0) {
    complaint = reply.error;
    return later();
  }
  if (reply.status >= server_errors) {
    complaint = fmt::format("status {}", reply.status);
    return later();
  }
  if (reply.status < ok || reply.status >= redirects) return refused();
  const auto said = read_body(reply.body);
  const auto rate = said && !said->max_bit_rate.empty() ? parse_bit_rate(said->max_bit_rate)
                                                        : std::optional<std::uint64_t>{};
  if (!said || (!said->max_bit_rate.empty() && rate.value_or(0) == 0)) {
    complaint = "its answer is not one that we read";
    return refused();
  }
  auto name = said->name;
  if (name.empty() && presented.name() != presented.key) name = presented.name();
  const bool is_key = !name.empty() && (name == presented.key || name == presented.also);
  if (is_stream_name(name) && !is_key) return Grant{name, public_query(claim.query), rate, true};
  if (said->name.empty() && presented.names.empty()) {
    complaint = "it allowed a key and gave no public name";
  } else if (is_key) {
    complaint = "it gave the key as the public name";
  } else if (!said->name.empty()) {
    complaint = fmt::format("it gave a name that is none: {}", printable(said->name));
  }
  return Denial{Denial::Why::bad_name, "the stream has no name that can be used"};
}

}  // namespace live::ingest
