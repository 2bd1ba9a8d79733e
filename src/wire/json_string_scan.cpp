#include "wire/json_string_scan.h"

#include <immintrin.h>
#include <simdjson.h>

#include <bit>

namespace sekisho::wire {
namespace {

using Fault = StringScan::Fault;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// \uXXXX: 0 = malformed, else 'p'lain, 'h'igh or 'l'ow surrogate.
char unicode_kind(const char* at, const char* end) {
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return 0;
  for (int i = 2; i < 6; ++i) {
    if (!is_hex(at[i])) return 0;
  }
  if ((at[2] | 0x20) != 'd') return 'p';
  char second = static_cast<char>(at[3] | 0x20);  // digits keep their value: 0x30..0x39 has bit 5
  if (second >= '8' && second <= 'b' && !(second > '9' && second < 'a')) return 'h';
  return second >= 'c' && second <= 'f' ? 'l' : 'p';
}

// Bytes of the escape at `at` (a backslash), or 0 with the fault set.
std::size_t escape_size(const char* at, const char* end, StringScan& scan) {
  if (end - at < 2) {
    scan.fault = Fault::kEnd;
    return 0;
  }
  switch (at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return 2;
    case 'u':
      break;
    default:
      scan.fault = Fault::kEscape;
      return 0;
  }
  char kind = unicode_kind(at, end);
  if (kind == 'p') return 6;
  if (kind == 'h' && unicode_kind(at + 6, end) == 'l') return 12;
  scan.fault = kind == 0 ? Fault::kEscape : Fault::kSurrogate;
  return 0;
}

// Works off the marked bytes of one block. True when the scan is over; else `at` is where the next
// block begins. `special`: quotes, backslashes, controls; `high`: bytes of 0x80 and above.
inline bool work_off(StringScan& scan, const char* end, unsigned size, std::uint32_t special,
                     std::uint32_t high) {
  const char* block = scan.at;
  while (special != 0) {
    auto i = static_cast<unsigned>(std::countr_zero(special));
    char c = block[i];
    if (c == '"') {
      if ((high & ((1U << i) - 1)) != 0) scan.ascii = false;
      scan.at = block + i;
      return true;
    }
    scan.at = block + i;
    if (c != '\\') {
      scan.fault = Fault::kControl;
      return true;
    }
    std::size_t bytes = escape_size(block + i, end, scan);
    if (bytes == 0) return true;
    scan.escaped = true;
    std::size_t next = i + bytes;
    if (next >= size) {
      if (high != 0) scan.ascii = false;
      scan.at = block + next;
      return false;
    }
    special &= ~std::uint32_t{0} << next;
  }
  if (high != 0) scan.ascii = false;
  scan.at = block + size;
  return false;
}

// Byte by byte: the rest that is shorter than a block.
void scan_rest(StringScan& scan, const char* end) {
  while (scan.at < end) {
    auto c = static_cast<unsigned char>(*scan.at);
    if (c == '"') return;
    if (c < 0x20) {
      scan.fault = Fault::kControl;
      return;
    }
    std::size_t bytes = 1;
    if (c == '\\') {
      bytes = escape_size(scan.at, end, scan);
      if (bytes == 0) return;
      scan.escaped = true;
    } else if (c >= 0x80) {
      scan.ascii = false;
    }
    scan.at += bytes;
  }
  scan.fault = Fault::kEnd;
}

// The first byte that does not continue valid UTF-8. Only for the error's text: character by
// character, once per refused body.
const char* utf8_fault(const char* p, const char* end) {
  while (p < end) {
    auto c = static_cast<unsigned char>(*p);
    std::ptrdiff_t bytes = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (bytes > end - p) return p;
    if (!simdjson::validate_utf8(p, static_cast<std::size_t>(bytes))) return p;
    p += bytes;
  }
  return p;
}

StringScan finish(StringScan scan, const char* begin) {
  if (scan.fault != Fault::kNone || scan.ascii) return scan;
  if (!simdjson::validate_utf8(begin, static_cast<std::size_t>(scan.at - begin))) {
    scan.fault = Fault::kUtf8;
    scan.at = utf8_fault(begin, scan.at);
  }
  return scan;
}

}  // namespace

__attribute__((target("avx2"))) StringScan scan_string_avx2(const char* begin, const char* end) {
  StringScan scan{.at = begin};
  const __m256i quote = _mm256_set1_epi8('"'), slash = _mm256_set1_epi8('\\'),
                control = _mm256_set1_epi8(0x1F);
  while (end - scan.at >= 32) {
    __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(scan.at));
    __m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(v, quote), _mm256_cmpeq_epi8(v, slash));
    hit = _mm256_or_si256(hit, _mm256_cmpeq_epi8(_mm256_max_epu8(v, control), control));
    auto special = static_cast<std::uint32_t>(_mm256_movemask_epi8(hit));
    auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(v));
    if (special == 0) {
      if (high != 0) scan.ascii = false;
      scan.at += 32;
    } else if (work_off(scan, end, 32, special, high)) {
      return finish(scan, begin);
    }
  }
  scan_rest(scan, end);
  return finish(scan, begin);
}

StringScan scan_string_sse2(const char* begin, const char* end) {
  StringScan scan{.at = begin};
  const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'),
                control = _mm_set1_epi8(0x1F);
  while (end - scan.at >= 16) {
    __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(scan.at));
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash));
    hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_max_epu8(v, control), control));
    auto special = static_cast<std::uint32_t>(_mm_movemask_epi8(hit));
    auto high = static_cast<std::uint32_t>(_mm_movemask_epi8(v));
    if (special == 0) {
      if (high != 0) scan.ascii = false;
      scan.at += 16;
    } else if (work_off(scan, end, 16, special, high)) {
      return finish(scan, begin);
    }
  }
  scan_rest(scan, end);
  return finish(scan, begin);
}

StringScanner string_scanner() {
  return __builtin_cpu_supports("avx2") ? scan_string_avx2 : scan_string_sse2;
}

}  // namespace sekisho::wire
