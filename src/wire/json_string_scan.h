#pragma once
// Finds the end of a JSON string and checks everything in it: no control characters, known escapes,
// no lone surrogate (it is not a Unicode character; providers refuse it, so do we), UTF-8. Plain
// stretches are skipped 32 bytes at a time with AVX2, or 16 with SSE2 where the processor lacks
// it; both give the same answer. Never reads at or beyond `end`. Thread-safe, stateless.

#include <cstddef>
#include <cstdint>

namespace sekisho::wire {

struct StringScan {
  enum class Fault : std::uint8_t { kNone, kEnd, kControl, kEscape, kSurrogate, kUtf8 };
  const char* at = nullptr;  // the closing quote, or where the fault is
  bool escaped = false;      // these two only without a fault
  bool ascii = true;
  Fault fault = Fault::kNone;
};

using StringScanner = StringScan (*)(const char* begin, const char* end);

// `begin` is behind the opening quote.
StringScan scan_string_avx2(const char* begin, const char* end);
StringScan scan_string_sse2(const char* begin, const char* end);
// The best one for this processor.
StringScanner string_scanner();

}  // namespace sekisho::wire
