#include "sim/core.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/base64.h"
#include "wire/aws/event_stream.h"
#include "wire/aws/sigv4.h"

namespace sekisho::sim {
namespace {

using namespace std::chrono_literals;
namespace aws = wire::aws;

class FixedClock final : public Clock {
 public:
  SteadyTime steady() const override { return SteadyTime(1000s); }
  WallTime wall() const override { return WallTime(1'800'000'000s); }
};

constexpr std::string_view kSonnet = "/model/us.anthropic.claude-sonnet-4-6/converse";

class CoreTest : public testing::Test {
 protected:
  static http::RequestHead head(std::string_view target, http::Headers headers = {}) {
    return {"POST", std::string(target), 1, std::move(headers)};
  }
  Plan bedrock(std::string_view body, std::string_view target = kSonnet) {
    http::Headers headers;
    headers.add("Authorization", "Bearer " + core.keys().bedrock[0].key);
    return core.handle(head(target, headers), body);
  }
  Plan openai(std::string_view body) {
    http::Headers headers;
    headers.add("Authorization", "Bearer " + core.keys().openai[0].key);
    return core.handle(head("/v1/chat/completions", headers), body);
  }
  Plan anthropic(std::string_view body, std::string_view beta = "") {
    http::Headers headers;
    headers.add("x-api-key", core.keys().anthropic[0].key);
    headers.add("anthropic-version", "2023-06-01");
    if (!beta.empty()) headers.add("anthropic-beta", beta);
    return core.handle(head("/v1/messages", headers), body);
  }
  static std::string all(const Plan& plan) {
    std::string out;
    for (const Piece& piece : plan.pieces) out += piece.bytes;
    return out;
  }
  static std::string play(Plan plan) {
    plan.call.begin();
    plan.call.complete();
    return all(plan);
  }

  FixedClock clock;
  SeededRandom random{7};
  SimCore core{clock, random};
};

std::string converse(std::string_view messages, std::string_view more = "") {
  return R"({"messages":[)" + std::string(messages) + "]" + std::string(more) + "}";
}
constexpr std::string_view kHi = R"({"role":"user","content":[{"text":"hi"}]})";
constexpr std::string_view kTools =
    R"(,"toolConfig":{"tools":[{"toolSpec":{"name":"t","inputSchema":{"json":{"type":"object"}}}}]})";

TEST_F(CoreTest, BedrockAnswersAndBills) {
  const auto answer = Json::parse(play(bedrock(converse(kHi))));
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)["output"].at("message", "content").items()[0]["text"].text(),
            "Hello from the simulated provider.");
  ASSERT_EQ(core.bill().calls().size(), 1U);
  const BilledCall& call = core.bill().calls()[0];
  EXPECT_EQ(call.usage.input, 1);
  EXPECT_EQ(call.usage.output, 9);
  EXPECT_EQ(call.nano_usd, 3300 + 9 * 16500);
  EXPECT_TRUE(call.complete);
}

struct Refused {
  std::string messages, more, said;
};

class BedrockRefuses : public CoreTest, public testing::WithParamInterface<Refused> {};

TEST_P(BedrockRefuses, AsTheServiceDoes) {
  const Plan plan = bedrock(converse(GetParam().messages, GetParam().more));
  EXPECT_EQ(plan.status, 400);
  EXPECT_EQ(plan.headers.get("x-amzn-errortype").substr(0, 20), "ValidationException:");
  EXPECT_NE(all(plan).find(GetParam().said), std::string::npos) << all(plan);
}

const std::string kUse =
    R"({"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"t","input":{}}}]})";

