#include <array>

#include "base/limits.h"
#include "sim/json.h"

namespace sekisho::sim {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Json> document() {
    TRY(Json value, this->value(0));
    blanks();
    if (at_ != text_.size()) return error("text after the value");
    return value;
  }

 private:
  Failure error(std::string_view what) const {
    return fail(Code::kInvalidArgument, std::string(what) + " at byte " + std::to_string(at_));
  }
  bool eat(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  Result<Json> value(std::size_t depth) {
    if (depth > limits::kJsonDepth) return error("nested too deeply");
    blanks();
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"': {
        TRY(std::string text, string());
        return Json(std::move(text));
      }
      case 't':
        return literal("true", Json(true));
      case 'f':
        return literal("false", Json(false));
      case 'n':
        return literal("null", Json());
      default:
        return number();
    }
  }

  Result<Json> literal(std::string_view word, Json value) {
    if (!text_.substr(at_).starts_with(word)) return error("no value");
    at_ += word.size();
    return value;
  }

  std::size_t digits() {
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ - begin;
  }

  Result<Json> number() {
    const std::size_t begin = at_;
    eat('-');
    if (!eat('0') && digits() == 0) return error("no value");
    if (eat('.') && digits() == 0) return error("digit missing");
    if (eat('e') || eat('E')) {
      if (!eat('+')) eat('-');
      if (digits() == 0) return error("digit missing");
    }
    return Json::number(text_.substr(begin, at_ - begin));
  }

  Result<Json> array(std::size_t depth) {
    ++at_;
    std::vector<Json> items;
    blanks();
    if (eat(']')) return Json::array(std::move(items));
    do {
      TRY(Json item, value(depth + 1));
      items.push_back(std::move(item));
      blanks();
    } while (eat(','));
    if (!eat(']')) return error("',' or ']' missing");
    return Json::array(std::move(items));
  }

  Result<Json> object(std::size_t depth) {
    ++at_;
    Json out = Json::object();
    blanks();
    if (eat('}')) return out;
    do {
      blanks();
      if (peek() != '"') return error("member name missing");
      TRY(std::string name, string());
      blanks();
      if (!eat(':')) return error("':' missing");
      TRY(Json item, value(depth + 1));
      out.set(name, std::move(item));
      blanks();
    } while (eat(','));
    if (!eat('}')) return error("',' or '}' missing");
    return out;
  }

  Result<std::string> string() {
    ++at_;
    std::string out;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return out;
      }
      if (c < 0x20) return error("control character in a string");
      if (c == '\\') {
        TRY_VOID(escape(out));
      } else {
        TRY_VOID(character(c, out));
      }
    }
    return error("string without end");
  }

  // One UTF-8 sequence: length by its first byte, no overlong forms, no surrogates.
  Result<void> character(unsigned char first, std::string& out) {
    std::size_t length = 1;
    if (first >= 0x80) {
      length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
      if (first < 0xC2 || first > 0xF4 || at_ + length > text_.size()) return error("not UTF-8");
      const auto second = static_cast<unsigned char>(text_[at_ + 1]);
      const bool low = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
      const bool high = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
      if (low || high) return error("not UTF-8");
      for (std::size_t i = 1; i < length; ++i) {
        if ((static_cast<unsigned char>(text_[at_ + i]) & 0xC0) != 0x80) return error("not UTF-8");
      }
    }
    out.append(text_, at_, length);
    at_ += length;
    return {};
  }

  Result<std::uint32_t> hex4() {
    if (at_ + 4 > text_.size()) return error("short \\u");
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = text_[at_];
      const auto digit = std::string_view("0123456789abcdef")
                             .find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
      if (digit == std::string_view::npos) return error("bad \\u");
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    return value;
  }

  Result<void> escape(std::string& out) {
    static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    ++at_;
    const char c = peek();
    ++at_;
    if (const auto i = kFrom.find(c); i != std::string_view::npos && c != '\0') {
      out += kTo[i];
      return {};
    }
    if (c != 'u') return error("bad escape");
    TRY(std::uint32_t code, hex4());
    if (code >= 0xD800 && code < 0xDC00) {
      if (!eat('\\') || !eat('u')) return error("half a surrogate pair");
      TRY(const std::uint32_t low, hex4());
      if (low < 0xDC00 || low > 0xDFFF) return error("half a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
      return error("half a surrogate pair");
    }
    append_utf8(code, out);
    return {};
  }

  static void append_utf8(std::uint32_t code, std::string& out) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | (code >> 6));
      put(0x80 | (code & 63));
    } else if (code < 0x10000) {
      put(0xE0 | (code >> 12));
      put(0x80 | ((code >> 6) & 63));
      put(0x80 | (code & 63));
    } else {
      put(0xF0 | (code >> 18));
      put(0x80 | ((code >> 12) & 63));
      put(0x80 | ((code >> 6) & 63));
      put(0x80 | (code & 63));
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Json> Json::parse(std::string_view text) {
  return Parser(text).document();
}

}  // namespace sekisho::sim
