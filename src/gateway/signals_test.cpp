#include "gateway/signals.h"

#include <gtest/gtest.h>

namespace sekisho::gateway {
namespace {

using wire::ClientKind;
using wire::Dialect;

std::string_view mode_of(Dialect dialect, const std::string& body, ClientKind client) {
  auto envelope = wire::parse_envelope(dialect, body);
  EXPECT_TRUE(envelope) << body;
  const auto* rule = signal_rule(find_mode(*envelope, body, client, nullptr).mode);
  return rule ? rule->id : std::string_view();
}

std::string chat(const std::string& system, const std::string& user, const std::string& tool) {
  return R"({"model":"m","messages":[{"role":"system","content":")" + system +
         R"("},{"role":"user","content":"earlier"},{"role":"assistant","content":"PLAN MODE"},)" +
         R"({"role":"user","content":")" + user +
         R"("}],"tools":[{"type":"function","function":{"name":")" + tool + R"("}}]})";
}

TEST(ModeSignal, ClinesPlanSectionIsSurerThanItsTools) {
  EXPECT_EQ(mode_of(Dialect::kOpenAiChat,
                    chat("You are Cline.\\n# Plan Mode\\n\\nYou are in Plan mode. Do not", "hi",
                         "run_commands"),
                    ClientKind::kCline),
            "cline-plan-section");
  EXPECT_EQ(
      mode_of(Dialect::kOpenAiChat, chat("You are Cline.", "hi", "editor"), ClientKind::kCline),
      "cline-edit-tool");
  EXPECT_EQ(mode_of(Dialect::kOpenAiChat, chat("s", "hi", "run_commands"), ClientKind::kCline),
            "cline-no-edit-tool");
  EXPECT_EQ(
      mode_of(Dialect::kOpenAiChat, chat("s", "hi", "switch_to_act_mode"), ClientKind::kCline),
      "cline-switch-tool");
}

TEST(ModeSignal, LegacyClineSaysItInTheLastUserMessage) {
  const std::string details = "x <environment_details>\\n# Current Mode\\n";
  EXPECT_EQ(
      mode_of(Dialect::kOpenAiChat, chat("s", details + "PLAN MODE", "t"), ClientKind::kCline),
      "environment-plan-mode");
  EXPECT_EQ(mode_of(Dialect::kOpenAiChat, chat("s", details + "ACT MODE", "t"), ClientKind::kCline),
            "environment-act-mode");
  EXPECT_EQ(mode_of(Dialect::kOpenAiChat, chat("s", "the PLAN MODE", "t"), ClientKind::kUnknown),
            "");
}

TEST(ModeSignal, ClaudeCodeByReminderOrPermissionMode) {
  auto body = [](const std::string& user, const std::string& more) {
    return R"({"model":"m","max_tokens":1,)" + more +
           R"("messages":[{"role":"user","content":[{"type":"text","text":")" + user + R"("}]}]})";
  };
  auto mode = [&](const std::string& user, const std::string& more = "") {
    return mode_of(Dialect::kAnthropicMessages, body(user, more), ClientKind::kClaudeCode);
  };
  EXPECT_EQ(mode("<system-reminder>\\nPlan mode is active. Do not"), "claude-code-plan-reminder");
  EXPECT_EQ(mode("hi", R"("safeguards":[{"type":"dangerous_tool_use","classifier_context":)"
                       R"({"v":1,"permission_mode" : "plan"}}],)"),
            "claude-code-permission-mode");
  EXPECT_EQ(mode("hi", R"("safeguards":[{"classifier_context":{"permission_mode":"auto"}}],)"),
            "claude-code-no-plan-mark");
}

TEST(ModeSignal, AnEarlierTurnsSystemPromptIsTakenAtItsWord) {
  auto body = chat("s", "hi", "t");
  auto envelope = wire::parse_envelope(Dialect::kOpenAiChat, body);
  std::uint8_t before = 1;
  EXPECT_EQ(find_mode(*envelope, body, ClientKind::kUnknown, &before).mode, 1);
}

TEST(SessionSignal, PrecedenceAsTheRecordNamesIt) {
  auto session = [](http::Headers headers, const std::string& more, bool named = true) {
    auto body = R"({"model":"m",)" + more + R"("messages":[{"role":"user","content":"x"}]})";
    auto envelope = wire::parse_envelope(Dialect::kOpenAiChat, body);
    const auto* rule = signal_rule(session_signal(headers, *envelope, named));
    return rule ? rule->id : std::string_view();
  };
  http::Headers task, agent;
  task.add("x-task-id", "t");
  agent.add("session-id", "s");
  EXPECT_EQ(session(task, R"("litellm_session_id":"c",)"), "task-header");
  EXPECT_EQ(session(agent, R"("litellm_session_id":"c",)"), "session-in-body");
  EXPECT_EQ(session(agent, ""), "session-header");
  EXPECT_EQ(session({}, R"("prompt_cache_key":"k",)"), "prompt-cache-key");
  EXPECT_EQ(session({}, "", false), "first-user-text");
}

TEST(Signals, PackAndUnpack) {
  Signals signals{7, 21, 44};
  EXPECT_EQ(Signals::unpacked(signals.packed()), signals);
  EXPECT_EQ(signal_rule(0), nullptr);
  EXPECT_EQ(signal_rule(255), nullptr);
}

}  // namespace
}  // namespace sekisho::gateway
