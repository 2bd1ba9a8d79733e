#include "wire/json_walk.h"

#include <string>

namespace sekisho::wire {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

JsonType JsonCursor::peek() {
  if (!ok()) return JsonType::kNone;
  skip_blanks();
  if (p_ == end_) return JsonType::kNone;
  switch (*p_) {
    case '{':
      return JsonType::kObject;
    case '[':
      return JsonType::kArray;
    case '"':
      return JsonType::kString;
    case 't':
      return JsonType::kTrue;
    case 'f':
      return JsonType::kFalse;
    case 'n':
      return JsonType::kNull;
    default:
      return *p_ == '-' || is_digit(*p_) ? JsonType::kNumber : JsonType::kNone;
  }
}

std::optional<JsonString> JsonCursor::read_string() {
  if (!ok()) return std::nullopt;
  skip_blanks();
  if (p_ == end_ || *p_ != '"') {
    expected("a string");
    return std::nullopt;
  }
  const char* content = p_ + 1;
  StringScan scan = scan_(content, end_);
  if (scan.fault != StringScan::Fault::kNone) {
    refuse_string(scan);
    return std::nullopt;
  }
  p_ = scan.at + 1;
  Span raw{static_cast<std::uint32_t>(content - begin_),
           static_cast<std::uint32_t>(scan.at - begin_)};
  return JsonString{raw, scan.escaped, scan.ascii};
}

bool JsonCursor::refuse_string(const StringScan& scan) {
  auto at = static_cast<std::uint32_t>(scan.at - begin_);
  switch (scan.fault) {
    case StringScan::Fault::kEnd:
      p_ = end_;
      return expected("the closing '\"' of a string");
    case StringScan::Fault::kControl:
      return refuse(Code::kInvalidArgument, "control character in a string (it must be escaped)",
                    at);
    case StringScan::Fault::kEscape:
      return refuse(Code::kInvalidArgument, "unknown or incomplete escape in a string", at);
    case StringScan::Fault::kSurrogate:
      return refuse(Code::kInvalidArgument, "lone surrogate \\ud800..\\udfff in a string", at);
    default:
      return refuse(Code::kInvalidArgument, "invalid UTF-8 in a string", at);
  }
}

std::optional<Span> JsonCursor::read_number() {
  if (!ok()) return std::nullopt;
  skip_blanks();
  const char* from = p_;
  auto digits = [this] {
    const char* first = p_;
    while (p_ < end_ && is_digit(*p_)) ++p_;
    if (p_ == first) expected("a digit");
    return p_ != first;
  };
  if (p_ < end_ && *p_ == '-') ++p_;
  bool zero = p_ < end_ && *p_ == '0';
  if (zero) {
    ++p_;
    if (p_ < end_ && is_digit(*p_)) expected("no digit behind a leading zero");
  } else {
    digits();
  }
  if (ok() && p_ < end_ && *p_ == '.') {
    ++p_;
    digits();
  }
  if (ok() && p_ < end_ && (*p_ == 'e' || *p_ == 'E')) {
    ++p_;
    if (p_ < end_ && (*p_ == '+' || *p_ == '-')) ++p_;
    digits();
  }
  if (!ok()) return std::nullopt;
  return Span{static_cast<std::uint32_t>(from - begin_), position()};
}

std::optional<Span> JsonCursor::read_literal() {
  if (!ok()) return std::nullopt;
  skip_blanks();
  std::string_view rest(p_, static_cast<std::size_t>(end_ - p_));
  for (std::string_view word : {"true", "false", "null"}) {
    if (!rest.starts_with(word)) continue;
    Span span{position(), position() + static_cast<std::uint32_t>(word.size())};
    p_ += word.size();
    return span;
  }
  expected("true, false or null");
  return std::nullopt;
}

bool JsonCursor::open(char bracket) {
  if (!ok()) return false;
  skip_blanks();
  if (p_ == end_ || *p_ != bracket) return expected(bracket == '{' ? "an object" : "an array");
  if (++depth_ > limits::kJsonDepth) {
    return refuse(Code::kTooLarge, "nested deeper than 128 levels", position());
  }
  ++p_;
  return true;
}
static_assert(limits::kJsonDepth == 128, "the sentence above names it");

void JsonCursor::close() {
  ++p_;
  --depth_;
}

bool JsonCursor::expect_colon() {
  skip_blanks();
  if (p_ == end_ || *p_ != ':') return expected("':' behind a key");
  ++p_;
  return true;
}

bool JsonCursor::finish() {
  if (!ok()) return false;
  skip_blanks();
  return p_ == end_ || expected("the end of the body");
}

bool JsonCursor::refuse(Code code, const char* what, std::uint32_t position) {
  if (!ok()) return false;
  fault_ = what;
  code_ = code;
  fault_at_ = position;
  return false;
}

bool JsonCursor::expected_at(const char* what, std::uint32_t position) {
  if (ok()) is_expectation_ = true;
  return refuse(Code::kInvalidArgument, what, position);
}

bool JsonCursor::refuse_key(const char* what, Span key) {
  if (ok()) fault_key_ = key;
  return refuse(Code::kInvalidArgument, what, key.begin);
}

Error JsonCursor::error() const {
  constexpr std::size_t kLongestName = 64;
  std::string detail = is_expectation_ ? "expected " : "";
  detail += fault_ ? fault_ : "no fault";
  if (std::string_view key = of(fault_key_); !key.empty() && key.size() <= kLongestName) {
    detail += " \"";
    detail += key;
    detail += '"';
  }
  detail += " at byte " + std::to_string(fault_at_);
  if (is_expectation_ && fault_at_ == text().size()) detail += ", where the body ends";
  return {code_, std::move(detail)};
}

std::optional<JsonString> JsonObject::next() {
  if (!open_ || !c_.ok()) return std::nullopt;
  c_.skip_blanks();
  char c = c_.p_ < c_.end_ ? *c_.p_ : '\0';
  if (c == '}') {
    c_.close();
    open_ = false;
    return std::nullopt;
  }
  if (!first_) {
    if (c != ',') {
      c_.expected("',' or '}' behind a value");
      return std::nullopt;
    }
    ++c_.p_;
    c_.skip_blanks();
    c = c_.p_ < c_.end_ ? *c_.p_ : '\0';
  }
  if (c != '"') {
    c_.expected(first_ ? "a key or '}'" : "a key behind ','");
    return std::nullopt;
  }
  first_ = false;
  auto key = c_.read_string();
  if (!key || !c_.expect_colon()) return std::nullopt;
  return key;
}

bool JsonArray::next() {
  if (!open_ || !c_.ok()) return false;
  if (std::exchange(at_element_, false)) return true;
  c_.skip_blanks();
  char c = c_.p_ < c_.end_ ? *c_.p_ : '\0';
  if (c == ']') {
    c_.close();
    return open_ = false;
  }
  if (std::exchange(first_, false)) return true;
  if (c != ',') return c_.expected("',' or ']' behind an element");
  ++c_.p_;
  return true;
}

}  // namespace sekisho::wire
