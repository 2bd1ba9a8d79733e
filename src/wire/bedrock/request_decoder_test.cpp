// Converse → canonical conversation; named after the cases that every pair of dialects has to meet.
#include "wire/bedrock/request_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::wire::bedrock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using K = Block::Kind;

struct Decoded {
  std::string body;  // the conversation points into it
  std::vector<std::string> dropped;
  Result<std::unique_ptr<Conversation>> conversation;
  const Conversation& operator*() const { return **conversation; }
  std::string error() const { return conversation ? "" : conversation.error().detail; }
};

std::unique_ptr<Decoded> decode(std::string body) {
  auto out = std::make_unique<Decoded>(Decoded{std::move(body), {}, nullptr});
  out->conversation = decode_request(out->body, out->dropped);
  return out;
}

std::unique_ptr<Decoded> with(const std::string& members) {
  return decode(R"({"messages":[{"role":"user","content":[{"text":"hi"}]}],)" + members + "}");
}

std::unique_ptr<Decoded> messages(const std::string& list) {
  return decode(R"({"messages":[)" + list + "]}");
}

std::unique_ptr<Decoded> user(const std::string& blocks) {
  return messages(R"({"role":"user","content":[)" + blocks + "]}");
}

constexpr std::string_view kPng = "iVBORw0KGgoAAAANSUhEUg==";

}  // namespace

TEST(FromConverse, Case01ParallelCallsAndTheirResults) {
  auto d = messages(R"({"role":"user","content":[{"text":"go"}]},
    {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{"n":1.0}}},
      {"toolUse":{"toolUseId":"b","name":"f","input":{}}}]},
    {"role":"user","content":[{"toolResult":{"toolUseId":"b","content":[{"text":"two"}]}},
      {"text":"and"}]})");
  ASSERT_EQ(d->error(), "");
  const auto& turns = (**d).turns;
  ASSERT_EQ(turns.size(), 3U);
  EXPECT_EQ(turns[1].blocks[0].arguments, R"({"n":1.0})");
  ASSERT_EQ(turns[2].blocks.size(), 3U);
  EXPECT_EQ(turns[2].blocks[0].tool_id, "a");
  EXPECT_TRUE(turns[2].blocks[0].is_error);  // missing
  EXPECT_EQ(turns[2].blocks[1].content[0].text, "two");
  EXPECT_EQ(turns[2].blocks[2].text, "and");
}

TEST(FromConverse, Case03RunsOfOneRoleAreMerged) {
  auto d = messages(R"({"role":"user","content":[{"text":"a"}]},
                       {"role":"user","content":[{"text":"b"}]})");
  ASSERT_EQ((**d).turns.size(), 1U);
  EXPECT_EQ((**d).turns[0].blocks.size(), 2U);
}

TEST(FromConverse, Case04InstructionsKeepTheirPlace) {
  auto d = messages(R"({"role":"system","content":[{"text":"first"}]},
    {"role":"user","content":[{"text":"a"}]},{"role":"system","content":[{"text":"mind"}]})");
  ASSERT_EQ(d->error(), "");
  EXPECT_EQ((**d).system[0].text, "first");
  EXPECT_EQ((**d).turns[0].blocks[1].text, R"(<system-reminder>\nmind\n</system-reminder>)");
}

TEST(FromConverse, Case05SystemBlocksStayApart) {
  auto d = with(R"("system":[{"text":"a"},{"cachePoint":{"type":"default"}},{"text":"b"}])");
  ASSERT_EQ((**d).system.size(), 2U);
  EXPECT_EQ((**d).system[0].cache, CacheMark::kFiveMinutes);
}

TEST(FromConverse, Case06BlankTextsGo) {
  auto d = user(R"({"text":" "},{"text":"a"})");
  ASSERT_EQ((**d).turns[0].blocks.size(), 1U);
}

TEST(FromConverse, Case08And09ThinkingKeepsItsSignature) {
  auto d = messages(R"({"role":"user","content":[{"text":"a"}]},
    {"role":"assistant","content":[{"reasoningContent":{"reasoningText":
      {"text":"h\nm","signature":"c2ln"}}},{"reasoningContent":{"reasoningText":
      {"text":"","signature":"b25seQ"}}},{"reasoningContent":{"redactedContent":"ZGF0YQ=="}},
      {"text":"b"}]},{"role":"user","content":[{"text":"c"}]})");
  ASSERT_EQ(d->error(), "");
  const auto& blocks = (**d).turns[1].blocks;
  ASSERT_EQ(blocks.size(), 4U);
  EXPECT_EQ(blocks[0].text, R"(h\nm)");
  EXPECT_EQ(blocks[0].signature, "c2ln");
  EXPECT_EQ(blocks[1].signature, "b25seQ");
  EXPECT_EQ(blocks[2].kind, K::kRedactedReasoning);
  EXPECT_EQ(blocks[2].text, "ZGF0YQ==");
}

