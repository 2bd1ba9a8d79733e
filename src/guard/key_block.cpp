#include "guard/key_block.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "guard/plausible.h"
#include "guard/wordlike.h"

namespace sekisho::guard {

namespace {

constexpr std::size_t kLabelBytes = 48;
constexpr std::size_t kGapBytes = 64;  // white space, quotes, escapes between two words
constexpr std::size_t kHeaderLineBytes = 160;
constexpr std::size_t kHeaderLines = 9;  // of PGP's fields, empty lines, ends of source lines
constexpr std::size_t kHeaderBytes = 900;
constexpr std::size_t kQuietBytes = 16;  // a line that says nothing: a number, a sign, a quote
constexpr std::size_t kLongWord = 16;    // key material comes in lines of 64 or 70
constexpr std::size_t kFirstWord = 20;
constexpr std::size_t kShortWords = 3;  // so many short words in a row are prose
constexpr std::size_t kTrailerBytes = 80;

// Listings, diffs and source text put something before each line of a key ("   12→", "id_rsa:12:",
// "-", `  + "`). Words of such a prefix are told from key material by its length and looks.
constexpr std::size_t kPrefixBytes = 64;
constexpr std::size_t kLineWord = 40;     // key material behind a prefix that has letters
constexpr std::size_t kIdleLines = 5;     // so many lines without key material end the block
constexpr std::size_t kSuffixBytes = 16;  // `\n" +` and the like behind the material of a line
constexpr std::size_t kLeastPairs = 12;

constexpr ByteClass kGap{" \t\r\n\\\"'`,>|#*"};
constexpr ByteClass kEscaped{"nrt"};
constexpr ByteClass kLabel{"A-Z0-9 "};
constexpr ByteClass kInLine = ByteClass{"\n\\"}.complement();
constexpr ByteClass kControl{std::string_view("\0-\x08\x0E-\x1A\x1C-\x1F", 9)};
constexpr ByteClass kNumbering{"0-9:|.)+\x80-\xFF"};  // of a prefix without letters

bool is_key_line(std::string_view word) {
  constexpr std::uint8_t kCases = kNeedsUpper | kNeedsLower;
  return (character_mix(word) & kCases) == kCases && !reads_as_words(word, kLeastPairs);
}

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

// What a line after the header is: `begin` is where it, or its key material, begins.
struct HeaderLine {
  enum Kind : std::uint8_t { kUnknown, kMaterial, kField, kQuiet, kOther } kind;
  std::size_t begin, next;
};

// Key material behind a prefix, as an offset in `line`; npos if there is none.
std::size_t find_material(std::string_view line) {
  for (std::size_t at = 0; at <= kPrefixBytes && at < line.size();) {
    const std::size_t end = kBase64.run_end(line, at, line.size());
    if (end - at >= kLineWord && is_key_line(line.substr(at, kLineWord))) return at;
    at = end + 1;
  }
  return std::string_view::npos;
}

HeaderLine read_header_line(const ScanText& text, std::size_t begin) {
  const auto window = text.bytes.substr(begin, kHeaderLineBytes);
  const std::size_t newline = std::min(window.find('\n'), window.find("\\n"));
  const bool ended = newline != std::string_view::npos;
  if (!ended && window.size() < kHeaderLineBytes && !text.complete) {
    return {HeaderLine::kUnknown, begin, begin};
  }
  const auto line = window.substr(0, newline);
  const std::size_t material = find_material(line);
  if (material != std::string_view::npos) return {HeaderLine::kMaterial, begin + material, begin};
  if (!ended || line.find("----") != std::string_view::npos)
    return {HeaderLine::kOther, begin, begin};
  const bool field = line.find(": ") != std::string_view::npos;
  const bool name = line.size() <= kPrefixBytes && (line.ends_with(':') || line.ends_with('-')) &&
                    line.find(' ') == std::string_view::npos;  // "id_rsa:4:" of an empty line
  const bool quiet = line.size() <= kQuietBytes || name;
  const auto kind = field ? HeaderLine::kField : quiet ? HeaderLine::kQuiet : HeaderLine::kOther;
  return {kind, begin, begin + newline};
}

// Key material right behind the gap: short lines will do, unless they are a path or a name.
bool is_first_word(const ScanText& text, std::size_t begin, std::size_t end) {
  const auto word = text.bytes.substr(begin, end - begin);
  if (word.size() < kFirstWord || reads_as_words(word, kLeastPairs)) return false;
  return word.size() == kLineWord || end >= text.size() || kGap.has(text[end]) ||
         text.bytes.substr(end, 2) == "--";
}

// Header fields ("Proc-Type: 4,ENCRYPTED"), then key material; `at` ends where it looked last.
Trial judge_material(const ScanText& text, std::size_t begin, std::size_t& at) {
  bool plain = true;  // nothing but fields so far: a shorter word is enough
  for (std::size_t lines = 0; lines <= kHeaderLines; ++lines) {
    at = skip_gap(text, at);
    if (text.open_at(at)) return Trial::more(begin);
    if (at - begin > kHeaderBytes) return Trial::no();
    const std::size_t word = kBase64.run_end(text.bytes, at, std::min(text.size(), at + kLineWord));
    if (plain && word - at < kLineWord && text.open_at(word + 1)) {
      at = text.size();
      return Trial::more(begin);
    }
    if (plain && is_first_word(text, at, word)) return Trial::block(begin, at);
    const HeaderLine line = read_header_line(text, at);
    switch (line.kind) {
      case HeaderLine::kMaterial:
        return Trial::block(begin, line.begin);
      case HeaderLine::kQuiet:
        plain = false;
        [[fallthrough]];
      case HeaderLine::kField:
        at = line.next;
        break;
      case HeaderLine::kOther:
        return Trial::no();
      case HeaderLine::kUnknown: {
        const std::size_t limit = at + kHeaderLineBytes;
        at = text.size();
        // A line may end at a backslash already, once its letter has come.
        if (text.bytes.ends_with('\\')) return Trial::more(begin);
        return Trial::more(begin, &kInLine, limit);
      }
    }
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
    if (trailer_ == Trailer::kNone ? step_armour(text, text[at_]) : step_trailer(text[at_]))
      return true;
  }
  return text.complete;
}

// True when the block has ended at certain_.
bool BlockWalker::step_armour(const ScanText& text, char c) {
  if (c == '-') {
    if (end_word()) return true;
    after_backslash_ = false;
    has_word_ = true;
    return ++dash_run_ > kTrailerBytes || (in_prefix_ && ++prefix_bytes_ > kPrefixBytes);
  }
  if (dash_run_ > 0) {
    const std::size_t run = std::exchange(dash_run_, 0);
    if (run >= dashes_) {
      trailer_ = Trailer::kBlank;
      trailer_bytes_ = run;
      return step_trailer(c);
    }
    if (!in_prefix_ && (suffix_bytes_ += run) > kSuffixBytes) return true;
  }
  if (after_backslash_ && kEscaped.has(c)) {
    after_backslash_ = false;
    return c == 'n' ? start_line() : step_gap();
  }
  after_backslash_ = c == '\\';
  if (kBase64.has(c)) return step_word(text);
  if (end_word()) return true;
  if (c == '\n') return start_line();
  if (kGap.has(c)) return step_gap();
  return step_other(c);
}

bool BlockWalker::start_line() {
  if (end_word()) return true;
  if (in_prefix_ && has_word_ && ++idle_lines_ >= kIdleLines) return true;
  in_prefix_ = true;
  has_word_ = has_letters_ = false;
  prefix_bytes_ = suffix_bytes_ = short_words_ = 0;
  return ++separator_bytes_ > kGapBytes;
}

bool BlockWalker::step_gap() {
  if (in_prefix_ && ++prefix_bytes_ > kPrefixBytes) return true;
  if (suffix_bytes_ > 0 && ++suffix_bytes_ > kSuffixBytes) return true;
  return ++separator_bytes_ > kGapBytes;
}

// Bytes that are neither of key material nor of a gap: of a prefix, or of what ends a line of
// source text.
bool BlockWalker::step_other(char c) {
  separator_bytes_ = 0;
  if (kControl.has(c)) return true;
  if (!in_prefix_) return ++suffix_bytes_ > kSuffixBytes;
  has_word_ = true;
  if (!kNumbering.has(c)) has_letters_ = true;
  return ++prefix_bytes_ > kPrefixBytes;
}

bool BlockWalker::step_word(const ScanText& text) {
  separator_bytes_ = 0;
  word_is_number_ = (word_bytes_ == 0 || word_is_number_) && kDigits.has(text[at_]);
  ++word_bytes_;
  has_word_ = true;
  const bool doubtful = suffix_bytes_ > 0 || (in_prefix_ && has_letters_);
  if (word_bytes_ < (doubtful ? kLineWord : kLongWord)) return false;
  if (doubtful) {
    const auto word = text.bytes.substr(at_ + 1 - kLineWord, kLineWord);
    if (word_bytes_ > kLineWord || !is_key_line(word)) return word_bytes_ > kPrefixBytes;
  }
  in_prefix_ = false;
  certain_ = at_ + 1;
  suffix_bytes_ = short_words_ = idle_lines_ = 0;
  return false;
}

// True if the word that ends here, or what it stands in, ends the block.
bool BlockWalker::end_word() {
  const std::size_t word = std::exchange(word_bytes_, 0);
  if (word == 0) return false;
  if (in_prefix_) {
    has_letters_ = has_letters_ || !word_is_number_;
    return (prefix_bytes_ += word) > kPrefixBytes;
  }
  if (suffix_bytes_ > 0) return (suffix_bytes_ += word) > kSuffixBytes;
  return word < kLongWord && ++short_words_ >= kShortWords;
}

// "-----END RSA PRIVATE KEY-----", or "---- END … ----". Anything else ends the block before it.
bool BlockWalker::step_trailer(char c) {
  constexpr std::string_view kEnd = "END ";
  if (++trailer_bytes_ > kTrailerBytes) return true;
  switch (trailer_) {
    case Trailer::kBlank:
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
