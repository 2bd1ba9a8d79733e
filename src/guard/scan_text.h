#pragma once
// What a judge of one anchor sees: the bytes there are so far, and whether more may follow. A
// judge may look at most kLookBehind bytes before its anchor and kTokenBytes after it, and answers
// kMore as soon as its answer could depend on a byte that has not come yet. So no answer ever
// depends on how the text was cut into pieces.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "guard/byte_class.h"

namespace sekisho::guard {

inline constexpr std::size_t kLookBehind = 64;      // bytes before an anchor that may matter
inline constexpr std::size_t kTokenBytes = 1100;    // from an anchor to the end of its token
inline constexpr std::size_t kSegmentBytes = 1024;  // longer secrets are reported in pieces of it

struct ScanText {
  std::string_view bytes;
  bool complete = true;  // no more bytes follow

  std::size_t size() const { return bytes.size(); }
  bool open_at(std::size_t i) const { return i >= bytes.size() && !complete; }
  char operator[](std::size_t i) const { return i < bytes.size() ? bytes[i] : '\0'; }
  // Up to `count` bytes that stand before `at`.
  std::string_view before(std::size_t at, std::size_t count) const {
    if (count > kLookBehind) count = kLookBehind;
    if (count > at) count = at;
    return bytes.substr(at - count, count);
  }
};

enum class Verdict : std::uint8_t {
  kNo,
  kYes,    // a finding [begin, end)
  kMore,   // not known yet; it would begin at `begin` or later
  kBlock,  // a secret of open length begins at `begin`; its bytes are certain up to `end`
};

struct Trial {
  Verdict verdict = Verdict::kNo;
  std::size_t begin = 0, end = 0;
  // kMore: still so while all new bytes are members of `wait` and the text is below `wait_size`.
  const ByteClass* wait = nullptr;
  std::size_t wait_size = 0;

  static Trial no() { return {}; }
  static Trial yes(std::size_t begin, std::size_t end) { return {Verdict::kYes, begin, end}; }
  static Trial more(std::size_t begin, const ByteClass* wait = nullptr, std::size_t size = 0) {
    return {Verdict::kMore, begin, begin, wait, size};
  }
  static Trial block(std::size_t begin, std::size_t end) { return {Verdict::kBlock, begin, end}; }
};

}  // namespace sekisho::guard
