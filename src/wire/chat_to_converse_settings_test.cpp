// OpenAI chat → Converse: what a client may ask for and what becomes of it.
// Each translation case has tests in its own name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/chat_to_converse_testing.h"

namespace sekisho::wire {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace testing_chat;

TEST(Case11Thinking, BudgetModelsGetABudgetBelowMaxTokens) {
  const auto budget = [](const std::string& members, std::int64_t max_tokens) {
    return with(members, claude(), max_tokens).fields();
  };
  EXPECT_EQ(budget(R"("reasoning_effort":"medium")", 32000),
            R"({"thinking":{"type":"enabled","budget_tokens":8192}})");
  EXPECT_EQ(budget(R"("thinking":{"type":"enabled","budget_tokens":5000})", 32000),
            R"({"thinking":{"type":"enabled","budget_tokens":5000}})");
  EXPECT_EQ(budget(R"("thinking":{"type":"enabled","budget_tokens":50000})", 10000),
            R"({"thinking":{"type":"enabled","budget_tokens":8000}})");
  EXPECT_EQ(budget(R"("reasoning":{"max_tokens":10})", 1100),
            R"({"thinking":{"type":"enabled","budget_tokens":1024}})");
  EXPECT_EQ(budget(R"("reasoning_effort":"high")", 1025),
            R"({"thinking":{"type":"enabled","budget_tokens":1024}})");
  EXPECT_EQ(budget(R"("reasoning_effort":"none")", 32000), "");
  EXPECT_EQ(budget(R"("thinking":{"type":"disabled"})", 32000), "");
  const auto none = with(R"("reasoning_effort":"high")", claude(), 1024);
  EXPECT_EQ(none.fields(), "");
  EXPECT_THAT(none.dropped, Contains(HasSubstr("max_tokens")));
}

TEST(Case11Thinking, AdaptiveModelsGetAnEffort) {
  EXPECT_EQ(with(R"("reasoning_effort":"minimal")", adaptive_claude()).fields(),
            R"({"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}})");
  EXPECT_EQ(
      with(R"("thinking":{"type":"adaptive","display":"summarized"},)"
           R"("output_config":{"effort":"max"})",
           adaptive_claude())
          .fields(),
      R"({"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"max"}})");
  EXPECT_EQ(
      with(R"("thinking":{"type":"enabled","budget_tokens":2048})", adaptive_claude()).fields(),
      R"({"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}})");
}

TEST(Case11Thinking, OtherFamiliesSayItInTheirWords) {
  TargetModel target = claude();
  target.family = "gpt";
  EXPECT_EQ(with(R"("reasoning_effort":"minimal")", target).fields(),
            R"({"reasoning_effort":"low"})");
  target.family = "nova";
  EXPECT_EQ(with(R"("reasoning_effort":"high")", target).fields(),
            R"({"reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}})");
  target.reasoning = false;
  EXPECT_THAT(with(R"("reasoning_effort":"high")", target).dropped, ElementsAre("reasoning"));
}

TEST(Case11Thinking, EffortOfTheOutputNeedsNoThinking) {
  const std::string members = R"("output_config":{"effort":"high"})";
  const auto out = with(members + R"(,"temperature":0.5)", adaptive_claude());
  EXPECT_EQ(out.fields(), R"({"output_config":{"effort":"high"}})");
  EXPECT_THAT(out.dropped, IsEmpty());
  EXPECT_EQ(out.member("inferenceConfig"), R"({"maxTokens":4096,"temperature":0.5})");
  EXPECT_EQ(with(members + R"(,"thinking":{"type":"disabled"})", adaptive_claude()).fields(),
            R"({"output_config":{"effort":"high"}})");
  EXPECT_EQ(with(members + R"(,"thinking":{"type":"adaptive"})", adaptive_claude()).fields(),
            R"({"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}})");
  const std::string format =
      R"(,"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object"}}})";
  EXPECT_THAT(with(members + format, adaptive_claude()).member("outputConfig"),
              HasSubstr(R"(,"effort":"high"})"));
  EXPECT_EQ(with(members + format, adaptive_claude()).fields(), "");
  EXPECT_EQ(with(members).fields(), "");
  EXPECT_THAT(with(members).dropped, ElementsAre("output_config.effort"));
}

