#include "wire/dialect.h"

#include <gtest/gtest.h>

namespace sekisho::wire {

TEST(DataPath, AcceptsEveryOddForm) {
  for (std::string prefix : {"", "/v1", "/v1/v1", "/v1/v1/v1", "/", "//v1"}) {
    for (std::string suffix : {"", "/", "?beta=true", "/?beta=true&x=/models", "?api-version=1"}) {
      SCOPED_TRACE(prefix + "…" + suffix);
      EXPECT_EQ(match_data_path("POST", prefix + "/chat/completions" + suffix),
                Operation::kChatCompletions);
      EXPECT_EQ(match_data_path("POST", prefix + "/messages" + suffix), Operation::kMessages);
      EXPECT_EQ(match_data_path("POST", prefix + "/messages/count_tokens" + suffix),
                Operation::kCountTokens);
      EXPECT_EQ(match_data_path("GET", prefix + "/models" + suffix), Operation::kListModels);
      EXPECT_EQ(match_data_path("HEAD", prefix + "/models" + suffix), Operation::kListModels);
      EXPECT_EQ(match_data_path("GET", prefix + "/models/a%2Fb:0" + suffix), Operation::kGetModel);
      EXPECT_EQ(model_of_path(prefix + "/models/a%2Fb:0" + suffix), "a/b:0");
      EXPECT_EQ(match_data_path("GET", prefix + "/model/info" + suffix), Operation::kModelInfo);
    }
  }
}

TEST(DataPath, RefusesOtherPathsAndMethods) {
  EXPECT_FALSE(match_data_path("POST", "/v1"));
  EXPECT_FALSE(match_data_path("POST", "/"));
  EXPECT_FALSE(match_data_path("POST", ""));
  EXPECT_FALSE(match_data_path("POST", "v1/messages"));
  EXPECT_FALSE(match_data_path("POST", "/v1/messages/batches"));
  EXPECT_FALSE(match_data_path("POST", "/v2/messages"));
  EXPECT_FALSE(match_data_path("POST", "/messages/v1"));
  EXPECT_FALSE(match_data_path("POST", "/Messages"));
  EXPECT_FALSE(match_data_path("POST", "/v1/%6Dessages"));
  EXPECT_FALSE(match_data_path("GET", "/api/v1/models"));
}

TEST(DataPath, SaysWhenOnlyTheMethodIsWrong) {
  for (std::string path : {"/v1/messages", "/chat/completions/", "/messages/count_tokens?x=1"}) {
    EXPECT_EQ(match_data_path("GET", path), Operation::kWrongMethod) << path;
    EXPECT_EQ(match_data_path("HEAD", path), Operation::kWrongMethod) << path;
  }
  for (std::string path : {"/v1/models", "/model/info", "/v1/models/anthropic.claude-v1:0"}) {
    EXPECT_EQ(match_data_path("POST", path), Operation::kWrongMethod) << path;
    EXPECT_EQ(match_data_path("DELETE", path), Operation::kWrongMethod) << path;
  }
  EXPECT_FALSE(match_data_path("POST", "/v1/models/gemini-3:embedContent")) << "not spoken here";
}

TEST(DataPath, ModelNamesAreDecodedOnce) {
  EXPECT_EQ(model_of_path("/v1/models/bedrock/us.anthropic.claude"), "bedrock/us.anthropic.claude");
  EXPECT_EQ(model_of_path("/models/a%252Fb"), "a%2Fb");
  EXPECT_EQ(model_of_path("/models/a%zz%4"), "a%zz%4");
  EXPECT_EQ(model_of_path("/models/a%0Ab%FF%20"), "a%0Ab%FF%20");
  EXPECT_EQ(model_of_path("/models/v1"), "v1");
}

TEST(DetectClient, KnowsObservedUserAgents) {
  EXPECT_EQ(detect_client("claude-cli/2.1.330 (external, sdk-cli)", false),
            ClientKind::kClaudeCode);
  EXPECT_EQ(detect_client("something/1", true), ClientKind::kClaudeCode);
  EXPECT_EQ(
      detect_client("ai-sdk/openai-compatible/3.0.37 ai-sdk/provider-utils runtime/bun", false),
      ClientKind::kCline);
  EXPECT_EQ(detect_client("Cline/3.0.65", false), ClientKind::kCline);
  EXPECT_EQ(detect_client("opencode/1.18.33 ai-sdk/openai-compatible/2", false),
            ClientKind::kOpencode);
  EXPECT_EQ(detect_client("codex_exec/0.169.0 (Debian 12; x86_64)", false), ClientKind::kCodex);
  EXPECT_EQ(detect_client("GeminiCLI/0.61.0/gemini-2.5-pro (linux; x64)", false),
            ClientKind::kGeminiCli);
  EXPECT_EQ(detect_client("QwenCode/0.24.4 (linux; x64)", false), ClientKind::kQwenCode);
  EXPECT_EQ(detect_client("Continue/1.5.47", false), ClientKind::kContinue);
  EXPECT_EQ(detect_client("Kilo-Code/7.7.9 ai-sdk/provider-utils/4.0.27 runtime/bun/1.3.14", false),
            ClientKind::kKilo);
  EXPECT_EQ(detect_client("OpenAI/Python 2.9.0", false), ClientKind::kOpenAiSdk);
  EXPECT_EQ(detect_client("AsyncAnthropic/Python 2.12.0", false), ClientKind::kAnthropicSdk);
  EXPECT_EQ(detect_client("curl/7.88.1", false), ClientKind::kCurl);
  EXPECT_EQ(detect_client("", false), ClientKind::kUnknown);
}

TEST(Names, AreStableLabels) {
  EXPECT_EQ(dialect_name(Dialect::kOpenAiChat), "openai_chat");
  EXPECT_EQ(dialect_name(Dialect::kAnthropicMessages), "anthropic_messages");
  EXPECT_EQ(client_name(ClientKind::kClaudeCode), "claude_code");
}

}  // namespace sekisho::wire
