#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

#include "guard/assignment.h"
#include "guard/plausible.h"

namespace sekisho::guard {

namespace {

// Words in a name which say that its value is something else than the secret itself.
constexpr std::array<std::string_view, 50> kOtherWords = {
    "hash",    "hashed",    "digest",       "checksum",  "sha",         "sha1",        "sha256",
    "md5",     "integrity", "public",       "count",     "limit",       "length",      "len",
    "max",     "usage",     "price",        "cost",      "type",        "url",         "uri",
    "path",    "file",      "filename",     "endpoint",  "expiry",      "expires",     "expiration",
    "ttl",     "policy",    "pattern",      "regex",     "format",      "field",       "label",
    "next",    "page",      "continuation", "cursor",    "sync",        "placeholder", "hint",
    "prompt",  "rotation",  "version",      "algorithm", "fingerprint", "etag",        "commit",
    "revision"};

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// In the last place they say so: SecretId, LLM_SECRET_NAME, but not id_token.
constexpr std::array<std::string_view, 4> kOtherEndings = {"id", "ids", "name", "names"};

// Looks at the words of snake_case, kebab-case, dotted and camelCase names.
bool names_something_else(std::string_view name) {
  std::string word, last;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    const bool hump = i > 0 && i < name.size() && is_upper(name[i]) && !is_upper(name[i - 1]);
    if (i == name.size() || !kAlnum.has(name[i]) || hump) {
      if (std::ranges::find(kOtherWords, word) != kOtherWords.end()) return true;
      if (!word.empty()) last = word;
      word.clear();
    }
    if (i < name.size() && kAlnum.has(name[i])) word.push_back(to_lower(name[i]));
  }
  return std::ranges::find(kOtherEndings, last) != kOtherEndings.end();
}

bool passes(const CompiledRule& rule, const Assignment& found, std::string_view value) {
  const RuleSpec& spec = *rule.spec;
  switch (spec.check) {
    case Check::kPassword:
      return is_plausible_password(value, found.quoted);
    case Check::kSecret:
      return is_plausible_secret(value, found.quoted);
    default:
      return RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *rule.pattern) &&
             (character_mix(value) & spec.mix) == spec.mix && entropy(value) >= spec.min_entropy &&
             !is_placeholder(value);
  }
}

// The value first: most are words or numbers, which shows sooner than what their names mean.
bool is_wanted(const CompiledRule& rule, const Assignment& found, std::string_view value) {
  return passes(rule, found, value) && !(rule.spec->generic && names_something_else(found.name));
}

}  // namespace

Trial judge_assignment(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                       std::size_t anchor_bytes, ScanCounts& counts) {
  Assignment found;
  const std::size_t name = rule.spec->skip > 0 ? rule.spec->skip : anchor_bytes;
  const Trial trial =
      parse_assignment(text, hit.start, hit.start + name, found, counts.bytes_judged);
  if (trial.verdict != Verdict::kYes) return trial;
  ++counts.patterns_run;
  const auto value = text.bytes.substr(found.begin, found.end - found.begin);
  return is_wanted(rule, found, value) ? trial : Trial::no();
}

}  // namespace sekisho::guard
