#include "guard/json_scan.h"

#include <immintrin.h>

#include <algorithm>

#include "guard/compiled_rules.h"
#include "guard/escaped_words.h"
#include "guard/spelling.h"
#include "wire/json_text.h"

namespace sekisho::guard {

namespace {

constexpr ByteClass kEscapable{"bfnrt\"\\"};

// Around an anchor: as much as judges may look back at, spelled with escapes of two bytes; then as
// much as nearly all of them look at; then more than any but a long secret needs.
constexpr std::size_t kBackBytes = 2 * kLookBehind;
constexpr std::size_t kFirstBytes = 96, kMoreBytes = 4096;
constexpr std::size_t kSearchBytes = 16 * 1024;
// Around anchors as many bytes are decoded as the text has, or so many: then all of it is.
constexpr std::size_t kLeastDecoded = 16 * 1024;

// Is the byte at `at` spoken of by a backslash before it?
bool is_escaped(std::string_view raw, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && raw[begin - 1] == '\\') --begin;
  return (at - begin) % 2 == 1;
}

// Does the escape or the percent sign at `at` make text that anchors could be spelled with? If
// not, each anchor of the decoded text stands in `raw` as it is.
bool spells_text(std::string_view raw, std::size_t at) {
  const auto two_digits = [&](std::size_t from) {
    return from + 2 <= raw.size() && kHexDigits.has(raw[from]) && kHexDigits.has(raw[from + 1]);
  };
  if (raw[at] == '%') return two_digits(at + 1);
  if (!is_escaped(raw, at)) return true;                        // \u…, \/
  return raw.substr(at + 1, 3) == "u00" && two_digits(at + 4);  // \\u002d
}

// The first \u, \/ or % in [at, end) of which spells_text() is true, or character without width
// that interrupts a secret, or `end`.
std::size_t spelled_from(std::string_view raw, std::size_t at, std::size_t end) {
  for (; at < end; ++at) {
    const char next = at + 1 < raw.size() ? raw[at + 1] : '\0';
    const bool spelled = raw[at] == '\\' && (next == 'u' || next == '/');
    if ((spelled || raw[at] == '%') && spells_text(raw, at)) return at;
    if (interrupts_secret(raw, at)) return at;
  }
  return end;
}

// The same for whole blocks of 32 bytes, as many as there are; sets `at` behind them.
__attribute__((target("avx2"))) bool any_spelled_avx2(std::string_view raw, std::size_t& at) {
  const auto slash = _mm256_set1_epi8('\\'), letter = _mm256_set1_epi8('u'),
             solidus = _mm256_set1_epi8('/'), percent = _mm256_set1_epi8('%');
  for (; at + 33 <= raw.size(); at += 32) {
    const auto* bytes = reinterpret_cast<const __m256i*>(raw.data() + at);
    const auto* behind = reinterpret_cast<const __m256i*>(raw.data() + at + 1);
    const auto here = _mm256_loadu_si256(bytes), next = _mm256_loadu_si256(behind);
    const auto spelled = _mm256_and_si256(
        _mm256_cmpeq_epi8(here, slash),
        _mm256_or_si256(_mm256_cmpeq_epi8(next, letter), _mm256_cmpeq_epi8(next, solidus)));
    auto either = _mm256_or_si256(spelled, _mm256_cmpeq_epi8(here, percent));
    if (_mm256_movemask_epi8(here) != 0) either = _mm256_or_si256(either, may_be_silent(here));
    if (_mm256_testz_si256(either, either) != 0) continue;
    if (spelled_from(raw, at, at + 32) < at + 32) return true;
  }
  return false;
}

// Is any byte of the decoded text, or of the words in it, spelled with more than a short escape?
bool is_spelled(std::string_view raw) {
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  std::size_t at = 0;
  if (has_avx2 && any_spelled_avx2(raw, at)) return true;
  return spelled_from(raw, at, raw.size()) < raw.size();
}

// Judges each anchor of a text in which is_spelled() is false, with what stands around it decoded.
class Look {
 public:
  Look(const CompiledRules& rules, std::string_view raw)
      : rules_(rules), raw_(raw), left_(std::max(raw.size(), kLeastDecoded)) {}

  // False if it is certain that the decoded text holds no secret.
  bool may_find() {
    std::vector<AnchorHit> hits;
    for (std::size_t from = 0; from < raw_.size(); from += kSearchBytes) {
      hits.clear();
      rules_.anchors().find(raw_, from, std::min(raw_.size(), from + kSearchBytes), hits);
      for (const AnchorHit& hit : hits) {
        if (may_be_secret(hit)) return true;
      }
    }
    return false;
  }

 private:
  bool may_be_secret(const AnchorHit& hit) {
    // The n of \n is no letter, and anchors begin with nothing that an escape stands for.
    if (is_escaped(raw_, hit.start)) return !kEscapable.has(raw_[hit.start]);
    std::size_t ahead = kFirstBytes;
    if (!decode(hit.start, ahead)) return true;
    for (const std::uint16_t rule : rules_.rules_of(hit.anchor)) {
      Trial trial = judge(hit, rule);
      if (trial.verdict == Verdict::kMore && ahead == kFirstBytes) {
        ahead = kMoreBytes;
        if (!decode(hit.start, ahead)) return true;
        trial = judge(hit, rule);
      }
      if (trial.verdict != Verdict::kNo) return true;
    }
    return false;
  }

  Trial judge(const AnchorHit& hit, std::uint16_t rule) {
    return rules_.judge({text_, complete_}, {start_, hit.anchor}, rule, counts_);
  }

  // Fills text_ with what stands around `at`. False if that has been done too often.
  bool decode(std::size_t at, std::size_t ahead) {
    std::size_t begin = at - std::min(at, kBackBytes);
    if (is_escaped(raw_, begin)) --begin;
    std::size_t end = std::min(raw_.size(), at + ahead);
    if (end < raw_.size() && is_escaped(raw_, end)) --end;
    if (end - begin > left_) return false;
    left_ -= end - begin;
    complete_ = end == raw_.size();
    text_ = wire::unescape_json(raw_.substr(begin, at - begin));
    start_ = text_.size();
    text_ += wire::unescape_json(raw_.substr(at, end - at));
    return true;
  }

  const CompiledRules& rules_;
  std::string_view raw_;
  std::size_t left_;
  std::string text_;  // around the anchor, which begins at start_
  std::size_t start_ = 0;
  bool complete_ = false;  // nothing stands behind text_
  ScanCounts counts_;
};

}  // namespace

void scan_json(const RuleSet& rules, std::string_view raw, std::vector<Finding>& out) {
  if (raw.find('\\') == std::string_view::npos) return scan_whole(rules, raw, out);
  if (!is_spelled(raw) && !Look(rules.compiled(), raw).may_find()) return;
  const wire::DecodedText decoded(raw);
  std::vector<Finding> found;
  scan_whole(rules, decoded.text(), found);
  for (const Finding& f : found) {
    out.push_back({f.rule, decoded.raw_offset(f.begin), decoded.raw_end(f.end)});
  }
}

}  // namespace sekisho::guard
