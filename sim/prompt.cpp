#include "sim/prompt.h"

#include <algorithm>

namespace sekisho::sim {

std::int64_t count_tokens(std::string_view text) {
  return static_cast<std::int64_t>((text.size() + 3) / 4);
}

std::int64_t count_image_tokens(std::string_view base64) {
  return std::min<std::int64_t>(1568, count_tokens(base64));
}

void Prompt::add(std::string_view kind, std::string_view text, std::int64_t tokens) {
  std::string content(kind);
  content += '\0';
  content += text;
  blocks.push_back({std::move(content), tokens, std::nullopt});
}

void Prompt::add_text(std::string_view kind, std::string_view text) {
  add(kind, text, count_tokens(text));
}

Turn& Prompt::turn(bool assistant) {
  if (turns.empty() || turns.back().assistant != assistant)
    turns.push_back({assistant, {}, {}, {}});
  return turns.back();
}

}  // namespace sekisho::sim
