#include "guard/escaped_words.h"

#include <algorithm>

#include "guard/byte_class.h"

namespace sekisho::guard {

namespace {

constexpr std::size_t kBefore = 256, kBehind = 1500;  // of a word, from its first escape
constexpr ByteClass kDelimiter{std::string_view("\0-\x20\"'`<>", 7)};
constexpr ByteClass kInSecret{"A-Za-z0-9_+/=:.@-"};

int hex(char c) {
  if (kDigits.has(c)) return c - '0';
  return kHexDigits.has(c) ? (c | 0x20) - 'a' + 10 : -1;
}

struct Escape {
  std::size_t bytes = 0;  // 0: none
  char meaning = 0;
};

// %2D or \u002d at `at`.
Escape escape_at(std::string_view text, std::size_t at) {
  std::size_t digits = at + 1;
  if (text[at] == '\\') {
    if (text.substr(at + 1, 3) != "u00") return {};
    digits = at + 4;
  } else if (text[at] != '%') {
    return {};
  }
  if (digits + 2 > text.size()) return {};
  const int high = hex(text[digits]), low = hex(text[digits + 1]);
  if (high < 0 || low < 0) return {};
  return {digits + 2 - at, static_cast<char>(high * 16 + low)};
}

// The escapes of a text that spell a byte of a secret. Remembers where the next sign of either kind
// stands, so that the whole walk looks at each byte twice at most, however many escapes there are.
class Escapes {
 public:
  explicit Escapes(std::string_view text)
      : text_(text), percent_(text.find('%')), slash_(text.find('\\')) {}

  // The first at or behind `from`. REQUIRES: `from` never falls.
  std::size_t next(std::size_t from) {
    while (percent_ != std::string_view::npos || slash_ != std::string_view::npos) {
      std::size_t& at = percent_ < slash_ ? percent_ : slash_;
      if (at >= from) {
        const Escape escape = escape_at(text_, at);
        if (escape.bytes > 0 && kInSecret.has(escape.meaning)) return at;
      }
      at = text_.find(text_[at], std::max(from, at + 1));
    }
    return std::string_view::npos;
  }

 private:
  std::string_view text_;
  std::size_t percent_, slash_;
};

// A decoded word and, for each of its bytes and its end, where that stands in the text.
struct Word {
  std::string text;
  std::vector<std::size_t> origin;
};

Word decode(std::string_view text, std::size_t begin, std::size_t end) {
  Word word;
  for (std::size_t at = begin; at < end;) {
    const Escape escape = escape_at(text, at);
    word.origin.push_back(at);
    word.text.push_back(escape.bytes > 0 ? escape.meaning : text[at]);
    at += escape.bytes > 0 ? escape.bytes : 1;
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
  Escapes escapes(text);
  for (std::size_t at = escapes.next(0); at != std::string_view::npos; at = escapes.next(done)) {
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
