#include "common/rtmp/connect.hpp"

#include "common/base/user_info.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace live::rtmp {

namespace amf0 = flv::amf0;

namespace {

/// capsEx.
constexpr std::uint32_t caps_reconnect = 1, caps_multitrack = 2, caps_mod_ex = 4,
                        caps_nano_offset = 8;
/// FourCcInfoMask.
constexpr std::uint32_t can_decode = 1, can_encode = 2, can_forward = 4;

constexpr std::array<std::string_view, 4> our_video{"avc1", "hvc1", "av01", "vp09"};
constexpr std::array<std::string_view, 6> our_audio{"mp4a", "Opus", "fLaC", "ac-3", "ec-3", ".mp3"};

std::string_view without_slashes(std::string_view text) {
  const auto first = text.find_first_not_of('/');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of('/') - first + 1);
}

std::string_view text_of(const amf0::Value& object, std::string_view name) {
  const auto* value = object.find(name);
  return value == nullptr ? std::string_view{} : value->text();
}

void add_four_cc(std::vector<std::string>& four_ccs, std::string_view name) {
  if (name != "*" && name.size() != 4) return;
  if (four_ccs.size() >= max_four_ccs) return;
  if (std::find(four_ccs.begin(), four_ccs.end(), name) == four_ccs.end())
    four_ccs.emplace_back(name);
}

Capabilities read_capabilities(const amf0::Value& object) {
  Capabilities out;
  if (const auto* caps = object.find("capsEx")) {
    const double number = caps->number(0);
    const auto bits = number >= 0 && number <= 0xFFFF'FFFF ? static_cast<std::uint32_t>(number) : 0;
    out.reconnect = (bits & caps_reconnect) != 0;
    out.multitrack = (bits & caps_multitrack) != 0;
    out.mod_ex = (bits & caps_mod_ex) != 0;
    out.nano_offset = (bits & caps_nano_offset) != 0;
    out.enhanced = true;
  }
  if (const auto* go_away = object.find("supportsGoAway"))
    out.go_away = go_away->is == decltype(go_away->is){true} || go_away->number(0) == 1;
  if (const auto* list = object.find("fourCcList")) {
    if (const auto* array = list->array())
      for (const auto& value : array->values)
        add_four_cc(out.four_ccs, value.text());
    out.enhanced = true;
  }
  for (const auto* name : {"videoFourCcInfoMap", "audioFourCcInfoMap"}) {
    const auto* map = object.find(name);
    if (map == nullptr) continue;
    if (const auto* properties = map->object())
      for (const auto& [four_cc, flags] : properties->properties)
        add_four_cc(out.four_ccs, four_cc);
    out.enhanced = true;
  }
  return out;
}

amf0::Value number(double value) { return {value}; }
amf0::Value text(std::string_view value) { return {std::string{value}}; }

bool is_audio(std::string_view four_cc) {
  return std::find(our_audio.begin(), our_audio.end(), four_cc) != our_audio.end();
}

void add_enhanced(amf0::Object& to, const std::vector<std::string>& four_ccs, std::uint32_t flags,
                  std::uint32_t caps) {
  amf0::StrictArray list;
  amf0::Object video, audio;
  for (const auto& four_cc : four_ccs) {
    list.values.push_back(text(four_cc));
    auto& map = is_audio(four_cc) ? audio : video;
    map.properties.emplace_back(four_cc, number(flags));
  }
  to.properties.emplace_back("capsEx", number(caps));
  to.properties.emplace_back("fourCcList", amf0::Value{std::move(list)});
  to.properties.emplace_back("videoFourCcInfoMap", amf0::Value{std::move(video)});
  to.properties.emplace_back("audioFourCcInfoMap", amf0::Value{std::move(audio)});
}

std::vector<std::string> our_four_ccs() {
  std::vector<std::string> out{our_video.begin(), our_video.end()};
  out.insert(out.end(), our_audio.begin(), our_audio.end());
  return out;
}

}  // namespace

TcUrl read_tc_url(std::string_view url) {
  TcUrl out;
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return out;
  url.remove_prefix(scheme + 3);
  auto authority = url.substr(0, url.find_first_of("/?"));
  url.remove_prefix(authority.size());
  auto who = take_user_info(authority);
  out.user = std::move(who.user);
  out.password = std::move(who.password);
  auto [path, query] = split_query(url);
  out.path = without_slashes(path);
  out.query = std::move(query);
  return out;
}

ConnectAsked read_connect(const Command& connect) {
  const auto& object = connect.value(0);
  ConnectAsked out;
  out.tc_url = text_of(object, "tcUrl");
  out.flash_version = text_of(object, "flashVer");
  out.page_url = text_of(object, "pageUrl");
  auto url = read_tc_url(out.tc_url);
  auto app = split_query(text_of(object, "app"));
  out.app = without_slashes(app.name);
  if (out.app.empty()) out.app = std::move(url.path);
  out.query = std::move(app.query.empty() ? url.query : app.query);
  if (const auto mark = out.query.find("?authmod="); mark != std::string::npos)
    out.query[mark] = '&';
  out.user = std::move(url.user);
  out.password = std::move(url.password);
  out.capabilities = read_capabilities(object);
  return out;
}

Buffer connect_result(double transaction, double object_encoding, bool enhanced) {
  amf0::Object properties, information;
  properties.properties = {
      {"fmsVer", text("FMS/3,0,1,123")},  // what nginx-rtmp says: encoders know it
      {"capabilities", number(31)}};
  information.properties = {{"level", text("status")},
                            {"code", text("NetConnection.Connect.Success")},
                            {"description", text("Connection succeeded.")},
                            {"objectEncoding", number(object_encoding)}};
  if (enhanced)
    for (auto* object : {&properties, &information})
      add_enhanced(*object, our_four_ccs(), can_decode | can_forward,
                   caps_reconnect | caps_multitrack | caps_mod_ex | caps_nano_offset);
  Buffer out;
  amf0::write_text(out, "_result");
  amf0::write_number(out, transaction);
  amf0::write(out, {std::move(properties)});
  amf0::write(out, {std::move(information)});
  return out;
}

Buffer connect_command(double transaction, const ConnectOffer& offer) {
  amf0::Object object;
  object.properties.emplace_back("app", text(offer.app));
  if (offer.publish) object.properties.emplace_back("type", text("nonprivate"));
  object.properties.emplace_back("flashVer", text(offer.flash_version));
  object.properties.emplace_back("tcUrl", text(offer.tc_url));
  if (!offer.publish) {
    // What a player must say of itself: everything that Flash could decode.
    object.properties.emplace_back("fpad", amf0::Value{false});
    object.properties.emplace_back("capabilities", number(15));
    object.properties.emplace_back("audioCodecs", number(4071));
    object.properties.emplace_back("videoCodecs", number(252));
    object.properties.emplace_back("videoFunction", number(1));
  }
  if (!offer.four_ccs.empty())
    add_enhanced(object, offer.four_ccs, offer.publish ? can_encode : can_decode, caps_reconnect);
  Buffer out;
  amf0::write_text(out, "connect");
  amf0::write_number(out, transaction);
  amf0::write(out, {std::move(object)});
  return out;
}

}  // namespace live::rtmp