TEST(Case11Thinking, UnknownEffortsAreRefusedWhereverTheyStand) {
  EXPECT_THAT(with(R"("reasoning_effort":"banana")").error, HasSubstr("reasoning_effort: must be"));
  EXPECT_THAT(with(R"("reasoning":{"effort":"banana"})").error,
              HasSubstr("reasoning.effort: must be one of none … max"));
  EXPECT_THAT(with(R"("reasoning":{"effort":3})").error, HasSubstr("reasoning.effort"));
  EXPECT_THAT(with(R"("output_config":{"effort":"minimal"})").error,
              HasSubstr("output_config.effort: must be one of low … max"));
  EXPECT_EQ(with(R"("reasoning":{"effort":null},"output_config":{"effort":null})").error, "");
}

TEST(Case11Thinking, SwitchingItOffIsReportedWhereItCannotBe) {
  TargetModel target = adaptive_claude();
  EXPECT_THAT(with(R"("reasoning_effort":"none")", target).dropped, IsEmpty());
  target.always_thinks = true;
  for (const std::string off : {R"("reasoning_effort":"none")", R"("thinking":{"type":"disabled"})",
                                R"("reasoning":{"enabled":false})"}) {
    EXPECT_THAT(with(off, target).dropped, ElementsAre(HasSubstr("always thinks"))) << off;
  }
  EXPECT_THAT(with(R"("n":1)", target).dropped, IsEmpty());
}

TEST(Case11Thinking, AsksForTheTokensThatConverseLeavesOut) {
  EXPECT_EQ(with(R"("reasoning_effort":"low")", adaptive_claude())
                .member("additionalModelResponseFieldPaths"),
            R"(["/usage/output_tokens_details"])");
}

TEST(Case12Sampling, IsClampedToOne) {
  EXPECT_EQ(with(R"("temperature":1.7)").member("inferenceConfig"),
            R"({"maxTokens":4096,"temperature":1})");
  EXPECT_EQ(with(R"("temperature":-0.1)").member("inferenceConfig"),
            R"({"maxTokens":4096,"temperature":0})");
  EXPECT_EQ(with(R"("top_p":0.950)").member("inferenceConfig"),
            R"({"maxTokens":4096,"topP":0.950})");
}

TEST(Case12Sampling, IsDroppedWithThinkingAndWhereForbidden) {
  const std::string members = R"("temperature":0,"top_p":0.9,"top_k":5)";
  const auto thinking = with(members + R"(,"reasoning_effort":"low")", adaptive_claude());
  EXPECT_EQ(thinking.member("inferenceConfig"), R"({"maxTokens":4096})");
  EXPECT_THAT(thinking.dropped, ElementsAre("temperature", "top_p", "top_k"));
  TargetModel target = claude();
  target.forbids_sampling = true;
  EXPECT_THAT(with(members, target).dropped, ElementsAre("temperature", "top_p", "top_k"));
  EXPECT_EQ(with(members).fields(), R"({"top_k":5})");
  EXPECT_THAT(with(members).dropped, ElementsAre("top_p")) << "Claude takes only one of the two";
  target.family = "llama";
  EXPECT_THAT(with(R"("top_k":5)", target).dropped, ElementsAre("top_k"));
}

std::string choice_of(const Translated& out) {
  const std::string config = out.member("toolConfig");
  JsonDocument document;
  EXPECT_TRUE(document.parse(config)) << out.body;
  return std::string(document.root().find("toolChoice").raw());
}

TEST(Case13ToolChoice, IsMapped) {
  EXPECT_EQ(choice_of(with(R"("tool_choice":"auto",)" + kTools)), "");
  EXPECT_EQ(choice_of(with(R"("tool_choice":"required",)" + kTools)), R"({"any":{}})");
  EXPECT_EQ(
      choice_of(with(R"("tool_choice":{"type":"function","function":{"name":"run"}},)" + kTools)),
      R"({"tool":{"name":"run"}})");
  EXPECT_THAT(with(R"("tool_choice":{"type":"function","function":{"name":"x"}},)" + kTools).error,
              HasSubstr("tool_choice"));
}

TEST(Case13ToolChoice, NoneKeepsTheToolsOnlyWhereTheHistoryNeedsThem) {
  EXPECT_EQ(with(R"("tool_choice":"none",)" + kTools).member("toolConfig"), "");
  const auto out = translate(R"({"tool_choice":"none",)" + kTools + R"(,"messages":[)" + kUser +
                             "," + kCall + "," + kResult + "]}");
  EXPECT_THAT(out.member("toolConfig"), HasSubstr("\"run\""));
  EXPECT_THAT(out.messages(), HasSubstr("Do not call any tool"));
}

