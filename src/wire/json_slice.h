#pragma once
// JSON read without changing it: one pass validates a text and notes where each value lies; values
// are slices of that text, so big integers, number spelling, key order and spacing survive when a
// slice is written somewhere else. Nothing is converted unless asked for.
//
// A JsonDocument refers to the text it was given: the text must outlive it and its values. Parsing
// again reuses the memory and ends all values of the earlier text. One owner, one thread.
// Errors: kInvalidArgument naming the byte offset, kTooLarge for depth over limits::kJsonDepth or
// a text of 4 GiB. UTF-8 is checked too. Looking for what is not there gives a value of kind kNone,
// so that chains of find() need no tests in between.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sekisho::wire {

class JsonDocument;

enum class JsonKind : std::uint8_t {
  kNone,
  kObject,
  kArray,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull
};

class JsonValue {
 public:
  JsonValue() = default;

  JsonKind kind() const;
  bool is(JsonKind kind_wanted) const { return kind() == kind_wanted; }
  bool exists() const { return document_ != nullptr; }
  // Neither absent nor null.
  bool has_value() const { return exists() && !is(JsonKind::kNull); }

  std::string_view raw() const;     // the whole value; strings with their quotes
  std::string_view string() const;  // content between the quotes, still escaped; "" if no string
  std::string text() const;         // decoded string; "" if no string
  bool equals(std::string_view decoded) const;  // a string that says exactly this
  std::optional<std::int64_t> integer() const;  // no fraction, no exponent, fits
  std::optional<double> number() const;

  JsonValue find(std::string_view key) const;  // in an object; the first of that name

  // The elements of an array; or the members of an object, whose name() is the key (escaped).
  class Iterator;
  Iterator begin() const;
  Iterator end() const;
  std::string_view name() const;
  std::string name_text() const;

 private:
  friend class JsonDocument;
  friend class Iterator;
  JsonValue(const JsonDocument* document, std::uint32_t index)
      : document_(document), index_(index) {}

  const JsonDocument* document_ = nullptr;
  std::uint32_t index_ = 0;
};

class JsonDocument {
 public:
  JsonDocument() = default;
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  Result<void> parse(std::string_view text);
  template <std::same_as<std::string> Temporary>  // would be gone before the first value is read
  Result<void> parse(Temporary&&) = delete;
  JsonValue root() const { return {nodes_.empty() ? nullptr : this, 0}; }

 private:
  friend class JsonValue;
  friend class JsonParser;
  struct Node {
    std::uint32_t begin = 0, end = 0;  // of the value in the text
    std::uint32_t name = 0;            // of a member: where the content of its key begins
    std::uint32_t name_size = 0;
    std::uint32_t after = 0;  // index of the first node behind this value
    JsonKind kind = JsonKind::kNone;
  };
  std::string_view text_;
  std::vector<Node> nodes_;
};

class JsonValue::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = JsonValue;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = JsonValue;

  Iterator(const JsonDocument* document, std::uint32_t index)
      : document_(document), index_(index) {}
  JsonValue operator*() const { return {document_, index_}; }
  Iterator& operator++();
  friend bool operator==(const Iterator&, const Iterator&) = default;

 private:
  const JsonDocument* document_;
  std::uint32_t index_;
};

// True for a JSON object text without duplicate keys on any level.
bool is_unambiguous_object(std::string_view text);

}  // namespace sekisho::wire
