// Anthropic Messages requests for models that speak Converse alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/messages_testing.h"

namespace sekisho::wire {
namespace {

using namespace testing_messages;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string b_turn(const std::string& role, const std::string& content) {
  return turn(role, content);
}
std::string b_text(const std::string& raw) {
  return R"({"text":")" + raw + R"("})";
}
std::string b_use(const std::string& id, const std::string& input = "{}") {
  return R"({"toolUse":{"toolUseId":")" + id + R"(","name":"run","input":)" + input + "}}";
}
std::string b_result(const std::string& id, const std::string& content, bool error = false) {
  return R"({"toolResult":{"toolUseId":")" + id + R"(","content":[)" + content + "]" +
         (error ? R"(,"status":"error")" : "") + "}}";
}
const std::string kGo = b_turn("user", b_text("hi"));

TEST(MessagesToConverse, PlainRequestAndSettings) {
  const auto out = to_converse(
      R"({"model":"m","max_tokens":99,"stream":true,"system":"be brief","temperature":0.50,)"
      R"("top_p":0.9,"stop_sequences":["a","b"],"metadata":{"user_id":"u-1"},"messages":[)" +
          kHi + "]}",
      nova(), 77);
  EXPECT_EQ(out.body, R"({"system":[{"text":"be brief"}],)"
                      R"("inferenceConfig":{"maxTokens":77,"temperature":0.50,"topP":0.9,)"
                      R"("stopSequences":["a","b"]},"requestMetadata":{"user":"u-1"},)"
                      R"("messages":[)" +
                          kGo + "]}");
  EXPECT_THAT(out.dropped, IsEmpty());
}

TEST(MessagesToConverse, Case01ParallelCalls) {
  const auto out = to_converse(request(
      kHi + "," + turn("assistant", text("I") + "," + use("a") + "," + use("b")) + "," +
      turn("user", text("also") + "," + result("b", R"("2")") + "," +
                       result("a", R"([{"type":"text","text":"1"}])", R"(,"is_error":true)"))));
  EXPECT_EQ(out.messages(),
            "[" + kGo + "," +
                b_turn("assistant", b_text("I") + "," + b_use("a") + "," + b_use("b")) + "," +
                b_turn("user", b_result("a", b_text("1"), true) + "," + b_result("b", b_text("2")) +
                                   "," + b_text("also")) +
                "]");
}

TEST(MessagesToConverse, Case01MissingAndOrphanedResults) {
  const auto out = to_converse(request(kHi + "," + turn("assistant", use("a")) + "," +
                                       turn("user", result("zz", R"("lost")"))));
  EXPECT_THAT(out.messages(), HasSubstr(b_result("a", b_text("tool result missing"), true)));
  EXPECT_THAT(out.messages(), HasSubstr("not in this conversation: zz"));
}

TEST(MessagesToConverse, Case02IdsAreMadeFit) {
  const std::string id = "toolu_" + std::string(80, 'x');
  const auto out = to_converse(
      request(kHi + "," + turn("assistant", use(id)) + "," + turn("user", result(id, R"("r")"))));
  EXPECT_THAT(out.messages(), Not(HasSubstr(id)));
  const auto again = to_converse(
      request(kHi + "," + turn("assistant", use(id)) + "," + turn("user", result(id, R"("r")"))));
  EXPECT_EQ(out.body, again.body);
}

TEST(MessagesToConverse, Case03RunsOfOneRole) {
  const auto out = to_converse(
      request(turn("assistant", text("before")) + "," + kHi + "," + turn("user", text("more"))));
  EXPECT_EQ(out.messages(), "[" + b_turn("user", b_text(".")) + "," +
                                b_turn("assistant", b_text("before")) + "," +
                                b_turn("user", b_text("hi") + "," + b_text("more")) + "]");
}

TEST(MessagesToConverse, Case04SystemInMidConversation) {
  const auto out = to_converse(
      request(R"({"role":"system","content":"first"},)" + kHi + "," + turn("assistant", use("a")) +
                  "," + turn("user", result("a", R"("r")")) +
                  R"(,{"role":"system","content":[{"type":"text","text":"now"}]})",
              R"(,"system":"top")"));
  EXPECT_EQ(out.member("system"), R"([{"text":"top"},{"text":"first"}])");
  EXPECT_THAT(out.messages(), HasSubstr(b_result("a", b_text("r")) + "," +
                                        b_text("<system-reminder>\\nnow\\n</system-reminder>")));
}

TEST(MessagesToConverse, Case05SystemBlocksStayApart) {
  const auto out =
      to_converse(with(R"("system":[{"type":"text","text":"a"},)" + text("b", kMark) + "]"));
  EXPECT_EQ(out.member("system"),
            R"([{"text":"a"},{"text":"b"},{"cachePoint":{"type":"default"}}])");
}

TEST(MessagesToConverse, AttributionOfClaudeCodeIsLeftOut) {
  const auto out = to_converse(with(
      R"("system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2; cch=1;"},)" +
      text("You are") + "]"));
  EXPECT_EQ(out.member("system"), R"([{"text":"You are"}])");
  EXPECT_THAT(out.dropped, ElementsAre("system[x-anthropic-billing-header]"));
}

TEST(MessagesToConverse, Case06EmptyTexts) {
  const auto out =
      to_converse(request(turn("user", text(" ")) + "," +
                          turn("assistant", text("") + "," + use("a") + "," + use("b")) + "," +
                          turn("user", result("a", R"("")") + "," + result("b", "[]"))));
  EXPECT_EQ(out.messages(), "[" + b_turn("user", b_text("(empty)")) + "," +
                                b_turn("assistant", b_use("a") + "," + b_use("b")) + "," +
                                b_turn("user", b_result("a", b_text("(no output)")) + "," +
                                                   b_result("b", b_text("(no output)"))) +
                                "]");
}

TEST(MessagesToConverse, Case07Prefill) {
  const std::string body = request(kHi + "," + turn("assistant", text("{ \\n")));
  EXPECT_THAT(to_converse(body).messages(), HasSubstr(b_text("{") + "]}]"));
  TargetModel target = nova();
  target.rejects_prefill = true;
  EXPECT_THAT(to_converse(body, target).messages(), HasSubstr(b_text("Continue.")));
}

const std::string kThought = R"({"type":"thinking","thinking":"hm\n","signature":"s\/1"})";

TEST(MessagesToConverse, Case08SignaturesGoBackToClaudeAlone) {
  const std::string body = request(kHi + "," + turn("assistant", kThought + "," + use("a")) + "," +
                                   turn("user", result("a", R"("r")")));
  EXPECT_THAT(
      to_converse(body, claude()).messages(),
      HasSubstr(R"({"reasoningContent":{"reasoningText":{"text":"hm\n","signature":"s\/1"}}},)" +
                b_use("a")));
  TargetModel reasoning_nova = model("nova", true);
  const auto out = to_converse(body, reasoning_nova);
  EXPECT_THAT(out.messages(), Not(HasSubstr("reasoningContent")));
  EXPECT_THAT(out.dropped, ElementsAre("messages.content[thinking]"));
}

TEST(MessagesToConverse, Case09SignatureOnlyAndRedactedThinking) {
  const auto out = to_converse(
      request(kHi + "," +
              turn("assistant", R"({"type":"thinking","thinking":"","signature":"only"},)"
                                R"({"type":"redacted_thinking","data":"QUJD"},)" +
                                    use("a")) +
              "," + turn("user", result("a", R"("r")"))),
      claude());
  EXPECT_THAT(out.messages(),
              HasSubstr(R"({"reasoningContent":{"reasoningText":{"text":"","signature":"only"}}},)"
                        R"({"reasoningContent":{"redactedContent":"QUJD"}},)"));
  EXPECT_THAT(out.dropped, IsEmpty());
}

TEST(MessagesToConverse, Case11ThinkingConfiguration) {
  const auto fields = [](const std::string& members, const TargetModel& target) {
    return to_converse(with(members), target, 20'000).member("additionalModelRequestFields");
  };
  const std::string enabled = R"("thinking":{"type":"enabled","budget_tokens":5000})";
  const std::string adaptive =
      R"("thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"high"})";
  EXPECT_EQ(fields(enabled, claude()), R"({"thinking":{"type":"enabled","budget_tokens":5000}})");
  EXPECT_EQ(fields(enabled, adaptive_claude()),
            R"({"thinking":{"type":"adaptive"},"output_config":{"effort":"medium"}})");
  EXPECT_EQ(fields(adaptive, adaptive_claude()),
            R"({"thinking":{"type":"adaptive","display":"omitted"},)"
            R"("output_config":{"effort":"high"}})");
  EXPECT_EQ(fields(adaptive, model("nova", true)),
            R"({"reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}})");
  EXPECT_EQ(fields(R"("thinking":{"type":"disabled"})", claude()), "");
  EXPECT_THAT(to_converse(with(adaptive)).dropped, ElementsAre("thinking"));
  EXPECT_EQ(to_converse(with(R"("thinking":{"type":"odd"})")).code, Code::kInvalidArgument);
}

