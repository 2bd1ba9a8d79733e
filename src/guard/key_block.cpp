#include "guard/key_block.h"

#include <re2/re2.h>

#include <algorithm>

namespace sekisho::guard {

namespace {

constexpr std::size_t kLabelBytes = 48;
constexpr std::size_t kGapBytes = 64;  // white space, quotes, escapes between two words
constexpr std::size_t kHeaderLineBytes = 160;
constexpr std::size_t kHeaderLines = 4;  // PGP has that many kinds, PEM two
constexpr std::size_t kLongWord = 16;    // key material comes in lines of 64 or 70
constexpr std::size_t kFirstWord = 20;
constexpr std::size_t kShortWords = 3;  // so many short words in a row are prose
constexpr std::size_t kTrailerBytes = 80;

constexpr ByteClass kGap{" \t\r\n\\\"'`,>|#*"};
constexpr ByteClass kEscaped{"nrt"};
constexpr ByteClass kLabel{"A-Z0-9 "};
constexpr ByteClass kFieldName{"A-Za-z0-9-"};
constexpr ByteClass kInLine = ByteClass{"\n\\"}.complement();

// Skips what may stand between two words of key material; text.size() if it may go on.
std::size_t skip_gap(const ScanText& text, std::size_t at) {
  const std::size_t limit = std::min(text.size(), at + kGapBytes);
  while (at < limit && kGap.has(text[at])) {
    if (text[at] != '\\') {
      ++at;
    } else if (at + 1 >= text.size()) {
      return text.size();
    } else {
      at += kEscaped.has(text[at + 1]) ? 2 : 1;
    }
  }
  return std::min(at, text.size());
}

// The end of the line that begins at `at` (a newline, or one in escaped form), or npos.
std::size_t line_end(const ScanText& text, std::size_t at) {
  const auto line = text.bytes.substr(at, kHeaderLineBytes);
  const auto newline = std::min(line.find('\n'), line.find("\\n"));
  return newline == std::string_view::npos ? newline : at + newline;
}

// Header fields ("Proc-Type: 4,ENCRYPTED"), then key material; `at` ends where it looked last.
Trial judge_material(const ScanText& text, std::size_t begin, std::size_t& at) {
  const Trial unknown = Trial::more(begin);
  for (std::size_t lines = 0; lines <= kHeaderLines; ++lines) {
    at = skip_gap(text, at);
    if (text.open_at(at)) return unknown;
    const std::size_t reach = std::min(text.size(), at + kFirstWord);
    const std::size_t word = kBase64.run_end(text.bytes, at, reach);
    if (word - at == kFirstWord) return Trial::block(begin, at);
    if (text.open_at(word)) return unknown;
    const std::size_t field = kFieldName.run_end(text.bytes, at, reach);
    if (text.open_at(field)) return unknown;
    if (field == at || text[field] != ':') return Trial::no();
    const std::size_t next = line_end(text, field);
    if (next == std::string_view::npos) {
      const std::size_t limit = field + kHeaderLineBytes;
      at = std::min(text.size(), limit);
      if (text.size() >= limit || text.complete) return Trial::no();
      if (text.bytes.ends_with('\\')) return unknown;
      return Trial::more(begin, &kInLine, limit);
    }
    at = next;
  }
  return Trial::no();
}

Trial judge_header(const CompiledRule& rule, const ScanText& text, std::size_t begin,
                   std::size_t label, std::size_t& at) {
  at = kLabel.run_end(text.bytes, label, std::min(text.size(), label + kLabelBytes));
  if (text.open_at(at)) return Trial::more(begin);
  const re2::StringPiece name(text.bytes.data() + label, at - label);
  if (!RE2::FullMatch(name, *rule.pattern)) return Trial::no();
  for (; text[at] == '-'; ++at) {
    if (at > label + 2 * kLabelBytes) return Trial::no();
  }
  if (text.open_at(at)) return Trial::more(begin);
  if (rule.spec->check == Check::kServiceAccount &&
      text.before(begin, 24).find("private_key") == std::string_view::npos) {
    return Trial::no();
  }
  return judge_material(text, begin, at);
}

}  // namespace

Trial judge_key_block(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                      std::size_t anchor_bytes, ScanCounts& counts) {
  std::size_t at = hit.start;
  const Trial trial = judge_header(rule, text, hit.start, hit.start + anchor_bytes, at);
  ++counts.patterns_run;
  counts.bytes_judged += at - hit.start;
  return trial;
}

BlockWalker BlockWalker::armour(std::size_t certain, std::size_t dashes) {
  BlockWalker walker;
  walker.at_ = walker.certain_ = certain;
  walker.dashes_ = dashes;
  return walker;
}

BlockWalker BlockWalker::run(std::size_t certain, const ByteClass* alphabet) {
  BlockWalker walker;
  walker.at_ = walker.certain_ = certain;
  walker.alphabet_ = alphabet;
  return walker;
}

void BlockWalker::shift(std::size_t dropped) {
  at_ -= dropped;
  certain_ -= dropped;
}

bool BlockWalker::walk(const ScanText& text) {
  if (alphabet_ != nullptr) {
    at_ = alphabet_->run_end(text.bytes, at_, text.size());
    for (std::size_t end = at_; end > certain_; --end) {
      if (text[end - 1] == '.') continue;  // perhaps the sentence's
      certain_ = end;
      break;
    }
    return !text.open_at(at_);
  }
  for (; at_ < text.size(); ++at_) {
    if (trailer_ == Trailer::kNone ? step_armour(text[at_]) : step_trailer(text[at_])) return true;
  }
  return text.complete;
}

// True when the block has ended at certain_.
bool BlockWalker::step_armour(char c) {
  if (after_backslash_ && kEscaped.has(c)) {
    after_backslash_ = false;
    return ++separator_bytes_ > kGapBytes;
  }
  after_backslash_ = c == '\\';
  if (kBase64.has(c)) {
    separator_bytes_ = 0;
    if (++word_bytes_ >= kLongWord) {
      certain_ = at_ + 1;
      short_words_ = 0;
    }
    return false;
  }
  if (c == '-') {
    if (end_word()) return true;
    trailer_ = Trailer::kDashes;
    trailer_bytes_ = trailer_count_ = 0;
    return step_trailer(c);
  }
  if (!kGap.has(c)) return true;
  if (end_word()) return true;
  return ++separator_bytes_ > kGapBytes;
}

bool BlockWalker::end_word() {
  if (word_bytes_ > 0 && word_bytes_ < kLongWord && ++short_words_ >= kShortWords) return true;
  word_bytes_ = 0;
  return false;
}

// "-----END RSA PRIVATE KEY-----", or "---- END … ----". Anything else ends the block before it.
bool BlockWalker::step_trailer(char c) {
  constexpr std::string_view kEnd = "END ";
  if (++trailer_bytes_ > kTrailerBytes) return true;
  switch (trailer_) {
    case Trailer::kDashes:
      if (c == '-') return ++trailer_count_ > dashes_;
      if (trailer_count_ != dashes_) return true;
      if (c == ' ') return false;
      trailer_ = Trailer::kEnd;
      trailer_count_ = 0;
      [[fallthrough]];
    case Trailer::kEnd:
      if (c != kEnd[trailer_count_]) return true;
      if (++trailer_count_ == kEnd.size()) trailer_ = Trailer::kLabel;
      return false;
    case Trailer::kLabel:
      if (kLabel.has(c)) return false;
      if (c != '-') return true;
      trailer_ = Trailer::kLastDashes;
      trailer_count_ = 0;
      [[fallthrough]];
    default:
      if (c != '-') return true;
      if (++trailer_count_ < dashes_) return false;
      certain_ = at_ + 1;
      return true;
  }
}

}  // namespace sekisho::guard