TEST(FromConverse, Case11ReasoningWishes) {
  auto budget = with(
      R"("additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":2048}})");
  EXPECT_EQ((**budget).reasoning.budget_tokens, 2048);
  auto adaptive = with(R"("additionalModelRequestFields":{"thinking":{"type":"adaptive",
      "display":"omitted"},"output_config":{"effort":"max"}})");
  EXPECT_EQ((**adaptive).reasoning.mode, ReasoningWish::Mode::kOn);
  EXPECT_EQ((**adaptive).reasoning.display, "omitted");
  EXPECT_EQ((**adaptive).reasoning.output_effort, "max");
  auto nova = with(R"("additionalModelRequestFields":{"reasoningConfig":{"type":"enabled",
      "maxReasoningEffort":"low"}})");
  EXPECT_EQ((**nova).reasoning.effort, "low");
}

TEST(FromConverse, Case12And16SamplingAndStops) {
  auto d = with(R"("inferenceConfig":{"temperature":0.50,"topP":1e0,"stopSequences":["a\n"]},
      "additionalModelRequestFields":{"top_k":5})");
  EXPECT_EQ((**d).temperature, "0.50");
  EXPECT_EQ((**d).top_p, "1e0");
  EXPECT_EQ((**d).top_k, "5");
  EXPECT_THAT((**d).stop, ElementsAre(R"(a\n)"));
}

TEST(FromConverse, Case13ToolChoice) {
  const std::string tools = R"({"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{}}}}])";
  EXPECT_EQ((**with("\"toolConfig\":" + tools + R"(,"toolChoice":{"any":{}}})")).choice.kind,
            ToolChoice::Kind::kAny);
  auto one = with("\"toolConfig\":" + tools + R"(,"toolChoice":{"tool":{"name":"f"}}})");
  EXPECT_EQ((**one).choice.name, "f");
  EXPECT_THAT(with("\"toolConfig\":" + tools + R"(,"toolChoice":{"tool":{"name":"g"}}})")->error(),
              HasSubstr("toolConfig.toolChoice"));
  auto alone = with("\"toolConfig\":" + tools + R"(},"additionalModelRequestFields":
      {"tool_choice":{"type":"auto","disable_parallel_tool_use":true}})");
  EXPECT_FALSE((**alone).choice.parallel);
}

TEST(FromConverse, Case17CachePointsMarkWhatStandsBeforeThem) {
  auto d = with(R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{}}}},
      {"cachePoint":{"type":"default","ttl":"1h"}}]})");
  EXPECT_EQ((**d).tools[0].cache, CacheMark::kOneHour);
  auto m = user(R"({"cachePoint":{"type":"default"}},{"text":"a"},
      {"cachePoint":{"type":"default"}},{"text":"b"})");
  EXPECT_EQ((**m).turns[0].blocks[0].cache, CacheMark::kFiveMinutes);
  EXPECT_EQ((**m).turns[0].blocks[1].cache, CacheMark::kNone);
}

TEST(FromConverse, Case19ImagesByTheirBytes) {
  auto d = user(R"({"text":"a"},{"image":{"format":"jpeg","source":{"bytes":")" +
                std::string(kPng) + R"("}}})");
  ASSERT_EQ(d->error(), "");
  EXPECT_EQ((**d).turns[0].blocks[1].format, "png");
  auto remote = user(R"({"image":{"format":"png","source":{"s3Location":{"uri":"s3://b/k"}}}})");
  EXPECT_THAT(remote->error(), HasSubstr("messages[0].content[0].image: s3Location"));
  EXPECT_EQ(remote->conversation.error().code, Code::kUnsupported);
}