TEST(MessagesToConverse, Case12Sampling) {
  const auto out = to_converse(with(R"("top_k":5,"temperature":1.0)"));
  EXPECT_THAT(out.dropped, ElementsAre("top_k"));
  EXPECT_THAT(out.body, HasSubstr(R"("temperature":1.0)"));
  EXPECT_EQ(to_converse(with(R"("temperature":"hot")")).error, "temperature: not a number");
  EXPECT_EQ(to_converse(with(R"("top_k":1.5)")).error, "top_k: not an integer");
}

TEST(MessagesToConverse, Case13ToolChoice) {
  const auto config = [](const std::string& choice, const TargetModel& target = nova()) {
    return to_converse(request(kHi, R"(,"tool_choice":)" + choice), target);
  };
  EXPECT_THAT(config(R"({"type":"any"})").body, HasSubstr(R"("toolChoice":{"any":{}})"));
  EXPECT_THAT(config(R"({"type":"tool","name":"run"})").body,
              HasSubstr(R"("toolChoice":{"tool":{"name":"run"}})"));
  EXPECT_THAT(config(R"({"type":"auto"})").body, Not(HasSubstr("toolChoice")));
  EXPECT_EQ(config(R"({"type":"none"})").member("toolConfig"), "");
  EXPECT_EQ(config(R"({"type":"tool","name":"other"})").error,
            "tool_choice.name: names a tool that is not in tools");
  EXPECT_EQ(config(R"({"type":"odd"})").code, Code::kInvalidArgument);
  const std::string single = R"({"type":"auto","disable_parallel_tool_use":true})";
  EXPECT_THAT(config(single).dropped, ElementsAre("tool_choice.disable_parallel_tool_use"));
  EXPECT_THAT(config(single, claude()).body, HasSubstr(R"("disable_parallel_tool_use":true)"));
}