INSTANTIATE_TEST_SUITE_P(
    Rules, BedrockRefuses,
    testing::Values(
        Refused{std::string(kHi) + "," + std::string(kHi), "", "must alternate"},
        Refused{R"({"role":"assistant","content":[{"text":"a"}]})", "",
                "start with a user message"},
        Refused{R"({"role":"user","content":[{"text":" "}]})", "", "must be non-empty"},
        Refused{"{\"role\":\"user\",\"content\":[{\"text\":\"\u3000\u00a0\"}]}", "",
                "must be non-empty"},
        Refused{R"({"role":"user","content":[{"text":"\f\u2028"}]})", "", "must be non-empty"},
        Refused{std::string(kHi), R"(,"system":[{"text":" "}])", "system.0 is blank"},
        Refused{R"({"role":"user","content":[]})", "", "is empty"},
        Refused{std::string(kHi), R"(,"extra":1)", "extraneous key [extra]"},
        Refused{std::string(kHi), R"(,"inferenceConfig":{"temperature":1.5})",
                "less than or equal"},
        Refused{std::string(kHi), R"(,"inferenceConfig":{"maxTokens":0})", "greater than or equal"},
        Refused{std::string(kHi), R"(,"inferenceConfig":{"maxTokens":64001})", "exceeds the model"},
        Refused{std::string(kHi), R"(,"additionalModelRequestFields":{"max_tokens":5})",
                "conflicts with the existing field"},
        Refused{R"({"role":"user","content":[{"cachePoint":{"type":"default"}},{"text":"x"}]})", "",
                "There is nothing available to cache"},
        Refused{std::string(kHi) + "," + kUse + "," + std::string(kHi), std::string(kTools),
                "Expected toolResult blocks at messages.2.content for the following Ids: a"},
        Refused{std::string(kHi) + "," + kUse +
                    R"(,{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[]}}]})",
                "", "toolConfig field must be defined"},
        Refused{R"({"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[]}}]})",
                std::string(kTools), "exceeds the number of toolUse blocks"}));

TEST_F(CoreTest, BedrockRefusesForcedToolsAndSamplingOnNewModels) {
  const std::string target = "/model/us.anthropic.claude-opus-5-5/converse";
  std::string forced(kTools);
  forced.insert(forced.size() - 1, R"(,"toolChoice":{"any":{}})");
  EXPECT_NE(all(bedrock(converse(kHi, forced), target)).find("are not supported for this model"),
            std::string::npos);
  EXPECT_NE(all(bedrock(converse(kHi, R"(,"inferenceConfig":{"temperature":0})"), target))
                .find("`temperature` is deprecated for this model"),
            std::string::npos);
}

TEST_F(CoreTest, BedrockRefusesWhatOtherModelsDoNotKnow) {
  const std::string nova = "/model/us.amazon.nova-pro-v1:0/converse";
  const std::string format = R"(,"outputConfig":{"textFormat":{"type":"json_schema"}})";
  const std::string hour =
      R"({"role":"user","content":[{"text":"a"},{"cachePoint":{"type":"default","ttl":"1h"}}]})";
  const std::string stop = R"(,"inferenceConfig":{"stopSequences":["\n"]})";
  EXPECT_EQ(bedrock(converse(kHi, format)).status, 200);
  EXPECT_EQ(bedrock(converse(kHi, format), nova).status, 400);
  EXPECT_EQ(bedrock(converse(hour)).status, 200);
  EXPECT_EQ(bedrock(converse(hour), nova).status, 400);
  EXPECT_EQ(bedrock(converse(kHi, stop)).status, 400);
  EXPECT_EQ(bedrock(converse(kHi, stop), nova).status, 200);
}

TEST_F(CoreTest, AnthropicRefusesBlankText) {
  for (const std::string blank : {" ", "\u3000", "\u00a0"}) {
    const Plan plan = anthropic(
        R"({"model":"claude-haiku-4-5","max_tokens":9,"messages":[{"role":"user","content":")" +
        blank + R"("}]})");
    EXPECT_EQ(plan.status, 400);
    EXPECT_NE(all(plan).find("must contain non-whitespace text"), std::string::npos) << all(plan);
  }
}

TEST_F(CoreTest, BedrockKnowsModelsAndThroughput) {
  EXPECT_NE(all(bedrock(converse(kHi), "/model/nope/converse")).find("identifier is invalid"),
            std::string::npos);
  EXPECT_NE(all(bedrock(converse(kHi), "/model/anthropic.claude-sonnet-4-6/converse"))
                .find("with on-demand throughput"),
            std::string::npos);
  EXPECT_EQ(bedrock(converse(kHi), "/model/amazon.nova-pro-v1%3A0/converse").status, 200);
  EXPECT_EQ(bedrock(converse(kHi), "/model/amazon.nova-pro-v1:0/converse").status, 200);
}

