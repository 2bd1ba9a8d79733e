#include "guard/encoded_key.h"

#include <algorithm>
#include <array>
#include <string>

#include "guard/checksum.h"
#include "guard/plausible.h"

namespace sekisho::guard {

namespace {

constexpr ByteClass kToken{"A-Za-z0-9_-"};
constexpr ByteClass kKeyId{"A-Z2-7"};

struct Kind {
  std::string_view beginning;
  const ByteClass* body;
  std::size_t least, most;  // bytes of the body
  bool has_checksum = false;
};
constexpr std::array<Kind, 8> kKinds = {{
    {"sk-ant-", &kToken, 80, 140},
    {"sk-proj-", &kToken, 40, 250},
    {"AKIA", &kKeyId, 16, 16},
    {"ghp_", &kAlnum, 36, 36, true},
    {"github_pat_", &kWord, 82, 82},
    {"glpat-", &kToken, 20, 64},
    {"xoxb-", &kToken, 40, 100},
    {"AIza", &kToken, 35, 35},
}};

// Bits of the anchor's first character that belong to the byte before the beginning's first whole
// one, by the place of that beginning in its group of three bytes.
constexpr std::array<int, 3> kForeignBits = {0, 4, 6};

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (kDigits.has(c)) return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

class Reader {
 public:
  enum class Next : std::uint8_t { kByte, kEnd, kOpen };

  Reader(const ScanText& text, std::size_t at, int foreign_bits)
      : text_(text), at_(at), held_(-foreign_bits) {}

  // Encoders break lines; nothing else may stand in between.
  Next next(char& byte) {
    while (held_ < 8) {
      if (text_.open_at(at_)) return Next::kOpen;
      const char c = text_[at_];
      const bool is_break = (c == '\n' || c == '\r') && breaks_ < 2;
      const int value = is_break ? 0 : value_of(c);
      if (value < 0) return Next::kEnd;
      ++at_;
      breaks_ = is_break ? breaks_ + 1 : 0;
      if (is_break) continue;
      bits_ = bits_ << 6U | static_cast<unsigned>(value);
      held_ += 6;
    }
    held_ -= 8;
    byte = static_cast<char>(bits_ >> static_cast<unsigned>(held_) & 0xFFU);
    return Next::kByte;
  }
  std::size_t at() const { return at_; }

 private:
  const ScanText& text_;
  std::size_t at_;
  int held_;  // bits that are read and not given; below zero: still to be skipped
  int breaks_ = 0;
  unsigned bits_ = 0;
};

Trial judge_kind(const Kind& kind, Reader reader, std::size_t begin, bool skips_first,
                 std::size_t& reach) {
  char byte = 0;
  auto next = Reader::Next::kByte;
  const auto read = [&] {
    next = reader.next(byte);
    reach = std::max(reach, reader.at());
    return next == Reader::Next::kByte;
  };
  for (const char expected : kind.beginning.substr(skips_first ? 1 : 0)) {
    if (!read()) return next == Reader::Next::kOpen ? Trial::more(begin) : Trial::no();
    if (byte != expected) return Trial::no();
  }
  std::string body;
  std::size_t end = reader.at();
  while (body.size() <= kind.most && read() && kind.body->has(byte)) {
    body.push_back(byte);
    end = reader.at();
  }
  if (next == Reader::Next::kOpen) return Trial::more(begin);
  if (body.size() < kind.least || body.size() > kind.most || end <= begin) return Trial::no();
  if (kind.has_checksum && !has_base62_checksum(body)) return Trial::no();
  constexpr double kLeastEntropy = 2.7;
  const bool good = entropy(body) >= kLeastEntropy && !is_placeholder(body);
  return good ? Trial::yes(begin, end) : Trial::no();
}

}  // namespace

Trial judge_encoded_key(const ScanText& text, const AnchorHit& hit, std::size_t anchor_bytes,
                        ScanCounts& counts) {
  ++counts.patterns_run;
  const std::size_t begin = hit.start + anchor_bytes;
  Trial trial;
  for (const Kind& kind : kKinds) {
    for (const int foreign : kForeignBits) {
      std::size_t reach = hit.start;
      const Trial one =
          judge_kind(kind, Reader(text, hit.start, foreign), begin, foreign != 0, reach);
      if (reach > begin) counts.bytes_judged += reach - hit.start;
      if (one.verdict == Verdict::kYes) return one;
      if (one.verdict == Verdict::kMore) trial = one;
    }
  }
  return trial;
}

}  // namespace sekisho::guard
