#include "wire/random_json_test.h"

#include <array>
#include <utility>

namespace sekisho::wire {

std::string RandomJson::blanks() {
  if (!chance(20)) return {};
  std::string out;
  for (auto n = below(3); n-- > 0;) out += " \n\r\t"[below(4)];
  return out;
}

std::string RandomJson::string_content() {
  static constexpr std::array<std::string_view, 20> kPieces{
      "a",
      "hello world ",
      "\\n",
      "\\\"",
      "\\\\",
      "\\/",
      "\\u0041",
      "\\u3042",
      "\\ud83d\\ude00",
      "\u3042\u3044",
      "\U0001F600",
      "\u00e9",
      "x=1; ",
      "\\t",
      "AKIAIOSFODNN7EXAMPLE",
      "the quick brown fox jumps over the lazy dog and away it goes into the forest ",
      "{",
      "]",
      "\x7f",
      ","};
  std::string out;
  for (auto n = below(chance(10) ? 40 : 6); n-- > 0;) out += kPieces[below(kPieces.size())];
  return out;
}

std::string RandomJson::number() {
  static constexpr std::array<std::string_view, 10> kNumbers{
      "0", "-0", "1", "42", "-17", "3.14", "1e2", "1E-3", "0.20", "123456789012"};
  return std::string(kNumbers[below(kNumbers.size())]);
}

std::string RandomJson::value(int depth) {
  switch (below(depth > 0 ? 8 : 5)) {
    case 0:
      return "true";
    case 1:
      return "null";
    case 2:
      return number();
    case 3:
    case 4:
      return string();
    case 5:
    case 6:
      return object(depth - 1);
    default: {
      std::string out = "[" + blanks();
      for (auto n = below(4); n > 0; --n) {
        out += value(depth - 1) + blanks() + (n > 1 ? "," : "") + blanks();
      }
      return out + "]";
    }
  }
}

std::string RandomJson::object(int depth) {
  std::vector<std::string> members;
  for (std::uint64_t i = 0, n = below(4); i < n; ++i) {
    members.push_back(member("k" + std::to_string(i), value(depth)));
  }
  return object_of(std::move(members));
}

std::string RandomJson::object_of(std::vector<std::string> members) {
  std::string out = "{" + blanks();
  bool first = true;
  while (!members.empty()) {
    auto pick = chance(70) ? 0 : below(members.size());
    if (!std::exchange(first, false)) out += "," + blanks();
    out += members[pick] + blanks();
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(pick));
  }
  return out + "}";
}

std::string RandomJson::member(std::string_view key, std::string_view value) {
  return '"' + std::string(key) + '"' + blanks() + ":" + blanks() + std::string(value);
}

std::string RandomJson::content(bool anthropic) {
  if (chance(40)) return string();
  std::string out = "[";
  for (auto n = below(4); n > 0; --n) {
    std::vector<std::string> members;
    switch (below(6)) {
      case 0:
      case 1:
        members = {member("type", "\"text\""), member("text", string())};
        break;
      case 2:
        if (anthropic) {
          members = {member("type", "\"image\""),
                     member("source", object_of({member("type", "\"base64\""),
                                                 member("media_type", "\"image/png\""),
                                                 member("data", "\"iVBORw0KGgo=\"")}))};
        } else {
          members = {
              member("type", "\"image_url\""),
              member("image_url",
                     object_of({member("url", "\"data:image\\/png;base64,iVBORw0KGgo=\"")}))};
        }
        break;
      case 3:
        members = {member("type", "\"tool_result\""), member("content", string())};
        break;
      case 4:
        members = {member("type", chance(50) ? "\"document\"" : "\"file\""),
                   member("source", R"({"type":"file","file_id":"f"})")};
        break;
      default:
        members = {member("type", chance(80) ? "\"new_kind\"" : "\"tool_addition\""),
                   member("zzz", value(2))};
    }
    if (chance(20)) {
      members.push_back(member("cache_control", chance(70) ? R"({"type":"ephemeral"})"
                                                           : R"({"type":"ephemeral","ttl":"1h"})"));
    }
    out += object_of(std::move(members)) + (n > 1 ? "," : "");
  }
  return out + "]";
}

