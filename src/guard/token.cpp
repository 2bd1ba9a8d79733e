#include "guard/token.h"

#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "guard/checksum.h"
#include "guard/plausible.h"
#include "guard/wordlike.h"

namespace sekisho::guard {

namespace {

bool all_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return kHexDigits.has(c); });
}

// Is `at` after the + or - with which a line of a diff begins?
bool follows_diff_mark(const ScanText& text, std::size_t at) {
  const std::string_view back = text.before(at, 4);
  const std::size_t n = back.size();
  if (n == 0 || (back[n - 1] != '+' && back[n - 1] != '-')) return false;
  return n == 1 || back[n - 2] == '\n' || back.substr(0, n - 1).ends_with("\\n");
}

// Does an escape sequence end right before `at`?
bool follows_escape(const ScanText& text, std::size_t at) {
  const std::string_view back = text.before(at, 16);
  const std::size_t n = back.size();
  constexpr std::string_view kEscapable = "nrtbfv0";
  if (n >= 2 && back[n - 2] == '\\' && kEscapable.find(back[n - 1]) != std::string_view::npos) {
    return true;
  }
  if (n >= 3 && back[n - 3] == '%' && all_hex(back.substr(n - 2))) return true;
  if (n >= 4 && back.substr(n - 4, 2) == "\\x" && all_hex(back.substr(n - 2))) return true;
  if (n >= 6 && back.substr(n - 6, 2) == "\\u" && all_hex(back.substr(n - 4))) return true;
  if (n < 3 || back[n - 1] != 'm') return false;
  std::size_t i = n - 1;  // a terminal colour: ESC [ 1 ; 31 m
  while (i > 0 && (kDigits.has(back[i - 1]) || back[i - 1] == ';')) --i;
  return i > 0 && back[i - 1] == '[';
}

// Where = or %3D may stand within a token, each of them could begin another that goes on to the
// end of the run: a run has few of them, or is none of ours.
constexpr std::size_t kSignsInRun = 2;

std::size_t signs_in_run(const ScanText& text, std::size_t at, const ByteClass& alphabet) {
  const std::string_view back = text.before(at, kLookBehind);
  std::size_t signs = 0;
  for (std::size_t i = back.size(); i > 0; --i) {
    const char c = back[i - 1];
    if (!alphabet.has(c) && !kAlnum.has(c)) break;
    signs += c == '=' || c == '%' ? 1 : 0;
  }
  return signs;
}

// Does the run of bytes begin with a short name that the token is glued to (MY_KEY_, -u)? Only the
// first anchor of a run may follow one, so that candidates do not pile up.
bool follows_name(const ScanText& text, std::size_t at, const ByteClass& alphabet,
                  std::string_view anchor) {
  constexpr std::size_t kGluedBytes = 40;
  const std::string_view back = text.before(at, kGluedBytes);
  std::size_t begin = back.size();
  while (begin > 0 && (alphabet.has(back[begin - 1]) || kAlnum.has(back[begin - 1]))) --begin;
  if (begin == 0 && at > back.size()) return false;
  return back.substr(begin).find(anchor) == std::string_view::npos;
}

bool follows_bot_number(const ScanText& text, std::size_t at) {
  const std::string_view back = text.before(at, 11);
  std::size_t digits = 0;
  while (digits < back.size() && kDigits.has(back[back.size() - 1 - digits])) ++digits;
  return digits >= 8 && digits <= 10;
}

// A token does not end where its run goes on; a full stop is the sentence's, and %26 an escape.
bool may_end_before(const CompiledRule& rule, char next) {
  if (next == '.' || next == '%') return true;
  return !kWord.has(next) && !rule.alphabet.has(next);
}

bool passes_check(const CompiledRule& rule, std::string_view body) {
  switch (rule.spec->check) {
    case Check::kGithubChecksum:
      return body.size() != 36 || has_base62_checksum(body);
    case Check::kBasicCredential:
      return is_basic_credential(body);
    case Check::kSecret:
      return is_plausible_secret(body, true);
    default:
      return true;
  }
}

bool is_plausible(const CompiledRule& rule, std::string_view body) {
  const RuleSpec& spec = *rule.spec;
  if ((character_mix(body) & spec.mix) != spec.mix) return false;
  if (entropy(body) < spec.min_entropy || is_placeholder(body)) return false;
  return !reads_as_words(body, 12) && passes_check(rule, body);
}