TEST_F(CoreTest, BedrockVerifiesSignatures) {
  const std::string body = converse(kHi);
  const Keys::Aws& key = core.keys().aws[0];
  const auto sign = [&](WallTime at, std::string_view hashed) {
    http::Headers headers;
    headers.add("host", "sim");
    for (const auto& field :
         aws::sign_request("POST", "sim", kSonnet, aws::sha256_hex(hashed), "us-east-1", "bedrock",
                           {key.access_key_id, key.secret_access_key, ""}, at)) {
      headers.add(field.name, field.value);
    }
    return core.handle(head(kSonnet, headers), body).status;
  };
  EXPECT_EQ(sign(clock.wall(), body), 200);
  EXPECT_EQ(sign(clock.wall() + 20min, body), 403);
  EXPECT_EQ(sign(clock.wall(), "other"), 403);
  EXPECT_EQ(core.handle(head(kSonnet), body).status, 403);
}

TEST_F(CoreTest, BedrockStreamsFramesWithUsageAtTheEnd) {
  const Plan plan = bedrock(converse(kHi), std::string(kSonnet) + "-stream");
  aws::EventStreamDecoder decoder;
  std::vector<aws::EventMessage> events;
  ASSERT_TRUE(decoder.feed(all(plan), events));
  EXPECT_TRUE(decoder.at_boundary());
  EXPECT_EQ(events.front().header(":event-type"), "messageStart");
  EXPECT_EQ(events.back().header(":event-type"), "metadata");
  std::string text;
  for (const auto& event : events) {
    const Json payload = Json::parse(event.payload).value();
    EXPECT_TRUE(payload.has("p"));
    text += payload.at("delta", "text").text();
  }
  EXPECT_EQ(text, "Hello from the simulated provider.");
}

TEST_F(CoreTest, PromptCacheWritesOnceThenReads) {
  const std::string body =
      converse(R"({"role":"user","content":[{"text":")" + std::string(8000, 'x') +
               R"("},{"cachePoint":{"type":"default"}},{"text":"q"}]})");
  play(bedrock(body));
  play(bedrock(body));
  core.advance_clock(6min);
  play(bedrock(body));
  const auto& calls = core.bill().calls();
  EXPECT_EQ(calls[0].usage.cache_write_5m, 2000);
  EXPECT_EQ(calls[0].usage.input, 1);
  EXPECT_EQ(calls[1].usage.cache_read, 2000);
  EXPECT_EQ(calls[1].usage.cache_write_5m, 0);
  EXPECT_EQ(calls[2].usage.cache_write_5m, 2000);
}

TEST_F(CoreTest, CancelledCallIsBilledForWhatWasGenerated) {
  {
    Plan plan = anthropic(R"({"model":"claude-haiku-4-5","max_tokens":1000,"stream":true,
        "messages":[{"role":"user","content":"[[sim:{\"scenario\":\"long\",\"tokens\":500}]]"}]})");
    plan.call.begin();
    plan.call.generated(120);
  }
  ASSERT_EQ(core.bill().calls().size(), 1U);
  EXPECT_EQ(core.bill().calls()[0].usage.output, 120);
  EXPECT_FALSE(core.bill().calls()[0].complete);
}

TEST_F(CoreTest, CallThatNeverBeganIsNotBilled) {
  {
    const Plan plan = bedrock(converse(kHi));
  }
  EXPECT_TRUE(core.bill().calls().empty());
}

TEST_F(CoreTest, DrivesAnAgentThroughAFile) {
  const std::string start =
      R"({"model":"claude-sonnet-4-6","max_tokens":1000,"tools":[
      {"name":"Write","input_schema":{"type":"object","required":["file_path","content"],
       "properties":{"file_path":{"type":"string"},"content":{"type":"string"}}}},
      {"name":"Read","input_schema":{"type":"object","required":["file_path"],
       "properties":{"file_path":{"type":"string"},"limit":{"type":"number"}}}}],
      "messages":[{"role":"user","content":
       "do [[sim:{\"scenario\":\"write_file\",\"path\":\"/w/a\",\"content\":\"hey\"}]]"})";
  Json answer = Json::parse(all(anthropic(start + "]}"))).value();
  EXPECT_EQ(answer["stop_reason"].text(), "tool_use");
  const Json call = answer["content"].items()[1];
  EXPECT_EQ(call["name"].text(), "Write");
  EXPECT_EQ(call["input"].dump(), R"({"file_path":"/w/a","content":"hey"})");
  const std::string turn1 = R"(,{"role":"assistant","content":)" + answer["content"].dump() +
                            R"(},{"role":"user","content":[{"type":"tool_result","tool_use_id":")" +
                            call["id"].text() + R"(","content":"ok"}]})";
  answer = Json::parse(all(anthropic(start + turn1 + "]}"))).value();
  EXPECT_EQ(answer["content"].items()[1]["input"].dump(), R"({"file_path":"/w/a"})");
}

