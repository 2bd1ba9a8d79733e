#pragma once
// Names beside values: some secrets are told only by what they are called ({"password": "…"}), so a
// guard reads a string together with the bytes before it that name it. Pure, no state but its own.

#include <cstdint>
#include <string_view>

#include "wire/json_walk.h"

namespace sekisho::wire {

// One per walk of a value in `text`; sees every string of it in order.
class NamedValues {
 public:
  // `key`: of the value that is walked, if it is a member's.
  explicit NamedValues(std::string_view text, Span key = {}) : text_(text), key_(key) {}

  // Of a string value that is a member: how many bytes before its content its name begins, which
  // is its key; or, for a member "value", the string before it ({"name": "X", "value": "…"}).
  // 0 for all other strings, and where the name is longer than the figure holds.
  std::uint16_t see(const JsonString& string, bool is_key);

 private:
  bool stands_between(Span left, char sign, Span right) const;

  std::string_view text_;
  Span key_;   // the key read last, while its value is awaited
  Span last_;  // the string value before that key
};

}  // namespace sekisho::wire
