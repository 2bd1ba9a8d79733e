#include "base/money.h"

#include <limits>

namespace sekisho {
namespace {

constexpr std::int64_t kMaxInt = std::numeric_limits<std::int64_t>::max();

// Parses [-]digits[.digits][e[-+]digits] scaled by 10^scale; exact or an error.
Result<std::int64_t> parse_scaled(std::string_view text, int scale, bool exponent_allowed) {
  auto bad = [&](std::string_view why) {
    return fail(Code::kInvalidArgument, "not a decimal amount (" + std::string(why) + "): '" +
                                            std::string(text.substr(0, 40)) + "'");
  };
  std::size_t i = 0;
  bool negative = false;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
  __int128 value = 0;
  int decimals = 0;
  bool digits = false, point = false;
  for (; i < text.size(); ++i) {
    char c = text[i];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      digits = true;
      value = value * 10 + (c - '0');
      if (value > (static_cast<__int128>(1) << 100)) return bad("too many digits");
      if (point) ++decimals;
    } else {
      break;
    }
  }
  if (!digits) return bad("no digits");
  int exponent = 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    if (!exponent_allowed) return bad("exponent");
    ++i;
    bool minus = false;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) minus = text[i++] == '-';
    if (i == text.size()) return bad("exponent");
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      exponent = exponent * 10 + (text[i] - '0');
      if (exponent > 40) return bad("exponent");
    }
    if (minus) exponent = -exponent;
  }
  if (i != text.size()) return bad("unexpected character");
  int shift = scale - decimals + exponent;
  for (; shift > 0; --shift) {
    value *= 10;
    if (value > kMaxInt) return bad("too large");
  }
  for (; shift < 0; ++shift) {
    if (value % 10 != 0) return bad("too many decimals");
    value /= 10;
  }
  if (value > kMaxInt) return bad("too large");
  auto result = static_cast<std::int64_t>(value);
  return negative ? -result : result;
}

std::string format_scaled(std::int64_t amount, int scale, int min_decimals) {
  bool negative = amount < 0;
  auto digits = std::to_string(negative ? 0 - static_cast<std::uint64_t>(amount)
                                        : static_cast<std::uint64_t>(amount));
  auto width = static_cast<std::size_t>(scale);
  if (digits.size() <= width) digits.insert(0, width + 1 - digits.size(), '0');
  std::string out = digits.substr(0, digits.size() - width);
  std::string fraction = digits.substr(digits.size() - width);
  while (fraction.size() > static_cast<std::size_t>(min_decimals) && fraction.back() == '0') {
    fraction.pop_back();
  }
  if (!fraction.empty()) out += "." + fraction;
  return negative ? "-" + out : out;
}

Money saturate(__int128 nano) {
  if (nano > kMaxInt) return {kMaxInt};
  if (nano < -static_cast<__int128>(kMaxInt)) return {-kMaxInt};
  return {static_cast<std::int64_t>(nano)};
}

__int128 floor_div(__int128 a, __int128 b) {
  __int128 q = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? q - 1 : q;
}

}  // namespace

Result<Money> Money::parse(std::string_view decimal) {
  TRY(auto nano, parse_scaled(decimal, 9, false));
  return Money{nano};
}

std::string Money::decimal() const {
  return format_scaled(nano_usd, 9, 0);
}

std::string Money::display() const {
  std::int64_t unit = 1000;                                                    // six decimals
  if (nano_usd >= kNanoPerUsd || nano_usd <= -kNanoPerUsd) unit = 10'000'000;  // two decimals
  auto rounded =
      static_cast<std::int64_t>(floor_div(static_cast<__int128>(nano_usd) + unit / 2, unit) * unit);
  auto text = format_scaled(rounded, 9, 2);
  return text.starts_with('-') ? "-$" + text.substr(1) : "$" + text;
}

Result<Price> Price::parse_per_million(std::string_view decimal) {
  TRY(auto pico, parse_scaled(decimal, 6, false));
  return Price{pico};
}

Result<Price> Price::parse_per_unit(std::string_view decimal) {
  TRY(auto pico, parse_scaled(decimal, 12, true));
  return Price{pico};
}

std::string Price::per_million() const {
  return format_scaled(pico_usd, 6, 0);
}
std::string Price::per_unit() const {
  return format_scaled(pico_usd, 12, 0);
}

void PicoSum::scale(std::int64_t numerator, std::int64_t denominator) {
  __int128 product = pico_usd * numerator;
  pico_usd = floor_div(2 * product + denominator, 2 * static_cast<__int128>(denominator));
}

Money PicoSum::round() const {
  return saturate(floor_div(pico_usd + 500, 1000));
}
Money PicoSum::round_up() const {
  return saturate(-floor_div(-pico_usd, 1000));
}

}  // namespace sekisho
