#include "guard/plausible.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "guard/byte_class.h"
#include "guard/rule.h"
#include "guard/wordlike.h"

namespace sekisho::guard {

namespace {

// Written in lower case; met anywhere in a value they say that it is not real. Long or with a
// separator, so that chance does not write them into a random token.
constexpr std::array<std::string_view, 39> kPlaceholderWords = {
    "example",   "sample",    "changeme", "change_me", "change-me", "placeholder", "dummy",
    "your_",     "your-",     "yourp",    "yourk",     "yourt",     "yourapi",     "yoursec",
    "xxxx-",     "-xxxx",     "xxxx_",    "****",      "....",      "redacted",    "replace",
    "insert",    "fixme",     "foobar",   "lorem",     "____",      "123456789",   "abcdefgh",
    "not-real",  "notreal",   "<",        "undefined", "default",   "hunter2",     "mysecret",
    "my-secret", "my_secret", "deadbeef", "test-key"};

// Whole values, or the bulk of one, that people write where a secret would stand.
constexpr std::array<std::string_view, 14> kEmptyWords = {
    "password", "passwd", "secret", "token",   "null",    "none",       "true",
    "false",    "string", "apikey", "api_key", "api-key", "credential", "passphrase"};

constexpr std::array<std::string_view, 13> kReferenceWords = {
    "process.env", "os.environ", "getenv", "import.meta", "env.",    "env[", "vault:",
    "secrets.",    "config.",    "self.",  "this.",       "arn:aws", "://"};

std::string lower(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return copy;
}

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// Five equal characters in a row: chance makes one in 400,000 tokens of that kind.
bool has_long_repeat(std::string_view text) {
  std::size_t run = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    run = text[i] == text[i - 1] ? run + 1 : 1;
    if (run >= 5) return true;
  }
  return false;
}

int kind_of(char c) {
  if (kDigits.has(c)) return 0;
  if (c >= 'a' && c <= 'z') return 1;
  if (c >= 'A' && c <= 'Z') return 2;
  return 3;
}

// Random strings change between digits, cases and signs every second or third character; words
// and identifiers do not.
bool changes_kind_often(std::string_view text) {
  std::size_t changes = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    changes += kind_of(text[i]) != kind_of(text[i - 1]) ? 1 : 0;
  }
  return changes * 6 >= text.size();
}

constexpr ByteClass kStrongSigns{"!#%^*+?~@&$"};

bool is_all(std::string_view text, const ByteClass& set) {
  return set.run_end(text, 0, text.size()) == text.size();
}

// config.db2.password, token_v2: a name in a program, not a literal.
bool is_identifier_path(std::string_view text) {
  constexpr ByteClass kPath{"A-Za-z0-9_.$"};
  if (!is_all(text, kPath) || kDigits.has(text.front())) return false;
  if (text.find('.') != std::string_view::npos) return true;
  const auto digits = std::ranges::count_if(text, [](char c) { return kDigits.has(c); });
  return digits < 2 && text.size() < 24;
}

std::size_t longest_part(std::string_view path) {
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    longest = std::max(longest, end - begin);
    begin = end + 1;
  }
  return longest;
}

// ^0.1.0-preview.1, v2.3.4, >=1.20
bool is_version(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("^~<>=v"), text.size()));
  const std::size_t major = kDigits.run_end(text, 0, text.size());
  if (major == 0 || major >= text.size() || text[major] != '.') return false;
  const std::size_t minor = kDigits.run_end(text, major + 1, text.size());
  return minor > major + 1 && (minor == text.size() || text[minor] == '.' || text[minor] == '-');
}

// 2026-11-25, also with a time after it
bool is_date(std::string_view text) {
  return text.size() >= 10 && kDigits.run_end(text, 0, 5) == 4 && text[4] == '-' &&
         kDigits.run_end(text, 5, 8) == 7 && text[7] == '-' && is_all(text.substr(8, 2), kDigits);
}

