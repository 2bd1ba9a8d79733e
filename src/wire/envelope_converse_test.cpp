#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "wire/envelope.h"
#include "wire/json_text.h"
#include "wire/random_json_test.h"

namespace sekisho::wire {
namespace {

using ::testing::ElementsAre;
using K = BlockKind;

struct Seen {
  K kind;
  std::string text;
  std::uint32_t message;
  friend bool operator==(const Seen&, const Seen&) = default;
};
void PrintTo(const Seen& s, std::ostream* out) {
  *out << static_cast<int>(s.kind) << " '" << s.text << "' in " << s.message;
}

std::vector<Seen> blocks(const Envelope& e, std::string_view body) {
  std::vector<Seen> out;
  for (const TextBlock& b : e.blocks) {
    out.push_back({b.kind, unescape_json(b.raw.of(body)), b.message});
  }
  return out;
}

Result<Envelope> parse(std::string_view body) {
  return parse_envelope(Dialect::kBedrockConverse, body, ModelPlace::kPath);
}

std::string with(std::string_view members) {
  return R"({"messages":[{"role":"user","content":[{"text":"hi"}]}],)" + std::string(members) + "}";
}

std::vector<std::string> features(std::string_view members) {
  auto e = parse(with(members));
  EXPECT_TRUE(e) << e.error().detail;
  return e ? e->provider_features : std::vector<std::string>{};
}

std::string lowered(std::string_view body, std::int64_t value) {
  auto e = parse(body);
  std::vector<SpanEdit> edits;
  edit_max_tokens(*e, body, "max_tokens", value, edits);
  return SplicedBody(body, std::move(edits)).str();
}

}  // namespace

TEST(EnvelopeConverse, FindsEverythingThatLaterStagesNeed) {
  const std::string body = R"({
    "system":[{"text":"be kind"},{"cachePoint":{"type":"default"}}],
    "messages":[
      {"role":"user","content":[{"text":"look \"here\""},
        {"image":{"format":"png","source":{"bytes":"AAAABBBB"}}},
        {"document":{"name":"notes","format":"txt","source":{"bytes":"c2VjcmV0"}}}]},
      {"content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},
        {"toolUse":{"toolUseId":"tooluse_1","name":"run","input":{"cmd":"ls the whole folder"}}}],
       "role":"assistant"},
      {"role":"user","content":[{"toolResult":{"toolUseId":"tooluse_1","status":"success",
        "content":[{"text":"output"},{"json":{"a":"a value of some length"}},
          {"image":{"format":"png","source":{"s3Location":{"uri":"s3://bucket/key/of/it"}}}}]}},
        {"cachePoint":{"type":"default","ttl":"1h"}}]}],
    "inferenceConfig":{"temperature":0.5,"maxTokens":2000},
    "toolConfig":{"tools":[{"toolSpec":{"name":"run","description":"Runs a command for you",
      "inputSchema":{"json":{"type":"object"}}}},{"cachePoint":{"type":"default"}}],
      "toolChoice":{"auto":{}}},
    "additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024},
      "anthropic_beta":["context-1m-2025-08-07"]},
    "requestMetadata":{"user_id":"alice"},
    "serviceTier":{"type":"default"}})";
  auto e = parse(body);
  ASSERT_TRUE(e) << e.error().detail;
  EXPECT_THAT(
      blocks(*e, body),
      ElementsAre(Seen{K::kSystem, "be kind", 0}, Seen{K::kUser, "look \"here\"", 0},
                  Seen{K::kUser, "notes", 0}, Seen{K::kUser, "c2VjcmV0", 0},
                  Seen{K::kAssistant, "hm", 1}, Seen{K::kToolArguments, "ls the whole folder", 1},
                  Seen{K::kToolResult, "output", 2},
                  Seen{K::kToolResult, "a value of some length", 2},
                  Seen{K::kOther, "s3://bucket/key/of/it", 2},
                  Seen{K::kToolDefinition, "Runs a command for you", 0},
                  Seen{K::kOther, "context-1m-2025-08-07", 0}, Seen{K::kOther, "alice", 0},
                  Seen{K::kOther, "default", 0}));
  EXPECT_EQ(e->max_tokens, 2000);
  ASSERT_EQ(e->max_tokens_values.size(), 1U);
  EXPECT_EQ(e->max_tokens_values[0].of(body), "2000");
  EXPECT_EQ(e->thinking_budget->of(body), "1024");
  EXPECT_THAT(e->betas, ElementsAre("context-1m-2025-08-07"));
  EXPECT_EQ(e->metadata_user_id, "alice");
  EXPECT_EQ(e->service_tier, "default");
  EXPECT_THAT(e->tool_names, ElementsAre("run"));
  EXPECT_EQ(e->tools_count, 2U);
  EXPECT_EQ(e->images, 2U);
  EXPECT_EQ(e->image_bytes, 8U);
  EXPECT_EQ(e->documents, 1U);
  EXPECT_EQ(e->remote_sources, 1U);
  EXPECT_EQ(e->cache_life, CacheLife::kOneHour);
  EXPECT_EQ(e->first_user->of(body), R"(look \"here\")");
  EXPECT_TRUE(e->provider_features.empty());
}

