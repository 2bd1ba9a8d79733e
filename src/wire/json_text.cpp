#include "wire/json_text.h"

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>

namespace sekisho::wire {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

bool must_escape(unsigned char c) {
  return c < 0x20 || c == '"' || c == '\\';
}

// Four hexadecimal digits at `at`, or -1.
std::int32_t hex4(std::string_view s, std::size_t at) {
  if (at + 4 > s.size()) return -1;
  std::int32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    char c = s[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// Writes at `out`, which moves on.
std::size_t put_utf8(char*& out, std::uint32_t c) {
  const char* begin = out;
  auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
  return static_cast<std::size_t>(out - begin);
}

// An escape is never shorter than what it means, so decoding fits into as many bytes.
struct Sizes {
  std::size_t raw, decoded;
};

// \uXXXX at `at` (the backslash), with the low half of a pair if there is one.
Sizes decode_unicode(std::string_view raw, std::size_t at, char*& out) {
  std::int32_t unit = hex4(raw, at + 2);
  if (unit < 0) {
    *out++ = '\\';
    return {1, 1};
  }
  auto code = static_cast<std::uint32_t>(unit);
  if (code >= 0xD800 && code < 0xDC00 && raw.substr(at + 6, 2) == "\\u") {
    std::int32_t low = hex4(raw, at + 8);
    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<std::uint32_t>(low) - 0xDC00);
      return {12, put_utf8(out, code)};
    }
  }
  if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
  return {6, put_utf8(out, code)};
}

// What a backslash and this byte mean; 0: no escape of two bytes.
constexpr auto kShortEscapes = [] {
  std::array<char, 256> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['b'] = '\b';
  table['f'] = '\f';
  table['n'] = '\n';
  table['r'] = '\r';
  table['t'] = '\t';
  return table;
}();

// The escape at `at` (a backslash): writes what it means.
inline Sizes decode_escape(std::string_view raw, std::size_t at, char*& out) {
  char c = at + 1 < raw.size() ? raw[at + 1] : '\0';
  if (char meant = kShortEscapes[static_cast<unsigned char>(c)]) {
    *out++ = meant;
    return {2, 1};
  }
  if (c == 'u') return decode_unicode(raw, at, out);
  *out++ = '\\';
  return {1, 1};
}

// REQUIRES: raw.size() bytes at `out`. Returns the end of what was written. Sixteen bytes are
// copied before it is known how many of them count; they fit, because `out` never overtakes `raw`.
char* decode(std::string_view raw, char* out) {
  const auto slash = _mm_set1_epi8('\\');
  std::size_t at = 0;
  while (at + 16 <= raw.size()) {
    __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(raw.data() + at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), v);
    auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, slash)));
    auto plain = mask == 0 ? std::size_t{16} : static_cast<std::size_t>(std::countr_zero(mask));
    at += plain;
    out += plain;
    if (mask != 0) at += decode_escape(raw, at, out).raw;
  }
  while (at < raw.size()) {
    if (raw[at] == '\\') {
      at += decode_escape(raw, at, out).raw;
    } else {
      *out++ = raw[at++];
    }
  }
  return out;
}

}  // namespace

std::size_t find_escapable(std::string_view text) {
  std::size_t i = 0;
  const auto quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
  for (; i + 16 <= text.size(); i += 16) {
    __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash));
    hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_max_epu8(v, control), control));
    if (auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(hit))) {
      return i + static_cast<std::size_t>(std::countr_zero(mask));
    }
  }
  while (i < text.size() && !must_escape(static_cast<unsigned char>(text[i]))) ++i;
  return i;
}

void append_escaped(std::string& out, std::string_view text) {
  while (true) {
    std::size_t clean = find_escapable(text);
    out.append(text.substr(0, clean));
    if (clean == text.size()) return;
    append_escape(out, static_cast<unsigned char>(text[clean]));
    text.remove_prefix(clean + 1);
  }
}

std::string escape_json(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  append_escaped(out, text);
  return out;
}

std::string unescape_json(std::string_view raw) {
  std::string out;
  out.resize_and_overwrite(raw.size(), [raw](char* bytes, std::size_t) {
    return static_cast<std::size_t>(decode(raw, bytes) - bytes);
  });
  return out;
}

DecodedText::DecodedText(std::string_view raw)
    : raw_(raw), escaped_(raw.find('\\') != std::string_view::npos) {
  if (escaped_) decoded_ = unescape_json(raw);
}

void DecodedText::find_escapes() const {
  mapped_ = true;
  std::size_t decoded = 0, from = 0;
  for (auto at = raw_.find('\\'); at != std::string_view::npos; at = raw_.find('\\', from)) {
    decoded += at - from;
    std::array<char, 4> character;
    char* out = character.data();
    Sizes sizes = decode_escape(raw_, at, out);
    escapes_.push_back({static_cast<std::uint32_t>(decoded), static_cast<std::uint32_t>(at),
                        static_cast<std::uint8_t>(sizes.decoded),
                        static_cast<std::uint8_t>(sizes.raw)});
    decoded += sizes.decoded;
    from = at + sizes.raw;
  }
}

const DecodedText::Escape* DecodedText::last_escape_before(std::size_t decoded) const {
  if (escaped_ && !mapped_) find_escapes();
  auto after = std::partition_point(escapes_.begin(), escapes_.end(),
                                    [&](const Escape& e) { return e.decoded < decoded; });
  return after == escapes_.begin() ? nullptr : &*(after - 1);
}

std::size_t DecodedText::raw_offset(std::size_t decoded) const {
  const Escape* e = last_escape_before(decoded);
  if (!e) return decoded;
  if (decoded < std::size_t{e->decoded} + e->decoded_size) return e->raw;
  return e->raw + e->raw_size + (decoded - e->decoded - e->decoded_size);
}

std::size_t DecodedText::raw_end(std::size_t decoded) const {
  const Escape* e = last_escape_before(decoded);
  if (!e) return decoded;
  std::size_t behind = std::size_t{e->decoded} + e->decoded_size;
  std::size_t raw_behind = std::size_t{e->raw} + e->raw_size;
  return decoded <= behind ? raw_behind : raw_behind + (decoded - behind);
}

}  // namespace sekisho::wire
