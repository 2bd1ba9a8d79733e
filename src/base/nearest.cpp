#include "base/nearest.h"

#include <algorithm>
#include <vector>

namespace sekisho {
namespace {

constexpr std::size_t kLongest = 256;  // longer names are not compared

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

template <class Candidates>
std::string_view find_nearest(std::string_view name, const Candidates& candidates) {
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 2) + 1;
  std::string_view best;
  for (std::string_view candidate : candidates) {
    auto distance = edit_distance(name, candidate, best_distance - 1);
    if (distance < best_distance && distance < candidate.size()) {
      best_distance = distance;
      best = candidate;
    }
    if (best_distance == 0) break;
  }
  return best;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t at_most) {
  std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > at_most || a.size() > kLongest || b.size() > kLongest) return at_most + 1;
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    std::size_t smallest = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
      smallest = std::min(smallest, row[j]);
    }
    if (smallest > at_most) return at_most + 1;
    std::swap(before, previous);
    std::swap(previous, row);
  }
  return std::min(previous[b.size()], at_most + 1);
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates) {
  return find_nearest(name, candidates);
}
std::string_view nearest(std::string_view name, std::span<const std::string> candidates) {
  return find_nearest(name, candidates);
}

}  // namespace sekisho
