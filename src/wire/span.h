#pragma once
// A range of bytes [begin, end) of a raw body: how stages name what they found without copying.

#include <cstdint>
#include <string_view>

namespace sekisho::wire {

struct Span {
  std::uint32_t begin = 0, end = 0;
  std::uint32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  std::string_view of(std::string_view body) const { return body.substr(begin, end - begin); }
  friend bool operator==(const Span&, const Span&) = default;
};

}  // namespace sekisho::wire