// A token whose run goes up to `end`: was it broken there, and goes on in the next line?
Trial judge_broken(const CompiledRule& rule, const ScanText& text, std::size_t start,
                   std::size_t body, std::size_t end, ScanCounts& counts) {
  constexpr std::size_t kFirstPart = 8, kIndent = 24;
  if (rule.broken == nullptr || end - body < kFirstPart) return Trial::no();
  const std::size_t begin = start + rule.spec->skip, cap = start + kTokenBytes;
  std::size_t line = end + (text[end] == '\r' ? 1 : 0);
  if (text.open_at(line)) return Trial::more(begin);
  if (text[line] != '\n') return Trial::no();
  ++line;
  const std::size_t rest = kBlank.run_end(text.bytes, line, std::min(text.size(), line + kIndent));
  if (rest < line + kIndent && text.open_at(rest)) return Trial::more(begin);
  const std::size_t stop = rule.alphabet.run_end(text.bytes, rest, std::min(text.size(), cap));
  counts.bytes_judged += stop - end;
  if (stop < cap && text.open_at(stop)) return Trial::more(begin, &rule.alphabet, cap);
  if (stop >= cap || stop == rest || !may_end_before(rule, text[stop])) return Trial::no();
  ++counts.patterns_run;
  std::string whole(text.bytes.substr(start, end - start));
  whole += text.bytes.substr(rest, stop - rest);
  if (!RE2::FullMatch(whole, *rule.broken)) return Trial::no();
  return is_plausible(rule, std::string_view(whole).substr(body - start)) ? Trial::yes(begin, stop)
                                                                          : Trial::no();
}

}  // namespace

bool starts_run(const ScanText& text, std::size_t at, const ByteClass& alphabet) {
  if (at == 0) return true;
  const char previous = text[at - 1];
  if (!(alphabet.has(previous) || kAlnum.has(previous) || previous == '=')) return true;
  if (previous != '=' && !follows_escape(text, at) && !follows_diff_mark(text, at)) return false;
  return signs_in_run(text, at, alphabet) <= kSignsInRun;
}

bool may_start_token(const CompiledRule& rule, const ScanText& text, std::size_t at,
                     std::string_view anchor) {
  switch (rule.spec->check) {
    case Check::kBotNumber:
      return follows_bot_number(text, at);
    case Check::kAfterThree:
      return at >= 3 && rule.alphabet.run_end(text.bytes, at - 3, at) == at &&
             starts_run(text, at - 3, rule.alphabet);
    default:
      return !rule.spec->run_start || starts_run(text, at, rule.alphabet) ||
             (rule.spec->glued && follows_name(text, at, rule.alphabet, anchor));
  }
}

Trial judge_token(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                  std::size_t anchor_bytes, ScanCounts& counts) {
  const RuleSpec& spec = *rule.spec;
  const auto anchor = text.bytes.substr(hit.start, anchor_bytes);
  if (!may_start_token(rule, text, hit.start, anchor)) return Trial::no();
  const std::size_t begin = hit.start + spec.skip, body = hit.start + anchor_bytes;
  const std::size_t cap = hit.start + kTokenBytes;
  const std::size_t end = rule.alphabet.run_end(text.bytes, body, std::min(cap, text.size()));
  counts.bytes_judged += end - hit.start;
  if (end < cap && text.open_at(end)) return Trial::more(begin, &rule.alphabet, cap);
  const Trial broken = judge_broken(rule, text, hit.start, body, end, counts);
  if (broken.verdict != Verdict::kNo) return broken;
  if (end - hit.start < spec.min_bytes) return Trial::no();

  ++counts.patterns_run;
  re2::StringPiece match;
  const re2::StringPiece run(text.bytes.data() + hit.start, end - hit.start);
  if (!rule.pattern->Match(run, 0, run.size(), RE2::ANCHOR_START, &match, 1)) return Trial::no();
  const std::size_t stop = hit.start + match.size();
  if (end == cap && stop == cap) {  // goes on beyond what a token may have
    return spec.long_run ? Trial::block(begin, stop) : Trial::no();
  }
  if (stop < cap && !may_end_before(rule, text[stop])) return Trial::no();
  if (!is_plausible(rule, text.bytes.substr(body, stop - body))) return Trial::no();
  return Trial::yes(begin, stop);
}

}  // namespace sekisho::guard
