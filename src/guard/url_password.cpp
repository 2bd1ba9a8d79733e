#include "guard/url_password.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "guard/plausible.h"

namespace sekisho::guard {

namespace {

constexpr std::size_t kSchemeBytes = 24;
constexpr std::size_t kUserBytes = 128;
constexpr std::size_t kPasswordBytes = 256;

constexpr ByteClass kScheme{"A-Za-z0-9+.-"};
constexpr ByteClass kUser{"A-Za-z0-9._%+~!$&=-"};
constexpr ByteClass kPassword{"A-Za-z0-9._%+~!$&*^#=,;|{}()[]-"};

bool is_stand_in(std::string_view password, std::string_view user) {
  constexpr std::array<std::string_view, 10> kWords = {
      "password", "passwd", "pass", "secret", "pwd", "root", "admin", "test", "token", "guest"};
  return password.size() < 4 || password == user || is_placeholder(password) ||
         is_reference(password) || password.front() == '{' || password.front() == '[' ||
         std::ranges::any_of(
             kWords, [&](std::string_view word) { return password == word; }) ||
         password.find("PASS") != std::string_view::npos ||
         std::ranges::all_of(password, [](char c) { return kDigits.has(c); });
}

}  // namespace

Trial judge_url_password(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                         std::size_t anchor_bytes, ScanCounts& counts) {
  const auto back = text.before(hit.start, kSchemeBytes);
  std::size_t scheme = back.size();
  while (scheme > 0 && kScheme.has(back[scheme - 1])) --scheme;
  const auto name = back.substr(scheme);
  ++counts.patterns_run;
  counts.bytes_judged += name.size() + anchor_bytes;
  if (!RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *rule.pattern)) {
    return Trial::no();
  }
  const std::size_t user = hit.start + anchor_bytes;
  const std::size_t colon =
      kUser.run_end(text.bytes, user, std::min(text.size(), user + kUserBytes));
  counts.bytes_judged += colon - user;
  if (colon < user + kUserBytes && text.open_at(colon)) return Trial::more(text.size());
  if (text[colon] != ':') return Trial::no();

  const std::size_t begin = colon + 1, cap = begin + kPasswordBytes;
  const std::size_t end = kPassword.run_end(text.bytes, begin, std::min(text.size(), cap));
  counts.bytes_judged += end - begin;
  if (end < cap && text.open_at(end)) return Trial::more(begin, &kPassword, cap);
  if (end == cap || text[end] != '@' || end == begin) return Trial::no();
  if (text.open_at(end + 1)) return Trial::more(begin);
  if (!kAlnum.has(text[end + 1]) && text[end + 1] != '[' && text[end + 1] != '$') {
    return Trial::no();
  }
  const auto password = text.bytes.substr(begin, end - begin);
  if (is_stand_in(password, text.bytes.substr(user, colon - user))) return Trial::no();
  return Trial::yes(begin, end);
}

}  // namespace sekisho::guard
