#include "api/amount.h"

#include <charconv>

namespace sekisho::api {
namespace {

Failure not_an_amount() {
  return fail(Code::kInvalidArgument,
              "must be an amount in USD, not negative, with at most nine decimals");
}

// Moves the point of "12.5" by `shift` places.
std::string shifted(std::string_view mantissa, int shift) {
  auto point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  auto whole = static_cast<int>(digits.size()) + shift;
  if (point != std::string_view::npos) digits += mantissa.substr(point + 1);
  if (whole <= 0) {
    digits.insert(0, static_cast<std::size_t>(1 - whole), '0');
    whole = 1;
  }
  auto at = static_cast<std::size_t>(whole);
  if (digits.size() < at) digits.append(at - digits.size(), '0');
  std::string out = digits.substr(0, at);
  auto fraction = digits.substr(at);
  while (fraction.ends_with('0')) fraction.pop_back();
  if (!fraction.empty()) out += "." + fraction;
  return out;
}

}  // namespace

Result<Money> parse_amount(std::string_view text) {
  constexpr int kLargestExponent = 30;
  if (text.empty() || text.front() < '0' || text.front() > '9') return not_an_amount();
  auto mark = text.find_first_of("eE");
  std::string plain;
  if (mark == std::string_view::npos) {
    plain = shifted(text, 0);
  } else {
    auto exponent_text = text.substr(mark + 1);
    if (exponent_text.starts_with('+')) exponent_text.remove_prefix(1);
    int exponent = 0;
    auto end = exponent_text.data() + exponent_text.size();
    auto [stop, ec] = std::from_chars(exponent_text.data(), end, exponent);
    if (ec != std::errc() || stop != end) return not_an_amount();
    if (exponent > kLargestExponent || exponent < -kLargestExponent) return not_an_amount();
    plain = shifted(text.substr(0, mark), exponent);
  }
  auto money = Money::parse(plain);
  if (!money || money->nano_usd < 0) return not_an_amount();
  return *money;
}

}  // namespace sekisho::api