TEST(Case13ToolChoice, HistoryWithoutToolsGetsAToolConfig) {
  const auto out = translate(R"({"messages":[)" + kUser + "," + kCall + "," + kResult + "]}");
  EXPECT_EQ(out.member("toolConfig"),
            R"({"tools":[{"toolSpec":{"name":"run","inputSchema":{"json":{"type":"object"}}}}]})");
  EXPECT_THAT(out.messages(), HasSubstr("Do not call any tool"));
}

TEST(Case13ToolChoice, ForcingGivesWayToThinkingAndToModelsThatRefuseIt) {
  const std::string members = R"("tool_choice":"required",)" + kTools;
  const auto thinking = with(members + R"(,"reasoning_effort":"low")", adaptive_claude());
  EXPECT_EQ(choice_of(thinking), "");
  EXPECT_THAT(thinking.dropped, Contains("tool_choice"));
  TargetModel target = claude();
  target.forbids_forced_tool = true;
  EXPECT_THAT(with(members, target).dropped, ElementsAre("tool_choice"));
  target = adaptive_claude();
  EXPECT_THAT(with(members, target).dropped, IsEmpty());
  target.always_thinks = true;
  EXPECT_EQ(choice_of(with(members, target)), "");
  EXPECT_THAT(with(members, target).dropped, ElementsAre("tool_choice"));
}

TEST(Case13ToolChoice, OneAtATimeIsSaidInClaudesWordsWithoutAConflict) {
  const auto any = with(R"("parallel_tool_calls":false,"tool_choice":"required",)" + kTools);
  EXPECT_EQ(choice_of(any), "");
  EXPECT_EQ(any.fields(), R"({"tool_choice":{"type":"any","disable_parallel_tool_use":true}})");
  EXPECT_EQ(with(R"("parallel_tool_calls":false,)" + kTools).fields(),
            R"({"tool_choice":{"type":"auto","disable_parallel_tool_use":true}})");
  EXPECT_EQ(with(R"("parallel_tool_calls":false)").fields(), "") << "no tools, no choice";
  TargetModel target;
  target.family = "nova";
  EXPECT_THAT(with(R"("parallel_tool_calls":false,)" + kTools, target).dropped,
              ElementsAre("parallel_tool_calls"));
}

TEST(Case13ToolChoice, AllowedToolsNeverForceOneThatIsNotAllowed) {
  const std::string tools = R"("tools":[{"type":"function","function":{"name":"a"}},)"
                            R"({"type":"function","function":{"name":"b"}},)"
                            R"({"type":"custom","custom":{"name":"c"}}],)";
  const auto allow = [&](const std::string& mode, const std::string& names) {
    std::string list;
    for (const char name : names) {
      const std::string kind = name == 'c' ? "custom" : "function";
      list += (list.empty() ? "" : ",") + (R"({"type":")" + kind + R"(",")" + kind) +
              R"(":{"name":")" + name + R"("}})";
    }
    return with(tools + R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":")" +
                mode + R"(","tools":[)" + list + "]}}");
  };
  EXPECT_EQ(choice_of(allow("required", "b")), R"({"tool":{"name":"b"}})");
  EXPECT_EQ(choice_of(allow("required", "c")), R"({"tool":{"name":"c"}})");
  EXPECT_EQ(choice_of(allow("required", "cab")), R"({"any":{}})");
  EXPECT_THAT(allow("required", "cab").dropped, IsEmpty());
  EXPECT_EQ(allow("required", "ab").code, Code::kUnsupported);
  EXPECT_THAT(allow("required", "ab").error, HasSubstr("tool_choice.allowed_tools: "));
  EXPECT_EQ(choice_of(allow("auto", "a")), "");
  EXPECT_THAT(allow("auto", "a").dropped, ElementsAre("tool_choice.allowed_tools"));
  EXPECT_THAT(allow("auto", "abc").dropped, IsEmpty());
  EXPECT_THAT(allow("required", "x").error, HasSubstr("not in tools"));
  EXPECT_THAT(allow("never", "a").error, HasSubstr("tool_choice.allowed_tools.mode"));
}

TEST(Case14MaxTokens, IsAlwaysSentAndIsWhatAdmissionDecided) {
  EXPECT_EQ(
      with(R"("max_tokens":9,"max_completion_tokens":10)", claude(), 77).member("inferenceConfig"),
      R"({"maxTokens":77})");
}

