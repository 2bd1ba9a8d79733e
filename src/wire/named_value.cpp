#include "wire/named_value.h"

#include <limits>

namespace sekisho::wire {

// Nothing but `left`'s closing quote, the sign, blanks and the opening quote of `right`.
bool NamedValues::stands_between(Span left, char sign, Span right) const {
  if (left.end == 0 || left.end >= right.begin) return false;
  bool seen = false;
  for (auto at = left.end + 1; at + 1 < right.begin; ++at) {
    const char c = text_[at];
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    if (c != sign || seen) return false;
    seen = true;
  }
  return seen;
}

std::uint16_t NamedValues::see(const JsonString& string, bool is_key) {
  if (is_key) {
    key_ = string.raw;
    return 0;
  }
  const Span key = key_, before = last_;
  key_ = {};
  last_ = string.raw;
  if (!stands_between(key, ':', string.raw)) return 0;
  auto begin = key.begin;
  const auto name = key.of(text_);
  if ((name == "value" || name == "Value") && stands_between(before, ',', key)) {
    begin = before.begin;
  }
  const auto size = string.raw.begin - begin;
  return size <= std::numeric_limits<std::uint16_t>::max() ? static_cast<std::uint16_t>(size) : 0;
}

}  // namespace sekisho::wire