TEST(FromConverse, Case20Documents) {
  auto d = user(R"({"text":"a"},{"document":{"name":"d","format":"pdf",
      "source":{"bytes":"JVBERi0x"},"citations":{"enabled":true}}},
      {"document":{"name":"t","format":"txt","source":{"text":"hi"}}})");
  ASSERT_EQ(d->error(), "");
  const auto& blocks = (**d).turns[0].blocks;
  EXPECT_EQ(blocks[1].format, "pdf");
  EXPECT_EQ(blocks[2].media, "aGk=");
  EXPECT_EQ(blocks[2].format, "txt");
  EXPECT_THAT(d->dropped, ElementsAre("document.citations"));
}

TEST(FromConverse, Case21And22SchemasAndArgumentsKeepTheirBytes) {
  auto d = with(R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"d\u0041",
      "strict":true,"inputSchema":{"json":{ "type":"object","b":1e3 }}}}]})");
  EXPECT_EQ((**d).tools[0].schema, R"({ "type":"object","b":1e3 })");
  EXPECT_EQ((**d).tools[0].description, R"(d\u0041)");
  EXPECT_THAT(d->dropped, ElementsAre("toolConfig.tools[].toolSpec.strict"));
}

TEST(FromConverse, Case24WhatRunsAtTheProviderIsNamed) {
  auto d = with(R"("toolConfig":{"tools":[{"systemTool":{"name":"nova_grounding"}}]},
      "guardrailConfig":{"guardrailIdentifier":"g"},"promptVariables":{"a":{"text":"b"}})");
  EXPECT_THAT(d->dropped, UnorderedElementsAre("toolConfig.tools[systemTool]", "guardrailConfig",
                                               "promptVariables"));
  EXPECT_THAT(user(R"({"video":{"format":"mp4","source":{"bytes":"AA=="}}})")->error(),
              HasSubstr("content of kind video"));
}

TEST(FromConverse, MoreDifferences) {
  auto d = with(R"("outputConfig":{"effort":"high","textFormat":{"type":"json_schema","structure":
      {"jsonSchema":{"schema":"{\"type\":\"object\"}","name":"n"}}}},
      "requestMetadata":{"team":"a"},"performanceConfig":{"latency":"optimized"},
      "serviceTier":{"type":"default"},"additionalModelResponseFieldPaths":["/stop_sequence"])");
  ASSERT_EQ(d->error(), "");
  EXPECT_EQ((**d).format.schema, R"({"type":"object"})");
  EXPECT_EQ((**d).format.name, "n");
  EXPECT_THAT((**d).metadata, ElementsAre(::testing::Pair("team", "a")));
  EXPECT_THAT(d->dropped, ElementsAre("performanceConfig"));
}

TEST(FromConverse, ToolResultsOfEveryKind) {
  auto d = messages(R"({"role":"user","content":[{"text":"go"}]},
    {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{}}}]},
    {"role":"user","content":[{"toolResult":{"toolUseId":"a","status":"error","content":[
      {"json":{"a":"\"b"}},{"image":{"format":"png","source":{"bytes":")" +
                    std::string(kPng) + R"("}}}]}},{"cachePoint":{"type":"default"}}]})");
  ASSERT_EQ(d->error(), "");
  const Block& result = (**d).turns[2].blocks[0];
  EXPECT_TRUE(result.is_error);
  EXPECT_EQ(result.content[0].text, R"({\"a\":\"\\\"b\"})");
  EXPECT_EQ(result.content[1].kind, K::kImage);
  EXPECT_EQ(result.cache, CacheMark::kFiveMinutes);
}

TEST(FromConverse, DroppedFieldsHaveTheClientsNames) {
  EXPECT_EQ(field_name("top_p"), "inferenceConfig.topP");
  EXPECT_EQ(field_name("metadata.team"), "requestMetadata.team");
  EXPECT_EQ(field_name("guardrailConfig"), "guardrailConfig");
}

TEST(FromConverse, WrongInputIsNamed) {
  EXPECT_EQ(decode("[]")->error(), "body: not a JSON object");
  EXPECT_EQ(decode("{}")->error(), "messages: not an array");
  EXPECT_THAT(messages(R"({"role":"tool","content":[]})")->error(), HasSubstr("messages[0]: role"));
  EXPECT_THAT(user(R"({"text":1})")->error(), HasSubstr("messages[0].content[0].text"));
  EXPECT_THAT(messages(R"({"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f",
      "input":"x"}}]})")
                  ->error(),
              HasSubstr("input is not an object"));
}

}  // namespace sekisho::wire::bedrock
