#include "wire/conversation.h"

#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

// Length of the white space at the front of raw text; 0 = none. Escapes count as what they mean.
std::size_t blank_prefix(RawText text) {
  if (text.empty()) return 0;
  if (text[0] == ' ') return 1;
  if (text.size() >= 2 && text[0] == '\\' && (text[1] == 'n' || text[1] == 't' || text[1] == 'r')) {
    return 2;
  }
  return 0;
}

}  // namespace

bool is_blank(RawText text) {
  while (const std::size_t size = blank_prefix(text)) text.remove_prefix(size);
  return text.empty();
}

RawText trim_end(RawText text) {
  while (!text.empty()) {
    if (text.back() == ' ') {
      text.remove_suffix(1);
      continue;
    }
    if (text.size() < 2 || blank_prefix(text.substr(text.size() - 2)) != 2) return text;
    // The backslash begins an escape only if an even number of backslashes stands before it.
    std::size_t before = 0;
    while (before + 2 < text.size() && text[text.size() - 3 - before] == '\\') ++before;
    if (before % 2 != 0) return text;
    text.remove_suffix(2);
  }
  return text;
}

Block reminder(Conversation& conversation, RawText text) {
  Block block;
  block.text = conversation.keep(
      std::string("<system-reminder>\\n").append(text).append("\\n</system-reminder>"));
  return block;
}

}  // namespace sekisho::wire