bool is_never_a_secret(std::string_view value) {
  return is_placeholder(value) || is_reference(value) || is_uuid(value) || is_named_digest(value) ||
         is_version(value) || is_date(value) ||
         (value.size() > 10 && is_date(value.substr(value.size() - 10)));  // files-api-2026-11-25
}

}  // namespace

double entropy(std::string_view text) {
  if (text.empty()) return 0;
  std::array<std::uint32_t, 256> count{};
  for (const char c : text) ++count[static_cast<unsigned char>(c)];
  double bits = 0;
  const auto total = static_cast<double>(text.size());
  for (const auto n : count) {
    if (n == 0) continue;
    const double share = n / total;
    bits -= share * std::log2(share);
  }
  return bits;
}

std::uint8_t character_mix(std::string_view text) {
  std::uint8_t mix = kAnyMix;
  for (const char c : text) {
    constexpr std::array<std::uint8_t, 4> kBits = {kNeedsDigit, kNeedsLower, kNeedsUpper, kAnyMix};
    mix |= kBits[static_cast<std::size_t>(kind_of(c))];
  }
  return mix;
}

bool is_placeholder(std::string_view text) {
  return has_long_repeat(text) || contains_any(lower(text), kPlaceholderWords);
}

bool is_reference(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() == '$' || text.front() == '%' || text.front() == '@') return true;
  if (text.find("${") != std::string_view::npos || text.find("{{") != std::string_view::npos ||
      text.find("$(") != std::string_view::npos || text.find("#{") != std::string_view::npos) {
    return true;
  }
  if (text.front() == '{' && text.back() == '}') return true;
  if (text.front() == '[') return true;
  if (text.front() == '/' && text.find('.') != std::string_view::npos) return true;
  return contains_any(lower(text), kReferenceWords);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !kHexDigits.has(text[i])) return false;
  }
  return true;
}

bool is_named_digest(std::string_view text) {
  constexpr std::array<std::string_view, 10> kPrefixes = {
      "sha1-", "sha256-", "sha384-", "sha512-", "sha1:", "sha256:", "sha512:", "md5:", "h1:", "$2"};
  return std::ranges::any_of(kPrefixes,
                             [&](std::string_view prefix) { return text.starts_with(prefix); });
}

namespace {

// x-service-token, my_secret_key_1: a name that holds such a word and hardly a digit.
bool names_a_secret(std::string_view value) {
  if (std::ranges::count_if(value, [](char c) { return kDigits.has(c); }) > 2) return false;
  return value.size() < 32 && contains_any(lower(value), kEmptyWords);
}

}  // namespace

bool is_plausible_password(std::string_view value, bool quoted) {
  if (value.size() < 8 || value.size() > 128 || is_never_a_secret(value)) return false;
  if (!quoted && is_identifier_path(value)) return false;
  if (value.starts_with("scram-") || value.find("sha-") != std::string_view::npos) return false;
  const std::string folded = lower(value);
  for (const auto word : kEmptyWords) {
    if (folded.find(word) != std::string::npos && value.size() < word.size() + 6) return false;
  }
  const auto mix = character_mix(value);
  const bool letters = (mix & (kNeedsLower | kNeedsUpper)) != 0;
  const bool digits = (mix & kNeedsDigit) != 0;
  const bool signs = std::ranges::any_of(value, [](char c) { return kStrongSigns.has(c); });
  return letters && (digits || (quoted && signs)) && entropy(value) >= 2.5;
}

bool is_plausible_secret(std::string_view value, bool quoted) {
  if (value.size() < 16 || value.size() > 512 || is_never_a_secret(value)) return false;
  if (!quoted && is_identifier_path(value) && longest_part(value) < 20) return false;
  const auto mix = character_mix(value);
  if ((mix & kNeedsDigit) == 0 || (mix & (kNeedsLower | kNeedsUpper)) == 0) return false;
  if (names_a_secret(value)) return false;
  if (is_all(value, kHexDigits)) return value.size() >= 32 && entropy(value) >= 3.0;
  return entropy(value) >= 3.3 && changes_kind_often(value) && !reads_as_words(value, 8);
}

}  // namespace sekisho::guard
