#include "guard/assignment.h"

#include <algorithm>
#include <array>
#include <optional>

namespace sekisho::guard {

namespace {

constexpr std::size_t kNameTailBytes = 40;
constexpr std::size_t kBlanks = 24;
constexpr std::size_t kClosers = 6;
constexpr std::size_t kLinkBlanks = 32;   // a new line and its indent
constexpr std::size_t kValueBytes = 513;  // one more than any value that counts

constexpr ByteClass kName{"A-Za-z0-9_.-"};
constexpr ByteClass kWhite{" \t\r\n"};
constexpr ByteClass kCloser{"\"'`\\])*"};
constexpr ByteClass kShout{"A-Z0-9_"};
constexpr ByteClass kAscii{"!-~"};

// Bytes of a value: within quotes; bare in program text; bare in NAME=value lines and commands.
constexpr ByteClass without(const ByteClass& from, std::string_view bytes) {
  std::array<char, 128> kept{};
  std::size_t n = 0;
  for (char c = '!'; c <= '~'; ++c) {
    if (from.has(c) && bytes.find(c) == std::string_view::npos && c != '-') kept[n++] = c;
  }
  if (from.has('-') && bytes.find('-') == std::string_view::npos) kept[n++] = '-';
  return ByteClass{std::string_view(kept.data(), n)};
}
constexpr ByteClass kInDouble = without(kAscii, "\"");
constexpr ByteClass kInSingle = without(kAscii, "'");
constexpr ByteClass kInBacktick = without(kAscii, "`");
constexpr ByteClass kInEscaped = without(kAscii, "\"'`\\");
constexpr ByteClass kInBrackets = without(kAscii, "");
constexpr ByteClass kBareCode = without(kAscii, "\"'`\\,;<>(){}[]|&");
constexpr ByteClass kBareLine = without(kAscii, "\"'`\\>");
constexpr ByteClass kPlainCode = without(kBareCode, "=:");
constexpr ByteClass kPlainLine = without(kBareLine, "=:");
constexpr std::size_t kColons = 2;  // of a bare value

enum class Sign : std::uint8_t {
  kEquals,  // any kind of = : := => -> is は
  kPair,    // , or ( : only a quoted value counts
  kTag,     // > : bare up to <
  kSpace,   // --name value, NAME 'value'
};

// getSecret("name of it")
bool is_getter(std::string_view name) {
  constexpr std::array<std::string_view, 6> kVerbs = {"get",  "Get",  "fetch",
                                                      "read", "load", "find"};
  return std::ranges::any_of(kVerbs, [&](std::string_view verb) { return name.starts_with(verb); });
}

class Parser {
 public:
  Parser(const ScanText& text, std::size_t start, std::size_t name_end)
      : text_(text), start_(start), at_(name_end) {}

  Trial parse(Assignment& out);
  std::size_t furthest() const { return std::min(at_, text_.size()); }

 private:
  bool is_next(std::string_view literal) const {
    return text_.bytes.substr(at_, literal.size()) == literal;
  }
  // Could `literal` still be what stands at at_?
  bool may_become(std::string_view literal) const {
    return !text_.complete && text_.size() < at_ + literal.size() &&
           literal.starts_with(text_.bytes.substr(std::min(at_, text_.size())));
  }
  bool skip(const ByteClass& set, std::size_t most);
  bool read_name();
  bool skip_link();
  bool read_sign();
  bool read_opening();
  Trial read_value(Assignment& out);
  std::size_t value_end(std::size_t begin, std::size_t cap, const ByteClass& plain) const;
  bool is_annotation(std::size_t begin, std::size_t value_end);
  bool follows_login() const;

  // Set when the answer depends on bytes to come.
  Trial unknown(std::size_t hold) const { return Trial::more(std::min(hold, text_.size())); }

