#pragma once
// The known name that a person probably meant, for messages such as "unknown field 'budgte'; the
// nearest is 'budget'". Pure, any thread.

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace sekisho {

// Insertions, deletions, substitutions and swaps of neighbours, ASCII case ignored. Answers
// `at_most + 1` as soon as the distance is known to be larger.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t at_most);

// The candidate with the smallest distance, at most half the length of `name` (but 2 are always
// allowed); empty when none is near. The first of equals wins.
std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);
std::string_view nearest(std::string_view name, std::span<const std::string> candidates);
inline std::string_view nearest(std::string_view name,
                                std::initializer_list<std::string_view> candidates) {
  return nearest(name, std::span(candidates.begin(), candidates.size()));
}

}  // namespace sekisho
