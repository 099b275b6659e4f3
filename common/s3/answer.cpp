#include "common/s3/answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace live::s3 {
namespace {

constexpr unsigned most_parts = 10'000;

/// Without the prefix of its namespace.
std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name{node.name()};
  return name.substr(name.rfind(':') + 1);
}

/// A document whose root element's name is `root`, or begins with it where a '*' follows.
class Document {
 public:
  Document(std::string_view xml, std::string_view root) {
    if (xml.size() > max_answer_bytes) return;
    const auto parsed =
        document_.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
    const auto found = document_.document_element();
    const bool any_end = root.ends_with('*');
    if (any_end) root.remove_suffix(1);
    const auto name = local_name(found);
    if (parsed && (any_end ? name.starts_with(root) : name == root)) root_ = found;
  }
  explicit operator bool() const { return static_cast<bool>(root_); }
  [[nodiscard]] pugi::xml_node root() const { return root_; }
  [[nodiscard]] std::string text(const char* name) const { return root_.child_value(name); }
  [[nodiscard]] bool truncated() const { return text("IsTruncated") == "true"; }

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
};

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// As encoding-type=url has it: a plus is a space.
std::string decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    unsigned byte = 0;
    const auto* digits = text.data() + 1;
    const bool escaped = text.size() > 2 && text.front() == '%' &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    out += escaped ? static_cast<char>(byte) : text.front() == '+' ? ' ' : text.front();
    text.remove_prefix(escaped ? 3 : 1);
  }
  return out;
}

/// ETags come quoted, mostly.
std::string unquoted(std::string text) {
  std::erase(text, '"');
  return text;
}

}  // namespace

std::optional<Error> parse_error(std::string_view xml) {
  const Document document{xml, "Error"};
  if (!document || document.text("Code").empty()) return {};
  return Error{document.text("Code"), document.text("Message"), document.text("Region"),
               document.text("Endpoint")};
}

std::optional<std::string> parse_upload_id(std::string_view xml) {
  const Document document{xml, "InitiateMultipartUploadResult"};
  auto id = document.text("UploadId");
  return id.empty() ? std::nullopt : std::optional{std::move(id)};
}

std::optional<Completed> parse_completed(std::string_view xml) {
  const Document document{xml, "CompleteMultipartUploadResult"};
  if (!document) return {};
  return Completed{unquoted(document.text("ETag")), document.text("ChecksumCRC32C")};
}

std::optional<PartList> parse_parts(std::string_view xml) {
  const Document document{xml, "ListParts*"};  // some say ListPartsResponse
  if (!document) return {};
  PartList out;
  for (const auto node : document.root().children("Part")) {
    const auto part = number<unsigned>(node.child_value("PartNumber"));
    const auto size = number<std::uint64_t>(node.child_value("Size"));
    if (!part || *part == 0 || *part > most_parts || !size) return {};
    out.parts.push_back({*part, *size, unquoted(node.child_value("ETag"))});
  }
  if (document.truncated()) out.next = number<unsigned>(document.text("NextPartNumberMarker"));
  return out;
}

std::optional<UploadList> parse_uploads(std::string_view xml) {
  const Document document{xml, "ListMultipartUploadsResult"};
  if (!document) return {};
  UploadList out;
  const bool encoded = document.text("EncodingType") == "url";
  for (const auto node : document.root().children("Upload")) {
    const std::string key = node.child_value("Key");
    out.uploads.push_back({encoded ? decoded(key) : key, node.child_value("UploadId"),
                           parse_iso_date(node.child_value("Initiated"))});
  }
  if (document.truncated()) {
    out.next_key = document.text("NextKeyMarker");
    out.next_id = document.text("NextUploadIdMarker");
  }
  return out;
}

std::string complete_body(const std::vector<UploadedPart>& parts) {
  std::string out = "<CompleteMultipartUpload>";
  for (const auto& part : parts) {
    out +=
        fmt::format("<Part><PartNumber>{}</PartNumber><ETag>\"{}\"</ETag>", part.number, part.etag);
    if (!part.crc32c.empty())
      out += fmt::format("<ChecksumCRC32C>{}</ChecksumCRC32C>", part.crc32c);
    out += "</Part>";
  }
  return out + "</CompleteMultipartUpload>";
}

std::optional<WallClock> parse_iso_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() < 20) return {};
  const auto part = [&](std::size_t at, std::size_t length) {
    return number<unsigned>(text.substr(at, length));
  };
  const auto y = part(0, 4), mo = part(5, 2), d = part(8, 2), h = part(11, 2), mi = part(14, 2),
             s = part(17, 2);
  if (!y || !mo || !d || !h || !mi || !s) return {};
  const year_month_day date{year{static_cast<int>(*y)}, month{*mo}, day{*d}};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return {};
  return sys_days{date} + hours{*h} + minutes{*mi} + seconds{*s};
}

std::optional<WallClock> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::size_t length = 29;  // "Fri, 24 May 2013 00:00:00 GMT"
  if (text.size() != length || !text.ends_with(" GMT")) return {};
  const auto found = std::ranges::find(months, text.substr(8, 3));
  if (found == months.end()) return {};
  return parse_iso_date(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4),
                                    found - months.begin() + 1, text.substr(5, 2),
                                    text.substr(17, 8)));
}

}  // namespace live::s3