  const ScanText& text_;
  std::size_t start_, at_;
  std::size_t name_begin_ = 0, name_end_ = 0;
  std::size_t held_ = std::string_view::npos;  // where a value may begin already
  Sign sign_ = Sign::kEquals;
  bool wants_more_ = false, name_was_quoted_ = false, spaced_ = false;
  char quote_ = 0;  // '"' '\'' '`', 'E' if escaped, 'J' for 「 and “, 0 for none
};

bool Parser::skip(const ByteClass& set, std::size_t most) {
  const std::size_t limit = std::min(text_.size(), at_ + most);
  const std::size_t end = set.run_end(text_.bytes, at_, limit);
  if (end < at_ + most && text_.open_at(end)) {
    wants_more_ = true;
    return false;
  }
  const bool fits = end < at_ + most;
  at_ = end;
  return fits;
}

bool Parser::read_name() {
  const auto head = text_.before(start_, kNameTailBytes);
  std::size_t i = head.size();
  while (i > 0 && kName.has(head[i - 1])) --i;
  name_begin_ = start_ - (head.size() - i);
  if (!skip(kName, kNameTailBytes)) return false;
  name_end_ = at_;
  return true;
}

// Between the name and the value of a list of both: {"name": "X", "value": "…"}, - name: X and
// value: … on the next line, <add key="X" value="…"/>. True if it stands at at_, which then is
// after it; wants_more_ if it may.
bool Parser::skip_link() {
  constexpr ByteClass kQuotes{"\"'\\"};
  std::size_t i = at_ + (text_[at_] == ',' ? 1 : 0);
  const auto skip_most = [&](const ByteClass& set, std::size_t most) {
    i = set.run_end(text_.bytes, i, std::min(text_.size(), i + most));
  };
  skip_most(kWhite, kLinkBlanks);
  skip_most(kQuotes, 2);
  for (const char c : std::string_view("value")) {
    if (text_.open_at(i)) break;
    if (text_[i] != c && !(c == 'v' && text_[i] == 'V')) return false;
    ++i;
  }
  skip_most(kQuotes, 2);
  skip_most(kBlank, 2);
  if (text_.open_at(i)) {
    wants_more_ = true;
    held_ = at_;
    return false;
  }
  if (text_[i] != ':' && text_[i] != '=') return false;
  at_ = i + 1;
  return true;
}

bool Parser::read_sign() {
  const std::size_t closers = at_;
  if (!skip(kCloser, kClosers)) return false;
  const auto closed = text_.bytes.substr(closers, at_ - closers);
  name_was_quoted_ = closed.find_first_of("\"'`") != std::string_view::npos;
  if (skip_link()) {
    spaced_ = true;
    return true;
  }
  if (wants_more_) return false;
  const std::size_t blanks = at_;
  if (!skip(kBlank, kBlanks)) return false;
  spaced_ = at_ > blanks;

  struct Spelling {
    std::string_view text;
    Sign sign;
  };
  constexpr std::array<Spelling, 26> kSpellings = {{
      {":::=", Sign::kEquals}, {"::=", Sign::kEquals}, {".=", Sign::kEquals},
      {"+=", Sign::kEquals},   {"===", Sign::kEquals}, {"==", Sign::kEquals},
      {"=>", Sign::kEquals},   {"=", Sign::kEquals},   {":=", Sign::kEquals},
      {":", Sign::kEquals},    {"->", Sign::kEquals},  {"?:", Sign::kEquals},
      {"?=", Sign::kEquals},   {"||=", Sign::kEquals}, {"?\?=", Sign::kEquals},
      {"：", Sign::kEquals},   {"＝", Sign::kEquals},  {"は", Sign::kEquals},
      {"を", Sign::kEquals},   {"is ", Sign::kEquals}, {",", Sign::kPair},
      {"(", Sign::kPair},      {">", Sign::kTag},      {"|", Sign::kEquals},
      {"、", Sign::kEquals},   {"→", Sign::kEquals},
  }};
  for (const auto& spelling : kSpellings) {
    if (at_ < text_.size() && spelling.text[0] != text_[at_]) continue;
    if (may_become(spelling.text)) {
      wants_more_ = true;
      held_ = at_;  // or a value begins here, after a blank instead of a sign
      return false;
    }
    if (!is_next(spelling.text)) continue;
    if (spelling.text == "|" && !spaced_) return false;  // a choice of names, not a table
    if (spelling.text == "(" && is_getter(text_.bytes.substr(name_begin_, 8))) return false;
    at_ += spelling.text.size();
    sign_ = spelling.sign;
    return true;
  }
  sign_ = Sign::kSpace;
  return spaced_;
}

// Quotes, their prefixes (b"", f'', @"") and their escaped forms.
bool Parser::read_opening() {
  std::size_t i = at_;
  constexpr ByteClass kPrefix{"bfruLS@"};
  if (kPrefix.has(text_[i])) {
    const std::size_t prefix = kPrefix.run_end(text_.bytes, i, std::min(text_.size(), i + 3));
    if (prefix < i + 3 && text_.open_at(prefix)) {
      wants_more_ = true;
      return false;
    }
    if (text_[prefix] == '"' || text_[prefix] == '\'') i = prefix;
  }
  const std::size_t slashes = i;
  while (text_[i] == '\\' && i < slashes + 8) ++i;
  constexpr std::array<std::string_view, 4> kWide = {"「", "“", "『", "‘"};
  for (const auto open : kWide) {
    at_ = i;
    if (may_become(open)) {
      wants_more_ = true;
      at_ = slashes;
      return false;
    }
    if (!is_next(open)) continue;
    at_ += open.size();
    quote_ = 'J';
    return true;
  }
  const char c = text_[i];
  if (c == '"' || c == '\'' || c == '`') {
    quote_ = i > slashes ? 'E' : c;
    at_ = i + 1;
    return true;
  }
  at_ = slashes;
  return i == slashes;  // a backslash before something that is no quote
}

// Was the "value" a type, and does = and the real value follow?
bool Parser::is_annotation(std::size_t begin, std::size_t value_end) {
  constexpr ByteClass kType{"A-Za-z_.*?&"};
  if (kType.run_end(text_.bytes, begin, value_end) != value_end) return false;
  std::size_t i = kBlank.run_end(text_.bytes, value_end, std::min(text_.size(), value_end + 4));
  if (i < value_end + 4 && text_.open_at(i)) {
    wants_more_ = true;
    return false;
  }
  if (text_[i] != '=') return false;
  if (text_.open_at(i + 1)) {
    wants_more_ = true;
    return false;
  }
  if (text_[i + 1] == '=' || text_[i + 1] == '>') return false;
  at_ = i + 1;
  return true;
}

// A bare value ends at a sign that gives another value: at = (but for padding), at a third colon.
// So the values of anchors in one run of bytes overlap O(1)-fold.
std::size_t Parser::value_end(std::size_t begin, std::size_t cap, const ByteClass& plain) const {
  const std::size_t limit = std::min(text_.size(), cap);
  std::size_t end = begin, colons = 0;
  for (;;) {
    end = plain.run_end(text_.bytes, end, limit);
    if (end >= limit || quote_ != 0) return end;
    if (text_[end] == ':' && colons++ < kColons) {
      ++end;
      continue;
    }
    if (text_[end] != '=') return end;
    constexpr ByteClass kPadding{"="}, kMore{"A-Za-z0-9/+_-"};
    const std::size_t padding = kPadding.run_end(text_.bytes, end, limit);
    return kMore.has(text_[padding]) ? end : padding;
  }
}

Trial Parser::read_value(Assignment& out) {
  const std::size_t begin = at_;
  const auto name = text_.bytes.substr(name_begin_, name_end_ - name_begin_);
  const bool line_style =
      sign_ != Sign::kTag &&
      (sign_ == Sign::kSpace || (!spaced_ && kShout.run_end(name, 0, name.size()) == name.size()));
  const ByteClass& bytes = quote_ == '"'    ? kInDouble
                           : quote_ == '\'' ? kInSingle
                           : quote_ == '`'  ? kInBacktick
                           : quote_ == 'E'  ? kInEscaped
                           : quote_ == 'J'  ? kInBrackets
                           : line_style     ? kBareLine
                                            : kBareCode;
  const ByteClass& plain = quote_ != 0 ? bytes : line_style ? kPlainLine : kPlainCode;
  const std::size_t cap = begin + kValueBytes;
  const std::size_t end = value_end(begin, cap, plain);
  at_ = std::min(end, text_.size());
  if (end < cap && text_.open_at(end)) {
    const bool maybe_padding = quote_ == 0 && end > begin && text_[end - 1] == '=';
    return maybe_padding ? Trial::more(begin) : Trial::more(begin, &plain, cap);
  }
  if (end == cap || end == begin) return Trial::no();
  const char stop = text_[end];
  const char close = quote_ == 'E' ? '\\' : quote_;
  if (quote_ != 0 && quote_ != 'J' && stop != close) return Trial::no();
  if (quote_ == 0 && (stop == '(' || stop == '[')) return Trial::no();  // a call, an element
  if (sign_ == Sign::kTag && quote_ == 0) {
    const std::size_t next =
        kWhite.run_end(text_.bytes, end, std::min(text_.size(), end + kBlanks));
    if (text_.open_at(next)) return Trial::more(begin);
    if (text_[next] != '<') return Trial::no();
  }
  if (text_.bytes.substr(begin, end - begin).ends_with("...")) return Trial::no();  // shortened
  out = {name, begin, end, quote_ != 0 || line_style};
  // A full stop or a comma that ends the sentence is not of a bare value.
  while (quote_ == 0 && out.end > begin + 1 &&
         std::string_view(".,;:").find(text_[out.end - 1]) != std::string_view::npos) {
    --out.end;
  }
  return Trial::yes(out.begin, out.end);
}

// .netrc: machine … login … password …
bool Parser::follows_login() const {
  if (name_begin_ != start_ || text_.bytes.substr(start_, name_end_ - start_) != "password") {
    return false;
  }
  auto before = text_.before(start_, kLookBehind);
  const auto drop = [&](const ByteClass& set) {
    while (!before.empty() && set.has(before.back())) before.remove_suffix(1);
  };
  drop(kWhite);
  drop(kAscii);
  drop(kWhite);
  return before.ends_with("login");
}

Trial Parser::parse(Assignment& out) {
  if (!read_name()) return wants_more_ ? unknown(text_.size()) : Trial::no();
  if (!read_sign()) return wants_more_ ? unknown(held_) : Trial::no();
  for (int round = 0; round < 2; ++round) {
    const ByteClass& blanks = sign_ == Sign::kTag ? kWhite : kBlank;
    if (!skip(blanks, kBlanks)) return wants_more_ ? unknown(text_.size()) : Trial::no();
    const std::size_t opening = at_;
    if (!read_opening()) return wants_more_ ? unknown(opening) : Trial::no();
    if (text_.open_at(at_)) return unknown(opening);
    const std::size_t value = at_;
    const Trial trial = read_value(out);
    if (trial.verdict != Verdict::kYes || quote_ != 0) {
      if (trial.verdict == Verdict::kYes && sign_ == Sign::kSpace) {
        return quote_ != 0 ? trial : Trial::no();
      }
      return trial;
    }
    if (sign_ == Sign::kPair) return Trial::no();
    if (sign_ == Sign::kSpace && text_.bytes.substr(name_begin_, 2) == "--") return trial;
    if (sign_ == Sign::kSpace && follows_login()) return trial;
    if (sign_ == Sign::kTag || round == 1) return trial;
    if (!is_annotation(value, out.end)) {
      if (wants_more_) return unknown(value);
      return sign_ == Sign::kSpace ? Trial::no() : trial;
    }
    sign_ = Sign::kEquals;  // name: type = value, var name type = value
  }
  return Trial::no();
}

}  // namespace

Trial parse_assignment(const ScanText& text, std::size_t start, std::size_t name_end,
                       Assignment& out, std::uint64_t& looked_at) {
  Parser parser(text, start, name_end);
  const Trial trial = parser.parse(out);
  looked_at += parser.furthest() - start;
  return trial;
}

}  // namespace sekisho::guard