std::string RandomJson::message(bool anthropic) {
  static constexpr std::array<std::string_view, 4> kRoles{"\"user\"", "\"assistant\"", "\"system\"",
                                                          "\"tool\""};
  std::vector<std::string> members{member("role", kRoles[below(4)]),
                                   member("content", content(anthropic))};
  if (chance(20)) members.push_back(member("reasoning_content", string()));
  if (chance(20)) {
    members.push_back(
        member("tool_calls",
               "[" +
                   object_of({member("id", "\"call_1\""),
                              member("function", object_of({member("name", "\"f\""),
                                                            member("arguments", string())}))}) +
                   "]"));
  }
  if (chance(10)) members.push_back(member("unknown", value(2)));
  return object_of(std::move(members));
}

std::string RandomJson::body(bool anthropic, const std::vector<std::string>& messages) {
  std::string list = "[" + blanks();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    list += (i > 0 ? "," : "") + blanks() + messages[i] + blanks();
  }
  list += "]";
  std::vector<std::string> members{member("model", "\"m1\""), member("messages", list)};
  if (chance(50)) members.push_back(member("max_tokens", chance(20) ? "null" : "1000"));
  if (chance(20)) members.push_back(member("max_completion_tokens", "77"));
  if (chance(50)) members.push_back(member("stream", chance(50) ? "true" : "false"));
  if (chance(30)) {
    members.push_back(member("stream_options", chance(50) ? R"({"include_usage":true})" : "{}"));
  }
  if (chance(50)) {
    members.push_back(
        member("tools", std::string(chance(80) ? "[{" : R"([{"type":"web_search_20250305",)") +
                            R"("name":"t1","function":{"name":"f1"},"x":)" + value(2) + "}]"));
  }
  if (chance(10)) members.push_back(member("modalities", R"(["text","audio"])"));
  if (chance(10)) members.push_back(member("mcp_servers", chance(50) ? "[]" : value(2)));
  if (chance(20)) members.push_back(member("context_management", value(2)));
  if (chance(30)) members.push_back(member("system", content(anthropic)));
  if (chance(20)) members.push_back(member("drop_params", "true"));
  if (chance(30)) members.push_back(member("metadata", R"({"user_id":"u","tags":["a","b"]})"));
  if (chance(30)) members.push_back(member("thinking", R"({"budget_tokens":1024})"));
  if (chance(30)) members.push_back(member("service_tier", chance(80) ? string() : "null"));
  if (chance(30)) members.push_back(member("speed", chance(50) ? R"("fast")" : value(1)));
  if (chance(30)) members.push_back(member("inference_geo", R"("us")"));
  if (chance(20)) members.push_back(member("cache_control", R"({"ttl":"1h"})"));
  if (chance(30)) members.push_back(member("user", string()));
  if (chance(40)) members.push_back(member("unknown_field", value(3)));
  return blanks() + object_of(std::move(members)) + blanks();
}

std::string RandomJson::mutate(std::string text) {
  static constexpr std::string_view kBytes = "{}[]\",:\\0-19eE.tfn \x01\x80\xc3\xff";
  auto at = text.empty() ? 0 : below(text.size());
  switch (below(5)) {
    case 0:
      text.erase(at, 1 + below(3));
      break;
    case 1:
      text.insert(at, 1, kBytes[below(kBytes.size())]);
      break;
    case 2:
      text.resize(at);
      break;
    case 3:
      text.insert(at, text.substr(below(text.size() + 1), below(20)));
      break;
    default:
      if (!text.empty()) text[at] = kBytes[below(kBytes.size())];
  }
  return text;
}

}  // namespace sekisho::wire
