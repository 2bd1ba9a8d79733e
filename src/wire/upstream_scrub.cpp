// Takes out of providers' texts what names the organisation's account there, or looks like a key.

#include <algorithm>
#include <array>

#include "wire/refusal.h"

namespace sekisho::wire {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Ends what stands between blanks, quotes and brackets.
bool ends_word(char c) {
  return static_cast<unsigned char>(c) <= ' ' || std::string_view("\"'`,;()[]{}<>|").contains(c);
}
bool is_token_char(char c) {
  return is_digit(c) || is_letter(c) || c == '_' || c == '-' || c == '+';
}

constexpr std::size_t kAccountDigits = 12;
constexpr std::size_t kLongToken = 40;  // longer than model ids and ids of messages and calls

struct Prefix {
  std::string_view text;
  std::size_t shortest;  // of the whole token
  std::string_view placeholder;
};
constexpr std::array kPrefixes{
    Prefix{"sk-", 16, "[key]"},         Prefix{"AKIA", 16, "[key]"},
    Prefix{"ASIA", 16, "[key]"},        Prefix{"ABSK", 16, "[key]"},
    Prefix{"AIza", 20, "[key]"},        Prefix{"ya29", 12, "[key]"},
    Prefix{"eyJ", 20, "[key]"},         Prefix{"bedrock-api-key-", 20, "[key]"},
    Prefix{"proj_", 8, "[project]"},    Prefix{"org-", 12, "[account]"},
    Prefix{"wrkspc_", 10, "[account]"},
};
constexpr std::array<std::string_view, 5> kHarmless{"toolu_", "call_", "msg_", "req_", "chatcmpl-"};

// What replaces the token, or "" if it may stay.
std::string_view placeholder_for(std::string_view token) {
  auto digits = std::ranges::count_if(token, is_digit);
  for (const Prefix& prefix : kPrefixes) {
    if (token.size() >= prefix.shortest && token.starts_with(prefix.text)) {
      return prefix.placeholder;
    }
  }
  for (std::string_view prefix : kHarmless) {
    if (token.starts_with(prefix)) return {};
  }
  bool mixed = digits > 0 && std::ranges::any_of(token, is_letter);
  return token.size() >= kLongToken && mixed ? "[key]" : std::string_view();
}

bool is_host_char(char c) {
  return is_digit(c) || is_letter(c) || c == '-' || c == '.';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

std::size_t find_ignoring_case(std::string_view text, std::string_view part, std::size_t from = 0) {
  if (from > text.size()) return text.npos;
  auto found = std::ranges::search(text.substr(from), part, {}, lower);
  return found.empty() ? text.npos : static_cast<std::size_t>(found.begin() - text.begin());
}

// Four numbers below 256.
bool is_address(std::string_view host) {
  int numbers = 0;
  while (!host.empty()) {
    std::size_t size = 0;
    int value = 0;
    for (; size < host.size() && size < 3 && is_digit(host[size]); ++size) {
      value = value * 10 + (host[size] - '0');
    }
    if (size == 0 || value > 255) return false;
    ++numbers;
    host.remove_prefix(size);
    if (!host.empty() && (host.front() != '.' || host.size() == 1)) return false;
    if (!host.empty()) host.remove_prefix(1);
  }
  return numbers == 4;
}

// A machine of somebody's network: AWS's ip-10-0-0-1.ec2.internal, Kubernetes' services, addresses.
bool is_inside_host(std::string_view host) {
  static constexpr std::array<std::string_view, 8> kEnds{
      ".internal", ".local", ".localdomain", ".lan", ".corp", ".intranet", ".svc", ".consul"};
  if (is_address(host)) return true;
  if (host.size() > 4 && find_ignoring_case(host.substr(0, 3), "ip-") == 0 && is_digit(host[3]) &&
      std::ranges::count(host.substr(0, host.find('.')), '-') >= 4) {
    return true;
  }
  return std::ranges::any_of(kEnds, [&](std::string_view end) {
    return host.size() > end.size() &&
           find_ignoring_case(host.substr(host.size() - end.size()), end) == 0;
  });
}

// The size of the host at the front of `text` that must not be told, or 0.
std::size_t inside_host(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_host_char(text[size])) ++size;
  while (size > 0 && (text[size - 1] == '.' || text[size - 1] == '-')) --size;
  return is_inside_host(text.substr(0, size)) ? size : 0;
}

void append_tokens(std::string_view word, std::string& out) {
  bool after_projects = false;  // Google: projects/NAME/locations/…
  bool at_host = true;          // a host begins here, if one does
  while (!word.empty()) {
    if (auto host = at_host ? inside_host(word) : 0; host > 0) {
      out += "[host]";
      word.remove_prefix(host);
      at_host = after_projects = false;
      continue;
    }
    std::size_t size = 0;
    while (size < word.size() && is_token_char(word[size])) ++size;
    if (size == 0) {
      after_projects = after_projects && word.front() == '/';
      at_host = !is_host_char(word.front());
      out += word.front();
      word.remove_prefix(1);
      continue;
    }
    std::string_view token = word.substr(0, size);
    std::string_view instead = after_projects ? "[project]" : placeholder_for(token);
    out += instead.empty() ? token : instead;
    after_projects = token == "projects";
    at_host = false;
    word.remove_prefix(size);
  }
}

// Where an ARN begins in the word, also when its colons are percent-encoded (once or twice), or
// where the name of a bucket does; from there to the word's end nothing stays.
struct Named {
  std::size_t begin;
  std::string_view placeholder;
};
Named find_named(std::string_view word) {
  Named out{word.npos, {}};
  static constexpr std::array<std::string_view, 3> kArns{"arn:", "arn%3a", "arn%253a"};
  for (std::string_view arn : kArns) {
    auto begin = find_ignoring_case(word, arn);
    while (begin != word.npos && begin > 0 && is_letter(word[begin - 1])) {  // "learn:"
      begin = find_ignoring_case(word, arn, begin + 1);
    }
    if (begin < out.begin) out = {begin, "[arn]"};
  }
  if (auto begin = find_ignoring_case(word, "s3://"); begin < out.begin) out = {begin, "[bucket]"};
  return out;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t size = 0;
  while (at + size < text.size() && is_digit(text[at + size])) ++size;
  return size;
}

// The size of the account id at `at`, where a run of digits begins: twelve of them, or 4-4-4.
std::size_t account_at(std::string_view text, std::size_t at) {
  auto run = digits_at(text, at);
  if (run == kAccountDigits) return run;
  if (run != 4) return 0;
  for (std::size_t group = 1, next = at + 4; group < 3; ++group, next += 5) {
    if (next >= text.size() || text[next] != '-' || digits_at(text, next + 1) != 4) return 0;
  }
  return 14;
}

// Wherever they stand: in names of buckets and roles too, and behind percent-encoded bytes.
std::string without_accounts(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      out += text[at++];
      continue;
    }
    if (at > 0 && text[at - 1] == '%' && digits_at(text, at) >= 2) {  // %20: no part of the number
      out += text.substr(at, 2);
      at += 2;
      continue;
    }
    if (auto size = account_at(text, at); size > 0) {
      out += "[account]";
      at += size;
      continue;
    }
    auto size = digits_at(text, at);
    out += text.substr(at, size);
    at += size;
  }
  return out;
}

}  // namespace

std::string scrub_upstream_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t size = 0;
    while (size < text.size() && !ends_word(text[size])) ++size;
    std::string_view word = text.substr(0, size);
    auto named = find_named(word);
    append_tokens(word.substr(0, named.begin), out);
    if (named.begin != word.npos) {
      out += named.placeholder;
      if (word.ends_with('.')) out += '.';
    }
    text.remove_prefix(size);
    if (text.empty()) break;
    out += text.front();
    text.remove_prefix(1);
  }
  return without_accounts(out);
}

}  // namespace sekisho::wire