TEST(MessagesToConverse, Case13ToolsOfTheHistoryStay) {
  const auto out =
      to_converse(R"({"model":"m","max_tokens":9,"messages":[)" + kHi + "," +
                  turn("assistant", use("a")) + "," + turn("user", result("a", R"("r")")) + "]}");
  EXPECT_THAT(out.member("toolConfig"), HasSubstr(R"("name":"run")"));
  EXPECT_THAT(out.messages(), HasSubstr("Do not call any tool now"));
}

TEST(MessagesToConverse, Case16StopSequences) {
  const auto out = to_converse(with(R"("stop_sequences":["","x"])"));
  EXPECT_THAT(out.body, HasSubstr(R"("stopSequences":["x"])"));
  EXPECT_THAT(out.dropped, ElementsAre("stop_sequences"));
  EXPECT_EQ(to_converse(with(R"("stop_sequences":"x")")).code, Code::kInvalidArgument);
}

TEST(MessagesToConverse, Case17CacheMarks) {
  const std::string point = R"({"cachePoint":{"type":"default"}})";
  const std::string messages =
      turn("user", text("a", kLongMark)) + "," + turn("assistant", use("u")) + "," +
      turn("user", result("u", "[" + text("r", kMark) + "]") + "," + text("b", kMark));
  const auto out =
      to_converse(request(messages, R"(,"system":[)" + text("s", kLongMark) + "]"), claude());
  EXPECT_THAT(out.member("system"), HasSubstr(R"({"cachePoint":{"type":"default","ttl":"1h"}})"));
  EXPECT_THAT(out.messages(),
              HasSubstr(b_text("a") + R"(,{"cachePoint":{"type":"default","ttl":"1h"}})"));
  EXPECT_THAT(out.messages(), HasSubstr(b_result("u", b_text("r")) + "," + point + "," +
                                        b_text("b") + "," + point));
  const auto automatic = to_converse(with(R"("cache_control":{"type":"ephemeral"})"), claude());
  EXPECT_THAT(automatic.messages(), HasSubstr(b_text("hi") + "," + point));
}

