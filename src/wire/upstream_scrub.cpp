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
  auto size = static_cast<std::ptrdiff_t>(token.size());
  if (token.size() == kAccountDigits && digits == size) return "[account]";
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

void append_tokens(std::string_view word, std::string& out) {
  bool after_projects = false;  // Google: projects/NAME/locations/…
  while (!word.empty()) {
    std::size_t size = 0;
    while (size < word.size() && is_token_char(word[size])) ++size;
    if (size == 0) {
      after_projects = after_projects && word.front() == '/';
      out += word.front();
      word.remove_prefix(1);
      continue;
    }
    std::string_view token = word.substr(0, size);
    std::string_view instead = after_projects ? "[project]" : placeholder_for(token);
    out += instead.empty() ? token : instead;
    after_projects = token == "projects";
    word.remove_prefix(size);
  }
}

}  // namespace

std::string scrub_upstream_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t size = 0;
    while (size < text.size() && !ends_word(text[size])) ++size;
    std::string_view word = text.substr(0, size);
    std::size_t arn = word.find("arn:");
    append_tokens(word.substr(0, arn), out);
    if (arn != std::string_view::npos) {
      out += "[arn]";
      if (word.ends_with('.')) out += '.';
    }
    text.remove_prefix(size);
    if (text.empty()) break;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace sekisho::wire
