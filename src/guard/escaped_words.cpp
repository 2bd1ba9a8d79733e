#include "guard/escaped_words.h"

#include <algorithm>

#include "guard/byte_class.h"
#include "guard/spelling.h"

namespace sekisho::guard {

namespace {

constexpr std::size_t kBefore = 256, kBehind = 1500;  // of a word, from its first spelling
constexpr ByteClass kDelimiter{std::string_view("\0-\x20\"'`<>", 7)};

// The first spelling of a byte of a secret at or behind `from`, or a character without width in
// what may be one.
std::size_t next_spelled(std::string_view text, std::size_t from) {
  for (std::size_t at = find_spelling(text, from); at != std::string_view::npos;
       at = find_spelling(text, at + 1)) {
    const Spelling spelling = spelling_at(text, at);
    if (spelling.bytes == 0) continue;
    if (spelling.silent ? interrupts_secret(text, at) : kInSecret.has(spelling.meaning)) return at;
  }
  return std::string_view::npos;
}

// A decoded word and, for each of its bytes and its end, where that stands in the text.
struct Word {
  std::string text;
  std::vector<std::size_t> origin;
};

Word decode(std::string_view text, std::size_t begin, std::size_t end) {
  Word word;
  for (std::size_t at = begin; at < end;) {
    const Spelling spelling = spelling_at(text, at);
    if (!spelling.silent || spelling.bytes == 0) {
      word.origin.push_back(at);
      word.text.push_back(spelling.bytes > 0 ? spelling.meaning : text[at]);
    }
    at += std::max<std::size_t>(spelling.bytes, 1);
  }
  word.origin.push_back(end);
  return word;
}

// Sorts by begin and joins what overlaps, under the rule of the longest.
void join(std::vector<Finding>& found, std::size_t first) {
  const auto begin = found.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(begin, found.end(),
            [](const Finding& a, const Finding& b) { return a.begin < b.begin; });
  std::vector<Finding> joined;
  for (auto f = begin; f != found.end(); ++f) {
    if (joined.empty() || f->begin >= joined.back().end) {
      joined.push_back(*f);
      continue;
    }
    Finding& last = joined.back();
    if (f->end - f->begin > last.end - last.begin) last.rule = f->rule;
    last.end = std::max(last.end, f->end);
  }
  found.erase(begin, found.end());
  found.insert(found.end(), joined.begin(), joined.end());
}

}  // namespace

void scan_whole(const RuleSet& rules, std::string_view text, std::vector<Finding>& out) {
  const std::size_t first = out.size();
  rules.scan(text, out);
  const std::size_t plain = out.size();
  std::vector<Finding> found;
  std::size_t done = 0;  // words before are dealt with
  for (std::size_t at = next_spelled(text, 0); at != std::string_view::npos;
       at = next_spelled(text, done)) {
    std::size_t begin = at, end = std::min(text.size(), at + kBehind);
    const std::size_t least = std::max(done, at - std::min(at, kBefore));
    while (begin > least && !kDelimiter.has(text[begin - 1])) --begin;
    for (std::size_t i = at; i < end; ++i) {
      if (kDelimiter.has(text[i])) end = i;
    }
    const Word word = decode(text, begin, end);
    found.clear();
    rules.scan(word.text, found);
    for (const Finding& f : found) {
      out.push_back({f.rule, word.origin[f.begin], word.origin[f.end]});
    }
    done = end;
  }
  if (out.size() > plain) join(out, first);
}

}  // namespace sekisho::guard
