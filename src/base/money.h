#pragma once
// Exact money. `Money` counts nano-dollars (1e-9 USD) in 64 bits: about ± 9.2 billion USD.
// `Price` counts pico-dollars (1e-12 USD) per unit (token, image, request): a price of
// USD 3.00 per million tokens is 3,000,000 pico-dollars per token. Products are summed in
// 128 bits of pico-dollars (`PicoSum`) and rounded ONCE per ledger entry, half up.
// No floating point anywhere: decimals are parsed and printed as text.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sekisho {

struct Money {
  std::int64_t nano_usd = 0;

  friend auto operator<=>(const Money&, const Money&) = default;
  friend Money operator+(Money a, Money b) { return {a.nano_usd + b.nano_usd}; }
  friend Money operator-(Money a, Money b) { return {a.nano_usd - b.nano_usd}; }
  Money& operator+=(Money b) {
    nano_usd += b.nano_usd;
    return *this;
  }
  Money& operator-=(Money b) {
    nano_usd -= b.nano_usd;
    return *this;
  }

  // "12.345" → 12'345'000'000 nano-dollars; at most nine decimals, optional sign, no exponent.
  static Result<Money> parse(std::string_view decimal);
  // Shortest exact decimal: "12.345", "0", "-0.000000001".
  std::string decimal() const;
  // For people: at least two decimals, at most six: "$12.35", "$0.000123".
  std::string display() const;
};

inline constexpr std::int64_t kNanoPerUsd = 1'000'000'000;

struct Price {
  std::int64_t pico_usd = 0;

  friend auto operator<=>(const Price&, const Price&) = default;
  // "3.00" per million units → 3'000'000 pico-dollars; at most six decimals.
  static Result<Price> parse_per_million(std::string_view decimal);
  // LiteLLM's spelling, per single unit, exponent allowed: "3e-06", "0.0000033".
  static Result<Price> parse_per_unit(std::string_view decimal);
  std::string per_million() const;  // shortest exact decimal
  std::string per_unit() const;     // shortest exact decimal, no exponent
};

struct PicoSum {
  __int128 pico_usd = 0;

  void add(Price price, std::int64_t units) {
    pico_usd += static_cast<__int128>(price.pico_usd) * units;
  }
  // × numerator / denominator, rounded half up; for multipliers such as 1.1 (11, 10).
  void scale(std::int64_t numerator, std::int64_t denominator);
  Money round() const;     // half up, saturating: the amount booked
  Money round_up() const;  // towards +infinity, saturating: the amount reserved
};

}  // namespace sekisho
