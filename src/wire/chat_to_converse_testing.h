#pragma once
// What the tests of OpenAI chat → Converse share: models, requests from pieces, pieces of the body
// that is expected. Only for tests.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/json_slice.h"
#include "wire/translate.h"

namespace sekisho::wire::testing_chat {

inline TargetModel claude() {
  TargetModel target;
  target.reasoning = true;
  target.family = "claude";
  return target;
}

inline TargetModel adaptive_claude() {
  TargetModel target = claude();
  target.adaptive_thinking = true;
  return target;
}

struct Translated {
  std::string body, error;
  Code code = Code::kInternal;
  std::vector<std::string> dropped;
  ToolNames names;

  // A top-level member as it stands in the body, "" when absent.
  std::string member(std::string_view name) const {
    JsonDocument document;
    EXPECT_TRUE(document.parse(body)) << body;
    return std::string(document.root().find(name).raw());
  }
  std::string messages() const { return member("messages"); }
  std::string fields() const { return member("additionalModelRequestFields"); }
};

inline Translated translate(const std::string& body, const TargetModel& target = claude(),
                            std::int64_t max_tokens = 4096) {
  auto result = chat_to_converse(body, target, max_tokens);
  Translated out;
  if (!result) {
    out.error = result.error().detail;
    out.code = result.error().code;
    return out;
  }
  out.body = std::move(result->body);
  out.dropped = std::move(result->dropped);
  out.names = std::move(result->tool_names);
  JsonDocument document;
  EXPECT_TRUE(document.parse(out.body)) << out.body;
  return out;
}

inline const std::string kTools =
    R"("tools":[{"type":"function","function":{"name":"run","parameters":{"type":"object"}}}])";
// A request of these messages, with a tool.
inline Translated conversation(const std::string& messages, const TargetModel& target = claude()) {
  return translate(R"({"model":"m",)" + kTools + R"(,"messages":[)" + messages + "]}", target);
}

// A request with these further members.
inline Translated with(const std::string& members, const TargetModel& target = claude(),
                       std::int64_t max_tokens = 4096) {
  return translate(R"({"messages":[{"role":"user","content":"hi"}],)" + members + "}", target,
                   max_tokens);
}

inline const std::string kCall =
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
    R"("function":{"name":"run","arguments":"{}"}}]})";
inline const std::string kResult = R"({"role":"tool","tool_call_id":"c1","content":"ok"})";
inline const std::string kUser = R"({"role":"user","content":"go"})";

inline std::string call(const std::string& id, const std::string& arguments = "{}") {
  return R"({"id":")" + id + R"(","type":"function","function":{"name":"run","arguments":")" +
         arguments + R"("}})";
}
inline std::string calls(const std::string& list) {
  return R"({"role":"assistant","tool_calls":[)" + list + "]}";
}
inline std::string result(const std::string& id, const std::string& content) {
  return R"({"role":"tool","tool_call_id":")" + id + R"(","content":")" + content + R"("})";
}
inline std::string use(const std::string& id, const std::string& input = "{}") {
  return R"({"toolUse":{"toolUseId":")" + id + R"(","name":"run","input":)" + input + "}}";
}
inline std::string answer(const std::string& id, const std::string& text, bool error = false) {
  return R"({"toolResult":{"toolUseId":")" + id + R"(","content":[{"text":")" + text + R"("}])" +
         (error ? R"(,"status":"error")" : "") + "}}";
}
inline std::string turn(const std::string& role, const std::string& content) {
  return R"({"role":")" + role + R"(","content":[)" + content + "]}";
}
inline std::string text(const std::string& raw) {
  return R"({"text":")" + raw + R"("})";
}
inline const std::string kGo = turn("user", text("go"));

}  // namespace sekisho::wire::testing_chat