TEST(MessagesToConverse, Case19Images) {
  const auto image = [](const std::string& source) {
    return to_converse(request(turn("user", R"({"type":"image","source":)" + source + "}")));
  };
  const std::string b_image = R"({"image":{"format":"png","source":{"bytes":")" + kPng + R"("}}})";
  EXPECT_THAT(
      image(R"({"type":"base64","media_type":"image/jpg","data":")" + kPng + R"("})").messages(),
      HasSubstr(b_image));
  EXPECT_EQ(image(R"({"type":"base64","media_type":"image/png","data":"AAAA"})").code,
            Code::kUnsupported);
  const auto by_url = image(R"({"type":"url","url":"https://example.com/a.png"})");
  EXPECT_EQ(by_url.code, Code::kUnsupported);
  EXPECT_THAT(by_url.error, HasSubstr("messages[0].content[0].source: images by URL"));
  const auto of_tool = to_converse(
      request(kHi + "," + turn("assistant", use("a")) + "," +
              turn("user", result("a", R"([{"type":"image","source":{"type":"base64","media_type":)"
                                       R"("image/png","data":")" +
                                           kPng + R"("}}])"))));
  EXPECT_THAT(of_tool.messages(), HasSubstr(b_result("a", b_image)));
  TargetModel blind = model("llama");
  blind.images = false;
  EXPECT_EQ(to_converse(request(turn("user", R"({"type":"image","source":{"type":"base64",)"
                                             R"("data":")" +
                                                 kPng + R"("}})")),
                        blind)
                .error,
            "messages: this model takes no images");
}

TEST(MessagesToConverse, Case20Documents) {
  const auto document = [](const std::string& members) {
    return to_converse(request(turn("user", R"({"type":"document",)" + members + "}")));
  };
  const auto pdf = document(R"("title":"r.1.pdf","context":"why","citations":{"enabled":true},)"
                            R"("source":{"type":"base64","media_type":"application/pdf",)"
                            R"("data":"JVBERi0xLjQK"})");
  EXPECT_THAT(pdf.messages(),
              HasSubstr(b_text("why") + R"(,{"document":{"name":"r-1-pdf","format":"pdf",)"
                                        R"("source":{"bytes":"JVBERi0xLjQK"}}})"));
  EXPECT_THAT(pdf.dropped, ElementsAre("content[document].citations"));
  EXPECT_THAT(document(R"("title":"T","source":{"type":"text","media_type":"text/plain",)"
                       R"("data":"body \"1\""})")
                  .messages(),
              HasSubstr(b_text(R"(T\n\nbody \"1\")")));
  EXPECT_THAT(
      document(R"("source":{"type":"content","content":[)" + text("p1") + "," + text("p2") + "]}")
          .messages(),
      HasSubstr(b_text("p1") + "," + b_text("p2")));
  EXPECT_EQ(document(R"("source":{"type":"file","file_id":"f"})").code, Code::kUnsupported);
}

TEST(MessagesToConverse, SearchResultsBecomeText) {
  const auto out = to_converse(request(
      turn("user", R"({"type":"search_result","source":"https:\/\/a","title":"T","content":[)" +
                       text("found") + "]}")));
  EXPECT_THAT(out.messages(), HasSubstr(b_text(R"(T\nhttps:\/\/a\n\n)") + "," + b_text("found")));
}

TEST(MessagesToConverse, Case21Schema) {
  const auto spec = [](const std::string& schema) {
    return to_converse(with(R"("tools":[{"name":"f","description":" ",)" + schema + "}]"));
  };
  EXPECT_EQ(spec(R"("input_schema":{"properties":{"z":{},"a":{}}})").member("toolConfig"),
            R"({"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":)"
            R"({"type":"object","properties":{"z":{},"a":{}}}}}}]})");
  EXPECT_EQ(spec(R"("input_schema":{"type":"string"})").error,
            "tools[0].input_schema.type: must be object");
  const std::string name = "mcp__" + std::string(90, 'a');
  const auto out = to_converse(with(R"("tools":[{"name":")" + name + R"("}])"));
  ASSERT_EQ(out.names.aliases().size(), 1U);
  EXPECT_EQ(out.names.aliases()[0].original, name);
  EXPECT_LE(out.names.aliases()[0].sent.size(), 64U);
}