TEST(EnvelopeConverse, WhatRunsAtTheProviderIsNamed) {
  EXPECT_THAT(features(R"("guardrailConfig":{"guardrailIdentifier":"g"})"),
              ElementsAre("guardrailConfig"));
  EXPECT_THAT(features(R"("toolConfig":{"tools":[{"systemTool":{"name":"nova_grounding"}}]})"),
              ElementsAre("nova_grounding"));
  EXPECT_THAT(features(R"("additionalModelRequestFields":{"mcp_servers":[{"url":"u"}]})"),
              ElementsAre("mcp_servers"));
  EXPECT_THAT(features(R"("promptVariables":{"a":{"text":"b"}})"), ElementsAre("promptVariables"));
}

TEST(EnvelopeConverse, NoFieldOfAModelRaisesWhatItMayWrite) {
  for (auto field : {R"("max_gen_len":100000)", R"("inferenceConfig":{"max_new_tokens":9})",
                     R"("maxTokenCount":9)", R"("num_generations":4)"}) {
    EXPECT_THAT(features(R"("additionalModelRequestFields":{)" + std::string(field) + "}"),
                ElementsAre("additionalModelRequestFields"))
        << field;
  }
  EXPECT_TRUE(features(R"("additionalModelRequestFields":{"reasoningConfig":
      {"type":"enabled","maxReasoningEffort":"high"},"top_k":5})")
                  .empty());
}

TEST(EnvelopeConverse, LatencyAndTierArePriceModes) {
  auto e =
      parse(with(R"("performanceConfig":{"latency":"optimized"},"serviceTier":{"type":"flex"})"));
  EXPECT_EQ(e->speed, "optimized");
  EXPECT_EQ(e->service_tier, "flex");
}

TEST(EnvelopeConverse, LowersTheMaximumWhereverItStands) {
  EXPECT_EQ(lowered(with(R"("inferenceConfig":{"maxTokens": 9000})"), 7),
            with(R"("inferenceConfig":{"maxTokens": 7})"));
  EXPECT_EQ(lowered(with(R"("inferenceConfig":{"topP":1})"), 7),
            with(R"("inferenceConfig":{"maxTokens":7,"topP":1})"));
  EXPECT_EQ(lowered(with(R"("inferenceConfig":{ })"), 7),
            with(R"("inferenceConfig":{"maxTokens":7})"));
  EXPECT_EQ(lowered(with(R"("inferenceConfig":null)"), 7),
            with(R"("inferenceConfig":{"maxTokens":7})"));
  EXPECT_EQ(lowered(with(R"("a":1)"), 7),
            R"({"inferenceConfig":{"maxTokens":7},)" + with(R"("a":1)").substr(1));
}

