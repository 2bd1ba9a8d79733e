#pragma once
// A list of names in one TEXT column, one per line. REQUIRES: no name is empty or holds a newline
// (whoever accepts names checks that).

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::store {

inline std::string join_lines(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    if (!out.empty()) out += '\n';
    out += name;
  }
  return out;
}

inline std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto end = text.find('\n');
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

}  // namespace sekisho::store