TEST(MessagesToConverse, Case22InputsKeepTheirSpelling) {
  const std::string input = R"({ "z":12345678901234567890123, "a":1.0e5,"é":"\u00e9" })";
  EXPECT_THAT(to_converse(request(kHi + "," + turn("assistant", use("a", input)) + "," +
                                  turn("user", result("a", R"("r")"))))
                  .messages(),
              HasSubstr(b_use("a", input)));
  EXPECT_THAT(to_converse(request(kHi + "," + turn("assistant", use("a", R"("{\"x\"")")) + "," +
                                  turn("user", result("a", R"("r")"))))
                  .messages(),
              HasSubstr(R"("input":{"_raw":"\"{\\\"x\\\"\""})"));
}

TEST(MessagesToConverse, Case24WhatLivesAtAnthropicIsNamed) {
  const auto out = to_converse(
      R"({"model":"m","max_tokens":9,"mcp_servers":[{"name":"x"}],"container":"c",)"
      R"("context_management":{"edits":[]},"speed":"standard","service_tier":"auto",)"
      R"("output_config":{"task_budget":{"total":9}},"litellm_session_id":"s","surprise":1,)"
      R"("tools":[{"type":"web_search_20250305","name":"web_search"},)"
      R"({"type":"custom","name":"f","input_schema":{},"defer_loading":true,"strict":false}],)"
      R"("messages":[)" +
      kHi + "," +
      turn("assistant", R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}},)"
                        R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]},)" +
                            text("done")) +
      R"(,{"role":"user","content":"go","output_config":{"effort":"low"}}]})");
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(out.dropped, (std::vector<std::string>{
                             "mcp_servers", "container", "context_management",
                             "output_config.task_budget", "surprise", "tools[web_search_20250305]",
                             "tools[].defer_loading", "content[server_tool_use]",
                             "content[web_search_tool_result]", "messages.output_config"}));
  EXPECT_THAT(out.messages(), HasSubstr(b_turn("assistant", b_text("done"))));
  EXPECT_EQ(to_converse(with(R"("thread":{"id":"t"})")).code, Code::kUnsupported);
  EXPECT_EQ(to_converse(request(turn("user", R"({"type":"hologram"})"))).error,
            "messages[0].content[0]: content of type hologram");
}

TEST(MessagesToConverse, OutputFormat) {
  const std::string body =
      with(R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})");
  EXPECT_THAT(to_converse(body, claude()).member("outputConfig"),
              HasSubstr(R"("jsonSchema":{"schema":"{\"type\":\"object\"}"})"));
  TargetModel target = nova();
  target.json_schema = false;
  EXPECT_THAT(to_converse(body, target).dropped, ElementsAre("output_config.format"));
}

TEST(MessagesToConverse, FaultsAreNamed) {
  const auto error = [](const std::string& messages) {
    return to_converse(request(messages)).error;
  };
  EXPECT_EQ(error(R"({"role":"tool","content":"x"})"),
            "messages[0].role: not user, assistant or system");
  EXPECT_EQ(error(turn("user", R"({"type":"tool_result","content":"x"})")),
            "messages[0].content[0].tool_use_id: missing");
  EXPECT_EQ(error(turn("assistant", R"({"type":"tool_use","name":"f"})")),
            "messages[0].content[0].id: missing");
  EXPECT_EQ(error(turn("user", use("a"))), "messages[0].content[0]: content of type tool_use");
  EXPECT_EQ(error(turn("user", R"({"type":"text"})")), "messages[0].content[0].text: missing");
  EXPECT_EQ(error(R"({"role":"user","content":7})"),
            "messages[0].content: neither a string nor an array of blocks");
  EXPECT_EQ(to_converse(R"({"messages":[]})").error, "messages: empty");
  EXPECT_EQ(to_converse(R"({"messages":[],"system":[{"type":"image"}]})").error,
            "system[0]: content of type image");
}

}  // namespace
}  // namespace sekisho::wire
