// Where a bucket is, and how its objects are addressed.  Pure.
//
//   s3://BUCKET[/PREFIX]
//   virtual-host style   https://BUCKET.s3.REGION.amazonaws.com/KEY      AWS's own, and where nothing else is said
//   path style           https://HOST/BUCKET/KEY                         other endpoints, and buckets with dots
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace live::s3 {

struct Endpoint {
  bool tls = true;
  std::string host;  ///< with its port where that is not the usual one
  bool operator==(const Endpoint&) const = default;
};
/// "https://minio.example:9000", "http://127.0.0.1:7480"; nothing behind the host.  Nothing for anything else.
std::optional<Endpoint> parse_endpoint(std::string_view url);

enum class Style { automatic, path, virtual_host };

struct Place {
  std::string bucket;
  std::string prefix;  ///< of all keys; empty, or without slash at either end
  std::string region = "us-east-1";
  std::optional<Endpoint> endpoint;  ///< nothing: AWS's of the region
  Style style = Style::automatic;
  bool operator==(const Place&) const = default;

  /// Bucket and prefix of "s3://bucket/a/b"; or one clause that says what is wrong.
  static std::variant<Place, std::string> parse(std::string_view url);

  [[nodiscard]] bool is_path_style() const;
  [[nodiscard]] bool is_tls() const { return !endpoint || endpoint->tls; }
  /// The value of Host.
  [[nodiscard]] std::string host() const;
  /// The path of `key` (within the prefix), not encoded; of the bucket itself for an empty key.
  [[nodiscard]] std::string path(std::string_view key) const;
  /// `key` with the prefix: as the server lists it.
  [[nodiscard]] std::string full_key(std::string_view key) const;
};

/// AWS's rules for buckets (3 to 63 of a-z, 0-9, '.', '-'), and '_' and capitals of older ones.
bool is_bucket_name(std::string_view name);

}  // namespace live::s3