TEST_F(CoreTest, AnthropicRefusesUnknownFieldsUnlessTheirBetaIsThere) {
  const std::string body =
      R"({"model":"claude-haiku-4-5","max_tokens":9,"context_management":{},"messages":[
      {"role":"user","content":"a"},{"role":"user","content":"b"}]})";
  EXPECT_EQ(anthropic(body).status, 400);
  EXPECT_EQ(anthropic(body, "context-management-2025-06-27").status, 200);
  EXPECT_EQ(anthropic(body, "unheard-of-2030-01-01").status, 400);
}

constexpr std::string_view kInvoke = "/model/us.anthropic.claude-sonnet-4-6/invoke";
std::string invoke(std::string_view more = "", std::string_view text = "hi") {
  return R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":500,"messages":[)"
         R"({"role":"user","content":")" +
         std::string(text) + "\"}]" + std::string(more) + "}";
}

TEST_F(CoreTest, InvokeModelAnswersAsMessagesAndBills) {
  const auto answer = Json::parse(play(bedrock(invoke(), kInvoke))).value();
  EXPECT_EQ(answer["model"].text(), "claude-sonnet-4-6");
  EXPECT_EQ(answer["content"].items()[0]["text"].text(), "Hello from the simulated provider.");
  EXPECT_EQ(answer.at("usage", "output_tokens").int_or(0), 9);
  EXPECT_FALSE(answer["usage"].has("service_tier"));
  ASSERT_EQ(core.bill().calls().size(), 1U);
  EXPECT_EQ(core.bill().calls()[0].nano_usd, 3300 + 9 * 16500);
  EXPECT_EQ(core.bill().calls()[0].provider, Provider::kBedrock);
}

TEST_F(CoreTest, InvokeModelPacksItsStream) {
  const Plan plan = bedrock(invoke(), std::string(kInvoke) + "-with-response-stream");
  aws::EventStreamDecoder decoder;
  std::vector<aws::EventMessage> chunks;
  ASSERT_TRUE(decoder.feed(all(plan), chunks));
  std::vector<std::string> types;
  Json last;
  for (const aws::EventMessage& chunk : chunks) {
    EXPECT_EQ(chunk.header(":event-type"), "chunk");
    const Json payload = Json::parse(chunk.payload).value();
    EXPECT_TRUE(payload.has("p"));
    last = Json::parse(decode_base64(payload["bytes"].text()).value()).value();
    types.push_back(last["type"].text());
  }
  EXPECT_EQ(types.front(), "message_start");
  EXPECT_EQ(types.back(), "message_stop");
  EXPECT_EQ(std::ranges::find(types, "ping"), types.end());
  EXPECT_EQ(last.at("amazon-bedrock-invocationMetrics", "outputTokenCount").int_or(0), 9);
}

TEST_F(CoreTest, InvokeModelIsStrict) {
  const auto refused = [&](std::string_view body, std::string_view said) {
    const Plan plan = bedrock(body, kInvoke);
    EXPECT_EQ(plan.status, 400) << body;
    EXPECT_TRUE(plan.headers.get("x-amzn-errortype").starts_with("ValidationException"));
    EXPECT_NE(all(plan).find(said), std::string::npos) << all(plan);
  };
  const std::string bare = R"({"max_tokens":5,"messages":[{"role":"user","content":"a"}]})";
  refused(bare, "anthropic_version: Field required");
  refused(R"({"anthropic_version":"bedrock-2023-05-31","messages":[]})", "max_tokens");
  refused(invoke(R"(,"model":"m")"), "model: Extra inputs");
  refused(invoke(R"(,"stream":true)"), "stream: Extra inputs");
  refused(invoke(R"(,"service_tier":"auto")"), "service_tier: Extra inputs");
  refused(invoke(R"(,"anthropic_beta":["per-turn-control-2026-07-01"])"), "invalid beta flag");
  refused(invoke(R"(,"context_management":{})"), "context_management: Extra inputs");
  refused(invoke(R"(,"tools":[{"type":"web_search_20250305","name":"w"}])"), "not supported");
  refused(invoke(R"(,"anthropic_beta":"x")"), "valid list");
  EXPECT_EQ(bedrock(invoke(R"(,"anthropic_beta":["effort-2025-11-24"])"), kInvoke).status, 200);
  EXPECT_EQ(bedrock(invoke(), "/model/amazon.nova-pro-v1:0/invoke").status, 400);
}

