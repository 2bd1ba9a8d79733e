#include "guard/following.h"

#include <algorithm>

#include "guard/encoded_key.h"
#include "guard/plausible.h"

namespace sekisho::guard {

namespace {

constexpr std::size_t kKeyIdBytes = 20;
constexpr std::size_t kBetweenBytes = 24;
constexpr std::size_t kSecretKeyBytes = 40;
constexpr double kSecretKeyEntropy = 4.0;
constexpr std::size_t kOpeningBytes = 6;
constexpr std::size_t kUserBytes = 64;
constexpr std::size_t kPasswordBytes = 129;  // one more than any that counts

constexpr ByteClass kKeyId{"A-Z0-9"};
constexpr ByteClass kBetween{" \t\r\n,;:|\"'`=\\>"};
constexpr ByteClass kSecretKey{"A-Za-z0-9/+"};
constexpr ByteClass kOpening{" \t=\"'\\"};
constexpr ByteClass kUser{"A-Za-z0-9._@%+-"};
constexpr ByteClass kOptionValue{"!#-&(-[]_-_a-~^"};  // in sight, but for quotes and backslash

// How far the judge went, for counting its work.
struct Reach {
  const ScanText& text;
  std::size_t at;

  // The end of the run of `set` at `at`, of at most `most` bytes.
  std::size_t take(const ByteClass& set, std::size_t most) {
    at = set.run_end(text.bytes, at, std::min(text.size(), at + most));
    return at;
  }
};

// AKIA…,secret and the same over two lines or columns.
Trial judge_secret_key(const ScanText& text, std::size_t id, Reach& reach) {
  reach.at = id;
  const std::size_t id_end = reach.take(kKeyId, kKeyIdBytes + 1);
  if (id_end - id <= kKeyIdBytes && text.open_at(id_end)) return Trial::more(text.size());
  if (id_end - id != kKeyIdBytes) return Trial::no();
  const std::size_t begin = reach.take(kBetween, kBetweenBytes);
  if (begin < id_end + kBetweenBytes && text.open_at(begin)) return Trial::more(text.size());
  if (begin == id_end) return Trial::no();
  const std::size_t cap = begin + kSecretKeyBytes + 1, end = reach.take(kSecretKey, cap - begin);
  if (end < cap && text.open_at(end)) return Trial::more(begin, &kSecretKey, cap);
  if (end - begin != kSecretKeyBytes || text[end] == '=') return Trial::no();
  const auto secret = text.bytes.substr(begin, end - begin);
  constexpr std::uint8_t kAllKinds = kNeedsDigit | kNeedsUpper | kNeedsLower;
  const bool good = (character_mix(secret) & kAllKinds) == kAllKinds &&
                    entropy(secret) >= kSecretKeyEntropy && !is_placeholder(secret);
  return good ? Trial::yes(begin, end) : Trial::no();
}

Trial judge_password(const ScanText& text, Reach& reach) {
  const std::size_t begin = reach.at, cap = begin + kPasswordBytes;
  std::size_t end = reach.take(kOptionValue, kPasswordBytes);
  if (end < cap && text.open_at(end)) return Trial::more(begin, &kOptionValue, cap);
  if (end == cap) return Trial::no();
  while (end > begin && std::string_view(".,;:)").find(text[end - 1]) != std::string_view::npos) {
    --end;
  }
  const auto password = text.bytes.substr(begin, end - begin);
  if (password.starts_with("//") || !is_plausible_password(password, false)) return Trial::no();
  return Trial::yes(begin, end);
}

// -u user:password, -uuser:password, --user "user:password"
Trial judge_user_option(const ScanText& text, std::size_t option, std::size_t option_end,
                        Reach& reach) {
  reach.at = option_end;
  const std::size_t user = reach.take(kOpening, kOpeningBytes);
  if (user < option_end + kOpeningBytes && text.open_at(user)) return Trial::more(text.size());
  // Glued it could be another option (-url:…) but for the program that is known for it.
  constexpr std::size_t kShortBytes = 3;  // " -u"
  const bool is_curl = option_end - option == kShortBytes &&
                       text.before(option, kLookBehind).find("curl") != std::string_view::npos;
  if (user == option_end && !is_curl) return Trial::no();
  const std::size_t colon = reach.take(kUser, kUserBytes);
  if (colon < user + kUserBytes && text.open_at(colon)) return Trial::more(text.size());
  if (colon == user || text[colon] != ':') return Trial::no();
  reach.at = colon + 1;
  return judge_password(text, reach);
}

// mysql … -ppassword: the letter alone says little, so that the program must stand before it.
Trial judge_password_option(const ScanText& text, std::size_t option, std::size_t option_end,
                            Reach& reach) {
  reach.at = option_end;
  if (text.open_at(option_end)) return Trial::more(option_end);
  if (kBlank.has(text[option_end])) return Trial::no();
  const auto before = text.before(option, kLookBehind);
  const bool known = before.find("mysql") != std::string_view::npos ||
                     before.find("mariadb") != std::string_view::npos ||
                     before.find("sshpass") != std::string_view::npos;
  if (!known) return Trial::no();
  reach.take(kOpening, 2);
  if (text.open_at(reach.at)) return Trial::more(text.size());
  return judge_password(text, reach);
}

}  // namespace

Trial judge_following(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                      std::size_t anchor_bytes, ScanCounts& counts) {
  Reach reach{text, hit.start};
  Trial trial;
  switch (rule.spec->check) {
    case Check::kAfterKeyId:
      trial = judge_secret_key(text, hit.start, reach);
      break;
    case Check::kEncodedKey:
      return judge_encoded_key(text, hit, anchor_bytes, counts);
    case Check::kUserOption:
      trial = judge_user_option(text, hit.start, hit.start + anchor_bytes, reach);
      break;
    default:
      trial = judge_password_option(text, hit.start, hit.start + anchor_bytes, reach);
  }
  ++counts.patterns_run;
  counts.bytes_judged += std::min(reach.at, text.size()) - hit.start;
  return trial;
}

}  // namespace sekisho::guard
