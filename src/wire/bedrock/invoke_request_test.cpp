#include "wire/bedrock/invoke_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "wire/json_walk.h"
#include "wire/random_json_test.h"

namespace sekisho::wire::bedrock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Edited {
  std::string body, error;
  std::vector<std::string> dropped;
};

Edited edited(std::string_view body, std::vector<std::string_view> betas = {}) {
  auto envelope = parse_envelope(Dialect::kAnthropicMessages, body);
  EXPECT_TRUE(envelope) << body;
  auto edits = invoke_edits(*envelope, body, betas);
  if (!edits) return {.error = edits.error().detail};
  return {SplicedBody(body, std::move(edits->edits)).str(), "", std::move(edits->dropped)};
}

constexpr std::string_view kVersion = R"("anthropic_version":"bedrock-2023-05-31",)";
std::string with_version(std::string_view rest) {
  return "{" + std::string(kVersion) + std::string(rest);
}

TEST(InvokeRequest, ModelAndStreamLeaveAndTheVersionComes) {
  EXPECT_EQ(edited(R"({"model":"m", "max_tokens":5,"stream" : true,"messages":[]})").body,
            with_version(R"( "max_tokens":5,"messages":[]})"));
  EXPECT_EQ(edited(R"({"messages":[],"\u006dodel":"m" , "stream":false })").body,
            with_version(R"("messages":[] })"));
  EXPECT_EQ(edited(R"({"model":"m","stream":true,"messages":[]})").body,
            with_version(R"("messages":[]})"));
}

TEST(InvokeRequest, BedrocksVersionStaysAndAnotherBecomesIt) {
  const std::string whole = R"({"messages":[],"anthropic_version":"bedrock-2023-05-31"})";
  EXPECT_EQ(edited(R"({"messages":[],"anthropic_version":"bedrock-2023-05-31","model":"m"})").body,
            whole);
  EXPECT_EQ(edited(R"({"anthropic_version":"vertex-2023-10-16","messages":[],"model":"m"})").body,
            with_version(R"("messages":[]})"));
}

TEST(InvokeRequest, KnownBetasMoveIntoTheBodyAndOthersAreTold) {
  auto out = edited(R"({"model":"m","messages":[]})",
                    {"claude-code-20250219", "unheard-of-2030-01-01", "effort-2025-11-24",
                     "claude-code-20250219", "advanced-tool-use-2025-11-20"});
  EXPECT_EQ(out.body,
            "{\"anthropic_beta\":[\"claude-code-20250219\",\"effort-2025-11-24\","
            "\"tool-search-tool-2025-10-19\"]," +
                with_version(R"("messages":[]})").substr(1));
  EXPECT_THAT(out.dropped, ElementsAre("anthropic-beta:unheard-of-2030-01-01"));
}

TEST(InvokeRequest, BetasOfTheBodyAreJoined) {
  auto out =
      edited(R"({"model":"m","anthropic_beta" : ["context-1m-2025-08-07","x"],"messages":[]})",
             {"effort-2025-11-24", "context-1m-2025-08-07"});
  EXPECT_THAT(out.body, HasSubstr(R"(["context-1m-2025-08-07","effort-2025-11-24"])"));
  EXPECT_THAT(out.dropped, ElementsAre("anthropic-beta:x"));
  EXPECT_EQ(out.body.find("anthropic_beta"), out.body.rfind("anthropic_beta"));
}

TEST(InvokeRequest, WhatSpeaksToAnthropicsOwnServiceIsLeftOutAndTold) {
  auto out = edited(R"({"model":"m","service_tier":"auto","speed":"standard","messages":[],)"
                    R"("inference_geo":"global",)"
                    R"("tags":["t"],"metadata":{"user_id":"u"}})");
  EXPECT_EQ(out.body, with_version(R"("messages":[],"metadata":{"user_id":"u"}})"));
  EXPECT_THAT(out.dropped, ElementsAre("service_tier", "speed", "inference_geo"));
}

TEST(InvokeRequest, ContextManagementThatKeepsAllLeaves) {
  const std::string keeps =
      R"({"model":"m","context_management":{"edits":[{"type":"clear_thinking_20251015",)"
      R"("keep":"all"}]},"messages":[]})";
  EXPECT_EQ(edited(keeps).body, with_version(R"("messages":[]})"));
  EXPECT_THAT(edited(keeps).dropped, ElementsAre("context_management"));
  EXPECT_THAT(edited(R"({"model":"m","context_management":7,"messages":[]})").dropped, IsEmpty());
  const std::string clears =
      R"("context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]},"messages":[]})";
  EXPECT_EQ(edited(R"({"model":"m",)" + clears).body, with_version(clears));
}