TEST(EnvelopeConverse, RefusesWhatWouldPassUnseen) {
  auto refusal = [](std::string_view body) {
    auto e = parse(body);
    return e ? "accepted" : e.error().detail;
  };
  EXPECT_THAT(refusal(R"({"messages":[],"Messages":[]})"),
              ::testing::StartsWith("key that differs from a governed one only in case"));
  EXPECT_THAT(refusal(with(R"("inferenceConfig":{"maxTokens":1,"maxTokens":2})")),
              ::testing::StartsWith("duplicate key \"maxTokens\""));
  EXPECT_THAT(refusal(R"({"messages":[{"role":"user","content":[{"text":"a","text":"b"}]}]})"),
              ::testing::StartsWith("duplicate key \"text\""));
  EXPECT_EQ(refusal("{}"), "messages is missing");
  EXPECT_THAT(refusal(with(R"("inferenceConfig":[])")),
              ::testing::HasSubstr("inferenceConfig to be an object"));
}

namespace {

// A conversation as boto3 and agents send it, with odd spellings.
std::string block(RandomJson& random) {
  switch (random.below(7)) {
    case 0:
      return R"({"image":{"format":"png","source":{"bytes":"iVBORw0KGgo="}}})";
    case 1:
      return R"({"document":{"name":"d","format":"pdf","source":{"bytes":"JVBERi0="}}})";
    case 2:
      return R"({"toolUse":{"toolUseId":"t1","name":"f","input":)" + random.object(2) + "}}";
    case 3:
      return R"({"toolResult":{"toolUseId":"t1","content":[{"text":)" + random.string() + "}]}}";
    case 4:
      return random.chance(50) ? R"({"cachePoint":{"type":"default"}})"
                               : R"({"cachePoint":{"type":"default","ttl":"1h"}})";
    case 5:
      return "{" + random.member("zzz", random.value(2)) + "}";
    default:
      return "{" + random.member("text", random.string()) + "}";
  }
}

std::string message(RandomJson& random) {
  std::string content = "[";
  for (auto n = 1 + random.below(3); n > 0; --n) content += block(random) + (n > 1 ? "," : "");
  content += "]";
  return random.object_of({random.member("role", random.chance(50) ? "\"user\"" : "\"assistant\""),
                           random.member("content", content)});
}

std::string body(RandomJson& random, const std::vector<std::string>& messages) {
  std::string list;
  for (const auto& one : messages) list += (list.empty() ? "" : ",") + one;
  return random.object_of(
      {random.member("system", "[" + block(random) + "]"),
       random.member("messages", "[" + list + "]"),
       random.member("inferenceConfig", R"({"maxTokens":5,"topP":1})"),
       random.member("toolConfig", R"({"tools":[{"toolSpec":{"name":"f","inputSchema":)" +
                                       random.object(2) + "}}]}"),
       random.member("additionalModelRequestFields", random.chance(80)
                                                         ? random.object(2)
                                                         : R"({"thinking":{"budget_tokens":9}})")});
}

}  // namespace

TEST(ResumeEnvelope, ConverseEqualsAFullWalk) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomJson random(seed);
    std::vector<std::string> messages;
    for (auto n = 1 + random.below(6); n > 0; --n) messages.push_back(message(random));
    const auto again = random.below(~0ULL);
    auto text = [&] {
      RandomJson same(again);
      return body(same, messages);
    };
    std::string old_body = text();
    auto earlier = parse(old_body);
    RC_ASSERT(earlier.has_value());
    for (int turn = 0; turn < 10; ++turn) {
      if (random.chance(60)) messages.push_back(message(random));
      std::string grown = random.chance(70) ? text() : random.mutate(old_body);
      auto prefix =
          static_cast<std::size_t>(std::ranges::mismatch(old_body, grown).in1 - old_body.begin());
      std::size_t suffix = 0, most = std::min(old_body.size(), grown.size()) - prefix;
      while (suffix < most &&
             old_body[old_body.size() - 1 - suffix] == grown[grown.size() - 1 - suffix]) {
        ++suffix;
      }
      RC_ASSERT((resume_envelope(*earlier, prefix, grown, suffix) == parse(grown)));
    }
  }));
}

}  // namespace sekisho::wire
