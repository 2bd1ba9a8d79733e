#include "wire/json_slice.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/limits.h"
#include "wire/json_text.h"

namespace sekisho::wire {

// Grammar of RFC 8259, without recursion: `open_` is the stack of unfinished objects and arrays.
class JsonParser {
 public:
  JsonParser(std::string_view text, std::vector<JsonDocument::Node>& nodes)
      : text_(text), nodes_(nodes) {}

  bool run() {
    if (!value(0, 0)) return false;
    while (!open_.empty()) {
      if (!continue_container()) return false;
    }
    skip_space();
    return at_ == text_.size() || complain("nothing more");
  }
  Failure failure() const {
    return fail(too_deep_ ? Code::kTooLarge : Code::kInvalidArgument,
                "JSON at byte " + std::to_string(at_) + ": expected " + std::string(wanted_));
  }

 private:
  bool complain(std::string_view wanted) {
    wanted_ = wanted;
    return false;
  }
  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::uint32_t here() const { return static_cast<std::uint32_t>(at_); }

  bool continue_container() {
    JsonDocument::Node& container = nodes_[open_.back()];
    const bool object = container.kind == JsonKind::kObject;
    const bool first = nodes_.size() == open_.back() + 1;
    skip_space();
    if (peek() == (object ? '}' : ']')) {
      ++at_;
      container.end = here();
      container.after = static_cast<std::uint32_t>(nodes_.size());
      open_.pop_back();
      return true;
    }
    if (!first && peek() != ',') return complain(object ? "',' or '}'" : "',' or ']'");
    if (!first) ++at_;
    return object ? member() : value(0, 0);
  }

  bool member() {
    skip_space();
    const std::uint32_t begin = here() + 1;
    if (peek() != '"') return complain("a key");
    if (!string()) return false;
    const std::uint32_t size = here() - 1 - begin;
    skip_space();
    if (peek() != ':') return complain("':'");
    ++at_;
    return value(begin, size);
  }

  bool value(std::uint32_t name, std::uint32_t name_size) {
    skip_space();
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({here(), 0, name, name_size, index + 1, JsonKind::kNone});
    const JsonKind kind = start();
    if (kind == JsonKind::kNone) return false;
    nodes_[index].kind = kind;
    nodes_[index].end = here();
    if (kind == JsonKind::kObject || kind == JsonKind::kArray) open_.push_back(index);
    return true;
  }

  JsonKind start() {
    switch (peek()) {
      case '{':
      case '[':
        return container();
      case '"':
        return string() ? JsonKind::kString : JsonKind::kNone;
      case 't':
        return literal("true", JsonKind::kTrue);
      case 'f':
        return literal("false", JsonKind::kFalse);
      case 'n':
        return literal("null", JsonKind::kNull);
      default:
        return number() ? JsonKind::kNumber : JsonKind::kNone;
    }
  }

  JsonKind container() {
    if (open_.size() >= limits::kJsonDepth) {
      too_deep_ = true;
      complain("less nesting");
      return JsonKind::kNone;
    }
    return text_[at_++] == '{' ? JsonKind::kObject : JsonKind::kArray;
  }

  JsonKind literal(std::string_view word, JsonKind kind) {
    if (text_.substr(at_, word.size()) != word) {
      complain("a value");
      return JsonKind::kNone;
    }
    at_ += word.size();
    return kind;
  }

  bool digits() {
    const std::size_t from = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > from || complain("a digit");
  }

  bool number() {
    if (peek() == '-') {
      ++at_;
    } else if (peek() < '0' || peek() > '9') {
      return complain("a value");
    }
    if (peek() == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (peek() == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  bool string() {
    ++at_;
    while (true) {
      at_ += find_escapable(text_.substr(at_));
      if (at_ >= text_.size()) return complain("the end of a string");
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      if (text_[at_] != '\\') return complain("an escaped control character");
      if (!escape()) return false;
    }
  }

  bool escape() {
    ++at_;
    const char c = peek();
    if (c == 'u') {
      for (std::size_t i = 1; i <= 4; ++i) {
        if (at_ + i >= text_.size() || !is_hex(text_[at_ + i])) return complain("four hex digits");
      }
      at_ += 5;
      return true;
    }
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    if (c == '\0' || kEscapes.find(c) == std::string_view::npos) return complain("an escape");
    ++at_;
    return true;
  }

  static bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  std::string_view text_;
  std::vector<JsonDocument::Node>& nodes_;
  std::vector<std::uint32_t> open_;
  std::size_t at_ = 0;
  std::string_view wanted_;
  bool too_deep_ = false;
};

Result<void> JsonDocument::parse(std::string_view text) {
  nodes_.clear();
  text_ = text;
  if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
    return fail(Code::kTooLarge, "JSON text of 4 GiB or more");
  }
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return fail(Code::kInvalidArgument, "JSON: not valid UTF-8");
  }
  JsonParser parser(text, nodes_);
  if (parser.run()) return {};
  nodes_.clear();
  return parser.failure();
}

JsonKind JsonValue::kind() const {
  return document_ ? document_->nodes_[index_].kind : JsonKind::kNone;
}

std::string_view JsonValue::raw() const {
  if (!document_) return {};
  const auto& node = document_->nodes_[index_];
  return document_->text_.substr(node.begin, node.end - node.begin);
}

std::string_view JsonValue::string() const {
  if (!is(JsonKind::kString)) return {};
  const std::string_view quoted = raw();
  return quoted.substr(1, quoted.size() - 2);
}

std::string JsonValue::text() const {
  return unescape_json(string());
}

bool JsonValue::equals(std::string_view decoded) const {
  if (!is(JsonKind::kString)) return false;
  const std::string_view content = string();
  return content == decoded ||
         (content.find('\\') != std::string_view::npos && unescape_json(content) == decoded);
}

std::optional<std::int64_t> JsonValue::integer() const {
  if (!is(JsonKind::kNumber)) return std::nullopt;
  const std::string_view digits = raw();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<double> JsonValue::number() const {
  if (!is(JsonKind::kNumber)) return std::nullopt;
  const std::string_view digits = raw();
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

JsonValue JsonValue::find(std::string_view key) const {
  if (!is(JsonKind::kObject)) return {};
  for (const JsonValue member : *this) {
    const std::string_view name = member.name();
    if (name == key || (name.find('\\') != std::string_view::npos && unescape_json(name) == key)) {
      return member;
    }
  }
  return {};
}

JsonValue::Iterator JsonValue::begin() const {
  const bool container = is(JsonKind::kObject) || is(JsonKind::kArray);
  return container ? Iterator(document_, index_ + 1) : end();
}

JsonValue::Iterator JsonValue::end() const {
  return {document_, document_ ? document_->nodes_[index_].after : 0};
}

JsonValue::Iterator& JsonValue::Iterator::operator++() {
  index_ = document_->nodes_[index_].after;
  return *this;
}

std::string_view JsonValue::name() const {
  if (!document_) return {};
  const auto& node = document_->nodes_[index_];
  return document_->text_.substr(node.name, node.name_size);
}

std::string JsonValue::name_text() const {
  return unescape_json(name());
}

namespace {

bool has_duplicates(JsonValue value) {
  std::vector<std::string> names;
  for (const JsonValue child : value) {
    if (value.is(JsonKind::kObject)) names.push_back(child.name_text());
    if (has_duplicates(child)) return true;  // at most limits::kJsonDepth deep
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace

bool is_unambiguous_object(std::string_view text) {
  JsonDocument document;
  return document.parse(text) && document.root().is(JsonKind::kObject) &&
         !has_duplicates(document.root());
}

}  // namespace sekisho::wire
