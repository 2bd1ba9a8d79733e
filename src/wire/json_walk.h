#pragma once
// A validating walk over raw JSON: the one JSON parser of our own, because governed bodies must be
// checked to the last byte, found as spans, and resumed where a conversation grew; libraries do
// one or two of the three. It follows RFC 8259 strictly: no NaN, no leading zeros, no trailing
// commas, no control characters in strings, no lone surrogates, UTF-8 only, nesting within
// limits::kJsonDepth. Numbers stay text: any size and precision passes.
//
// A cursor moves forward only. The first fault sticks: every later read fails, `error()` tells what
// was expected at which byte. Positions are bytes from the start of the text given at construction.
// REQUIRES: text < 4 GiB, outlives the cursor. Not thread-safe; no allocation without a fault.

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/result.h"
#include "wire/json_string_scan.h"
#include "wire/span.h"

namespace sekisho::wire {

enum class JsonType : std::uint8_t {
  kObject,
  kArray,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kNone
};

// The content of a string between its quotes, still escaped.
struct JsonString {
  Span raw;
  bool escaped = false;
  bool ascii = true;
};

class JsonCursor {
 public:
  // `at`, `depth`: where to begin inside the text, for a resumed walk.
  explicit JsonCursor(std::string_view text, std::size_t at = 0, std::size_t depth = 0)
      : begin_(text.data()),
        p_(begin_ + at),
        end_(begin_ + text.size()),
        scan_(string_scanner()),
        depth_(depth) {}

  // The type of the next value, blanks skipped; kNone at the end or at what begins no value.
  JsonType peek();
  std::uint32_t position() const { return static_cast<std::uint32_t>(p_ - begin_); }
  std::string_view text() const { return {begin_, static_cast<std::size_t>(end_ - begin_)}; }
  std::string_view of(Span span) const { return span.of(text()); }

  std::optional<JsonString> read_string();
  std::optional<Span> read_number();
  // true, false or null, as peek() said.
  std::optional<Span> read_literal();

  // Reads any value to its end. `on_string(JsonString, bool is_key)` sees every string in it.
  template <class OnString>
  bool walk(OnString&& on_string);
  bool skip() {
    return walk([](const JsonString&, bool) {});
  }
  // Nothing but blanks may follow.
  bool finish();

  bool ok() const { return fault_ == nullptr; }
  // Sets the fault (the first one stays): "<what> at byte <position>". Returns false.
  bool refuse(Code code, const char* what, std::uint32_t position);
  bool expected(const char* what) { return expected_at(what, position()); }
  bool expected_at(const char* what, std::uint32_t position);
  // As refuse, and names the key (if it looks like a name and not like a secret).
  bool refuse_key(const char* what, Span key);
  Error error() const;

 private:
  friend class JsonObject;
  friend class JsonArray;
  void skip_blanks();
  bool open(char bracket);
  void close();
  bool expect_colon();
  bool refuse_string(const StringScan& scan);

  const char* begin_;
  const char* p_;
  const char* end_;
  StringScanner scan_;
  std::size_t depth_;
  const char* fault_ = nullptr;
  Code code_ = Code::kInvalidArgument;
  bool is_expectation_ = false;
  std::uint32_t fault_at_ = 0;
  Span fault_key_;
};

// for (JsonObject o(cursor); auto key = o.next();) { read the value }
class JsonObject {
 public:
  explicit JsonObject(JsonCursor& cursor) : c_(cursor), open_(cursor.open('{')) {}
  // Goes on behind a member whose value the caller reads first (resumed walks).
  struct Resume {};
  JsonObject(JsonCursor& cursor, Resume) : c_(cursor), open_(true), first_(false) {}
  // The next key, its colon read; nothing at the object's end (read too) or after a fault.
  std::optional<JsonString> next();

 private:
  JsonCursor& c_;
  bool open_;
  bool first_ = true;
};

class JsonArray {
 public:
  explicit JsonArray(JsonCursor& cursor) : c_(cursor), open_(cursor.open('[')) {}
  // Goes on behind an element that the caller has placed the cursor at (resumed walks).
  struct Resume {};
  JsonArray(JsonCursor& cursor, Resume)
      : c_(cursor), open_(true), first_(false), at_element_(true) {}
  // True if an element follows; false at the array's end (read too) or after a fault.
  bool next();

 private:
  JsonCursor& c_;
  bool open_;
  bool first_ = true;
  bool at_element_ = false;
};

inline void JsonCursor::skip_blanks() {
  while (p_ < end_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) ++p_;
}

template <class OnString>
bool JsonCursor::walk(OnString&& on_string) {
  switch (peek()) {
    case JsonType::kObject:
      for (JsonObject object(*this); auto key = object.next();) {
        on_string(*key, true);
        if (!walk(on_string)) return false;
      }
      return ok();
    case JsonType::kArray:
      for (JsonArray array(*this); array.next();) {
        if (!walk(on_string)) return false;
      }
      return ok();
    case JsonType::kString:
      if (auto text = read_string()) on_string(*text, false);
      return ok();
    case JsonType::kNumber:
      return read_number().has_value();
    case JsonType::kNone:
      return expected("a value");
    default:
      return read_literal().has_value();
  }
}

}  // namespace sekisho::wire