TEST_F(CoreTest, ThinkingMustComeBackUnchanged) {
  const std::string head = R"({"model":"claude-sonnet-4-6","max_tokens":5000,
      "thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":
      "[[sim:{\"reasoning\":\"step by step\"}]]"})";
  const Json answer = Json::parse(all(anthropic(head + "]}"))).value();
  const std::string content = answer["content"].dump();
  const auto back = [&](std::string said) {
    return anthropic(head + R"(,{"role":"assistant","content":)" + said +
                     R"(},{"role":"user","content":"go on"}]})")
        .status;
  };
  EXPECT_EQ(back(content), 200);
  std::string changed = content;
  changed.replace(changed.find("step by"), 7, "leap by");
  EXPECT_EQ(back(changed), 400);
}

TEST_F(CoreTest, OpenAiPairsToolMessages) {
  const std::string start = R"({"model":"gpt-4.1-mini","messages":[{"role":"user","content":"a"},
      {"role":"assistant","tool_calls":[{"id":"c1","type":"function",
       "function":{"name":"t","arguments":"{}"}}]})";
  EXPECT_EQ(openai(start + R"(,{"role":"tool","tool_call_id":"c1","content":""}]})").status, 200);
  EXPECT_EQ(openai(start + R"(,{"role":"user","content":"b"}]})").status, 400);
  EXPECT_EQ(openai(start + R"(,{"role":"tool","tool_call_id":"c2","content":""}]})").status, 400);
}

TEST_F(CoreTest, OpenAiSendsUsageOnlyWhenAsked) {
  const std::string body =
      R"({"model":"gpt-4.1-mini","stream":true,"messages":[{"role":"user","content":"a"}])";
  EXPECT_EQ(all(openai(body + "}")).find("\"usage\""), std::string::npos);
  const std::string asked = all(openai(body + R"(,"stream_options":{"include_usage":true}})"));
  EXPECT_NE(asked.find(R"("choices":[],"usage":{"prompt_tokens":1,)"), std::string::npos);
  EXPECT_TRUE(asked.ends_with("data: [DONE]\n\n"));
}

TEST_F(CoreTest, FaultsAndQueue) {
  Scenario busy;
  busy.fault.kind = FaultKind::kStatus;
  busy.fault.status = 429;
  busy.fault.retry_after = 3;
  core.queue_scenario(busy, 1, Provider::kBedrock);
  EXPECT_EQ(openai(R"({"model":"gpt-4.1","messages":[{"role":"user","content":"a"}]})").status,
            200);
  const Plan plan = bedrock(converse(kHi));
  EXPECT_EQ(plan.status, 429);
  EXPECT_EQ(plan.headers.get("retry-after"), "3");
  EXPECT_TRUE(plan.headers.get("x-amzn-errortype").starts_with("ThrottlingException"));
  EXPECT_EQ(bedrock(converse(kHi)).status, 200);
}

TEST_F(CoreTest, BadCrcIsCaughtByADecoder) {
  const Plan plan = bedrock(
      converse(
          R"({"role":"user","content":[{"text":"[[sim:{\"fault\":{\"kind\":\"bad_crc\"}}]]"}]})"),
      std::string(kSonnet) + "-stream");
  aws::EventStreamDecoder decoder;
  std::vector<aws::EventMessage> events;
  EXPECT_FALSE(decoder.feed(all(plan), events));
}

TEST_F(CoreTest, UnknownScenarioIsSaid) {
  const Plan plan = bedrock(converse(R"({"role":"user","content":[{"text":"[[sim:nope]]"}]})"));
  EXPECT_EQ(plan.status, 400);
  EXPECT_NE(all(plan).find("nope"), std::string::npos);
}

TEST_F(CoreTest, MaximumCutsTheAnswer) {
  const Json answer =
      Json::parse(
          play(bedrock(converse(R"({"role":"user","content":[{"text":"[[sim:max_tokens]]"}]})",
                                R"(,"inferenceConfig":{"maxTokens":20})"))))
          .value();
  EXPECT_EQ(answer["stopReason"].text(), "max_tokens");
  EXPECT_EQ(answer.at("usage", "outputTokens").int_or(0), 20);
}

}  // namespace
}  // namespace sekisho::sim
