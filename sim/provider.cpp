#include "sim/provider.h"

#include <algorithm>

namespace sekisho::sim {

std::vector<std::string_view> split_text(std::string_view text, std::int64_t bytes) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    std::size_t size = std::min(text.size(), static_cast<std::size_t>(bytes));
    while (size < text.size() && (static_cast<std::uint8_t>(text[size]) & 0xC0) == 0x80) ++size;
    parts.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return parts;
}

std::vector<std::int64_t> share_tokens(std::int64_t total, std::size_t parts) {
  std::vector<std::int64_t> out;
  const auto count = static_cast<std::int64_t>(parts);
  for (std::int64_t i = 0; i < count; ++i) {
    out.push_back(total * (i + 1) / count - total * i / count);
  }
  return out;
}

}  // namespace sekisho::sim