TEST(InvokeRequest, SettingsOfSingleTurnsLeaveWithTheirBeta) {
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"a"}, )"
                           R"({"role":"system","content":[ ],"output_config":{"effort":"low"}},)"
                           R"({"output_config":{"effort":"low"},"role":"user","content":"b"}]})";
  auto out = edited(body, {"per-turn-control-2026-07-01"});
  EXPECT_EQ(out.body, with_version(R"("messages":[{"role":"user","content":"a"},)"
                                   R"({"role":"user","content":"b"}]})"));
  EXPECT_THAT(out.dropped,
              ElementsAre("anthropic-beta:per-turn-control-2026-07-01", "messages.output_config"));
  EXPECT_EQ(edited(body).body, with_version(body.substr(body.find(R"("messages")"))));
}

TEST(InvokeRequest, WhatIsNotThereIsRefusedByName) {
  auto refused = [](std::string_view member) {
    return edited("{\"model\":\"m\"," + std::string(member) + ",\"messages\":[]}").error;
  };
  EXPECT_THAT(refused(R"("speed":"fast")"), testing::StartsWith("speed: Amazon Bedrock"));
  EXPECT_THAT(refused(R"("inference_geo":"us")"), HasSubstr("inference_geo"));
  EXPECT_THAT(refused(R"("workspace_id":"w")"), HasSubstr("workspace_id"));
  EXPECT_THAT(refused(R"("mcp_servers":[{"url":"u"}])"), HasSubstr("mcp_servers"));
  EXPECT_THAT(refused(R"("container":"c")"), HasSubstr("container"));
  EXPECT_THAT(refused(R"("tools":[{"type":"web_search_20250305","name":"web_search"}])"),
              HasSubstr("web_search"));
  for (std::string_view source :
       {R"({"type":"url","url":"https://x/y.png"})", R"({"file_id":"f","type":"file"})"}) {
    EXPECT_THAT(edited(R"({"model":"m","messages":[{"role":"user","content":[{"type":"image",)"
                       R"("source":)" +
                       std::string(source) + "}]}]}")
                    .error,
                HasSubstr("send its bytes as base64"));
  }
  EXPECT_EQ(edited(R"({"model":"m","messages":[{"role":"user","content":[{"type":"image",)"
                   R"("source":{"type":"base64","media_type":"image/png","data":"url"}}]}]})")
                .error,
            "");
}

// Body identity: what is outside the listed edits is the client's, to the byte.
TEST(InvokeRequest, ChangesNothingButTheListedPlaces) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomJson random(seed);
    std::vector<std::string> messages;
    for (auto n = random.below(5); n > 0; --n) messages.push_back(random.message(true));
    const std::string body = random.body(true, messages);
    auto envelope = parse_envelope(Dialect::kAnthropicMessages, body);
    RC_ASSERT(envelope.has_value());
    auto invoke = invoke_edits(*envelope, body, {"effort-2025-11-24"});
    if (!invoke) return;
    auto edits = invoke->edits;
    const std::string out = SplicedBody(body, edits).str();
    // Model and gateway members are gone, and it is JSON still.
    JsonCursor cursor(out);
    RC_ASSERT(cursor.skip());
    RC_ASSERT(cursor.finish());
    RC_ASSERT(out.find(R"("anthropic_beta":["effort-2025-11-24"])") != std::string::npos);
    std::string kept;
    std::size_t from = 0;
    std::multimap<std::pair<std::uint32_t, bool>, SpanEdit> in_order;
    for (auto& edit : edits)
      in_order.emplace(std::pair(edit.where.begin, !edit.where.empty()), edit);
    for (const auto& [place, edit] : in_order) {
      kept += body.substr(from, edit.where.begin - from);
      RC_ASSERT(edit.where.empty() || edit.replacement.empty());
      kept += edit.replacement;
      from = edit.where.end;
    }
    RC_ASSERT(kept + body.substr(from) == out);
  }));
}

}  // namespace
}  // namespace sekisho::wire::bedrock
