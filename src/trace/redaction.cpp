#include "trace/redaction.h"

#include <algorithm>
#include <array>

namespace sekisho::trace {
namespace {

constexpr std::string_view kRedacted = "[redacted]";

bool upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool word(char c) {
  return upper(c) || lower(c) || digit(c) || c == '-' || c == '_';
}
bool base64(char c) {
  return upper(c) || lower(c) || digit(c) || c == '+' || c == '/';
}
bool visible(char c) {
  return c > ' ' && c != '"' && c != '\'' && c != ',' && c != ';';
}

bool mixed(std::string_view run) {
  return std::ranges::any_of(run, upper) && std::ranges::any_of(run, lower) &&
         std::ranges::any_of(run, digit);
}

template <class Accept>
std::size_t run_length(std::string_view text, Accept accept) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, accept) - text.begin());
}

struct Beginning {
  std::string_view text;
  std::size_t least;  // characters that must follow
};
constexpr std::array kBeginnings{
    Beginning{"sk-", 16},   Beginning{"AKIA", 16},           Beginning{"ASIA", 16},
    Beginning{"ABSK", 16},  Beginning{"ghp_", 20},           Beginning{"github_pat_", 20},
    Beginning{"xoxb-", 16}, Beginning{"xoxp-", 16},          Beginning{"AIza", 30},
    Beginning{"eyJ", 16},   Beginning{"bedrock-api-key-", 8}};
constexpr std::array<std::string_view, 6> kIntroductions{"Bearer ",    "bearer ",     "Basic ",
                                                         "Signature=", "Credential=", "basic "};

bool key_character(char c) {
  return word(c) || base64(c) || c == '.' || c == '=';
}

// Length of a credential at the front of `text`, which is at the beginning of a word; 0 if none.
std::size_t credential(std::string_view text) {
  for (const auto& beginning : kBeginnings) {
    if (!text.starts_with(beginning.text)) continue;
    auto length = run_length(text, key_character);
    if (length >= beginning.text.size() + beginning.least) return length;
  }
  auto run = run_length(text, word);
  if (run >= 32 && mixed(text.substr(0, run))) return run;
  run = run_length(text, base64);
  if (run == 40 && mixed(text.substr(0, run))) return run;
  return 0;
}

// Length of an introduction at the front whose value follows; 0 if none.
std::size_t introduction(std::string_view text) {
  for (auto words : kIntroductions) {
    if (text.starts_with(words) && text.size() > words.size() && visible(text[words.size()])) {
      return words.size();
    }
  }
  return 0;
}

}  // namespace

std::string redact_secrets(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool at_word = true;
  while (!text.empty()) {
    if (at_word) {
      if (auto length = introduction(text)) {
        out += text.substr(0, length);
        out += kRedacted;
        text.remove_prefix(length);
        text.remove_prefix(run_length(text, visible));
        continue;
      }
      if (auto length = credential(text)) {
        out += kRedacted;
        text.remove_prefix(length);
        continue;
      }
    }
    at_word = !word(text.front()) && text.front() != '+';
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace sekisho::trace
