#pragma once
// Strong identifiers: dense 64-bit row ids given by the store (0 = none), and the 128-bit request
// id that names one exchange everywhere (answer header, log, trace, ledger, journal).

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho {

template <class Tag>
struct Id {
  std::int64_t value = 0;

  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using OrganisationId = Id<struct OrganisationTag>;
using UnitId = Id<struct UnitTag>;
using UserId = Id<struct UserTag>;
using KeyId = Id<struct KeyTag>;
using ModelId = Id<struct ModelTag>;            // a model group: the name clients ask for
using DeploymentId = Id<struct DeploymentTag>;  // one model at one upstream, account and region
using UpstreamId = Id<struct UpstreamTag>;

// Time-ordered: 48 bits of milliseconds since the Unix epoch, 80 random bits (UUID version 7
// without the version bits). Text form: "req_" + 26 characters of Crockford base32.
struct RequestId {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const RequestId&, const RequestId&) = default;
  std::string text() const;
  static RequestId make(std::int64_t unix_ms, std::uint64_t random_high, std::uint64_t random_low);
  static std::optional<RequestId> parse(std::string_view text);
};

}  // namespace sekisho

template <class Tag>
struct std::hash<sekisho::Id<Tag>> {
  std::size_t operator()(sekisho::Id<Tag> id) const noexcept {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id.value) * 0x9E3779B97F4A7C15ULL);
  }
};

template <>
struct std::hash<sekisho::RequestId> {
  std::size_t operator()(const sekisho::RequestId& id) const noexcept {
    std::uint64_t low = 0;
    for (int i = 8; i < 16; ++i) low = (low << 8) | id.bytes[static_cast<std::size_t>(i)];
    return low;  // the last eight bytes are random
  }
};
