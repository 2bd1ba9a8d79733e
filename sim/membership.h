#pragma once
// is_one_of(list, value): membership in a short list, for checks of names and enums.

#include <algorithm>

namespace sekisho::sim {

template <class List, class Value>
bool is_one_of(const List& list, const Value& value) {
  return std::ranges::find(list, value) != std::ranges::end(list);
}

}  // namespace sekisho::sim