TEST(Case14MaxTokens, GptNeedsSixteen) {
  TargetModel target;
  target.family = "gpt";
  EXPECT_EQ(least_max_tokens(target), 16);
  EXPECT_THAT(with(R"("n":1)", target, 15).error, HasSubstr("at least 16"));
  EXPECT_THAT(with(R"("n":1)", claude(), 0).error, HasSubstr("at least 1"));
}

TEST(Case16Stop, StringOrArrayWithoutBlanks) {
  EXPECT_EQ(with(R"("stop":"END\n")").member("inferenceConfig"),
            R"({"maxTokens":4096,"stopSequences":["END\n"]})");
  const auto out = with(R"("stop":["a"," \n",""])");
  EXPECT_EQ(out.member("inferenceConfig"), R"({"maxTokens":4096,"stopSequences":["a"]})");
  EXPECT_THAT(out.dropped, ElementsAre("stop"));
  TargetModel target;
  target.family = "nova";
  const auto nova = with(R"("stop":["\n\n","",""])", target);
  EXPECT_EQ(nova.member("inferenceConfig"), R"({"maxTokens":4096,"stopSequences":["\n\n"]})");
  EXPECT_THAT(nova.dropped, ElementsAre("stop"));
  target.family = "gpt";
  EXPECT_THAT(with(R"("stop":"x")", target).dropped, ElementsAre("stop"));
}

TEST(ChatToConverse, OneChoiceOnly) {
  EXPECT_EQ(with(R"("n":2)").code, Code::kUnsupported);
  EXPECT_THAT(with(R"("n":1)").dropped, IsEmpty());
}

TEST(ChatToConverse, WhatHasNoPlaceIsReported) {
  const auto out = with(
      R"("logprobs":true,"top_logprobs":3,"logit_bias":{"1":2},"seed":0,"unknown_thing":"x",)"
      R"("presence_penalty":0,"frequency_penalty":0.5,"store":false,"service_tier":"priority",)"
      R"("prompt_cache_key":"k","drop_params":true,"litellm_session_id":"s")");
  EXPECT_THAT(out.dropped, ElementsAre("logprobs", "top_logprobs", "logit_bias", "seed",
                                       "unknown_thing", "frequency_penalty", "service_tier"));
}

TEST(ChatToConverse, JsonSchemaIsSentAsAString) {
  const auto out =
      with(R"("response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,)"
           R"("schema":{"type":"object","properties":{"b":{},"a":{}}}}},"reasoning_effort":"low")",
           adaptive_claude());
  EXPECT_EQ(out.member("outputConfig"),
            R"({"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":)"
            R"("{\"type\":\"object\",\"properties\":{\"b\":{},\"a\":{}}}","name":"n"}}},)"
            R"("effort":"low"})");
  EXPECT_EQ(out.fields(), R"({"thinking":{"type":"adaptive"}})") << "no conflicting output_config";
  EXPECT_THAT(with(R"("response_format":{"type":"json_object"})").dropped,
              ElementsAre("response_format"));
}

TEST(ChatToConverse, JsonSchemaIsReportedWhereTheModelKnowsNone) {
  TargetModel target = claude();
  target.json_schema = false;
  const auto out = with(R"("response_format":{"type":"json_schema","json_schema":{"name":"n",)"
                        R"("schema":{"type":"object"}}})",
                        target);
  EXPECT_EQ(out.member("outputConfig"), "");
  EXPECT_THAT(out.dropped, ElementsAre("response_format"));
}

TEST(ChatToConverse, ReportedNamesAreCut) {
  const auto out = with("\"" + std::string(198, 'k') + "日本\":\"v\"");
  EXPECT_THAT(out.dropped, ElementsAre(std::string(198, 'k') + "..."))
      << "at the border of a character";
}

TEST(ChatToConverse, MetadataKeepsToItsCharacters) {
  const auto out = with(R"("user":"\u592a\u90ce@x","metadata":{"b":"1","a":true,"o":{"x":1}})");
  EXPECT_EQ(out.member("requestMetadata"), R"({"a":"true","b":"1","user":"__@x"})");
  EXPECT_THAT(out.dropped, ElementsAre("metadata.o"));
  std::string many;
  for (int i = 0; i < 20; ++i) {
    many += (i ? "," : "") + ("\"k" + std::to_string(i)) + "\":\"v\"";
  }
  EXPECT_EQ(with("\"metadata\":{" + many + "}").dropped.size(), 4U);
}

}  // namespace
}  // namespace sekisho::wire
