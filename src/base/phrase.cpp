#include "base/phrase.h"

#include <algorithm>
#include <vector>

namespace sekisho {
namespace {

constexpr std::size_t kDeepest = 4;  // sentences inside sentences
constexpr std::size_t kLongest = 4096;

struct Hole {
  std::string_view text;
  bool sentence = false;
};

// The pattern's next hole: where it begins, how long it is.
std::size_t next_hole(std::string_view pattern, std::size_t& size) {
  auto plain = pattern.find("{}"), sentence = pattern.find("{*}");
  size = plain < sentence ? 2 : 3;
  return std::min(plain, sentence);
}

// What stands between two holes is found at its first place; what ends the pattern, at the end.
bool fits(std::string_view pattern, std::string_view text, std::vector<Hole>& holes) {
  std::size_t size = 0;
  auto at = next_hole(pattern, size);
  if (at == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, at))) return false;
  text.remove_prefix(at);
  while (at != std::string_view::npos) {
    bool sentence = size == 3;
    pattern.remove_prefix(at + size);
    at = next_hole(pattern, size);
    auto literal = pattern.substr(0, at);
    bool last = at == std::string_view::npos;
    if (last && !text.ends_with(literal)) return false;
    auto end = last ? text.size() - literal.size() : text.find(literal);
    if (end == std::string_view::npos) return false;
    holes.push_back({text.substr(0, end), sentence});
    text.remove_prefix(end + literal.size());
    pattern.remove_prefix(last ? pattern.size() : at);
    if (!last) at = 0;
  }
  return true;
}

std::optional<std::string> find(std::span<const Phrase> phrases, std::string_view sentence,
                                std::size_t depth);

std::string filled(std::span<const Phrase> phrases, std::string_view japanese,
                   const std::vector<Hole>& holes, std::size_t depth) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < japanese.size(); ++i) {
    auto close = japanese[i] == '{' ? japanese.find('}', i) : std::string_view::npos;
    if (close == std::string_view::npos || close > i + 2) {
      out += japanese[i];
      continue;
    }
    auto index = close == i + 2 ? static_cast<std::size_t>(japanese[i + 1] - '0') : next++;
    if (index < holes.size()) {
      const auto& hole = holes[index];
      auto found = hole.sentence ? find(phrases, hole.text, depth + 1) : std::nullopt;
      out += found ? *found : std::string(hole.text);
    }
    i = close;
  }
  return out;
}

std::optional<std::string> find(std::span<const Phrase> phrases, std::string_view sentence,
                                std::size_t depth) {
  if (depth > kDeepest || sentence.empty() || sentence.size() > kLongest) return std::nullopt;
  for (const auto& phrase : phrases) {
    std::vector<Hole> holes;
    if (fits(phrase.english, sentence, holes)) {
      return filled(phrases, phrase.japanese, holes, depth);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_phrase(std::span<const Phrase> phrases, std::string_view sentence) {
  return find(phrases, sentence, 0);
}

}  // namespace sekisho
