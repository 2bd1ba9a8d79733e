// What the envelope finds in Gemini's requests, in both spellings of its names.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/envelope.h"

namespace sekisho::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<Envelope> parse(std::string_view body) {
  return parse_envelope(Dialect::kGemini, body, ModelPlace::kPath);
}

std::vector<std::string> blocks(std::string_view body, BlockKind kind) {
  auto envelope = parse(body);
  EXPECT_TRUE(envelope.has_value()) << (envelope ? "" : envelope.error().detail);
  std::vector<std::string> out;
  if (!envelope) return out;
  for (const auto& block : envelope->blocks) {
    if (block.kind == kind) out.emplace_back(block.raw.of(body));
  }
  return out;
}

constexpr std::string_view kBody =
    R"({"systemInstruction":{"role":"user","parts":[{"text":"be brief"}]},)"
    R"("contents":[{"role":"user","parts":[{"text":"look here"},)"
    R"({"inlineData":{"data":"iVBORw0KGgo=","mimeType":"image/png"}}]},)"
    R"({"role":"model","parts":[{"text":"I think so","thought":true},)"
    R"({"functionCall":{"name":"run","args":{"command":"cat /etc/passwd"}},)"
    R"("thoughtSignature":"c2lnbmF0dXJlLW9mLXRob3VnaHRz"}]},)"
    R"({"parts":[{"functionResponse":{"name":"run","response":{"output":"root:x:0:0:root"}}}]}],)"
    R"("tools":[{"functionDeclarations":[{"name":"run","description":"runs a command",)"
    R"("parametersJsonSchema":{"type":"object"}}]}],)"
    R"("generationConfig":{"maxOutputTokens":100,"candidateCount":2,"temperature":0}})";

}  // namespace

TEST(GeminiEnvelope, FindsTextsToolsAndLimits) {
  auto envelope = parse(kBody);
  ASSERT_TRUE(envelope.has_value()) << envelope.error().detail;
  EXPECT_EQ(envelope->messages_count, 3u);
  EXPECT_EQ(envelope->tools_count, 1u);
  EXPECT_EQ(envelope->images, 1u);
  EXPECT_EQ(envelope->image_bytes, 12u);
  EXPECT_EQ(envelope->documents, 0u);
  EXPECT_EQ(envelope->max_tokens, 100);
  EXPECT_EQ(envelope->choices, 2u);
  EXPECT_THAT(envelope->tool_names, ElementsAre("run"));
  EXPECT_TRUE(envelope->provider_features.empty());
  EXPECT_EQ(envelope->first_user->of(kBody), "look here");
  EXPECT_EQ(envelope->checkpoints.size(), 3u);
  EXPECT_THAT(blocks(kBody, BlockKind::kSystem), ElementsAre("be brief"));
  EXPECT_THAT(blocks(kBody, BlockKind::kUser), ElementsAre("look here"));
  EXPECT_THAT(blocks(kBody, BlockKind::kAssistant), ElementsAre("I think so"));
  EXPECT_THAT(blocks(kBody, BlockKind::kToolArguments), ElementsAre("cat /etc/passwd"));
  EXPECT_THAT(blocks(kBody, BlockKind::kToolResult), ElementsAre("root:x:0:0:root"));
}

TEST(GeminiEnvelope, GovernsBothSpellingsAndRefusesABodyThatHasBoth) {
  auto envelope = parse(
      R"({"contents":[{"parts":[{"function_call":{"name":"a","args":{"path":"/tmp/secrets"}}}]}],)"
      R"("generation_config":{"max_output_tokens":7,"candidate_count":3},)"
      R"("tools":[{"function_declarations":[{"name":"a"}]},{"google_search":{}}],)"
      R"("cached_content":"cachedContents/1"})");
  ASSERT_TRUE(envelope.has_value()) << envelope.error().detail;
  EXPECT_EQ(envelope->max_tokens, 7);
  EXPECT_EQ(envelope->choices, 3u);
  EXPECT_THAT(envelope->tool_names, ElementsAre("a"));
  EXPECT_THAT(envelope->provider_features, ElementsAre("cachedContent"));
  ASSERT_EQ(envelope->offered_tools.size(), 1u);
  EXPECT_EQ(envelope->offered_tools[0].name, "googleSearch");
  for (auto twice : {R"({"contents":[],"generationConfig":{},"generation_config":{}})",
                     R"({"contents":[],"systemInstruction":{},"system_instruction":{}})",
                     R"({"contents":[],"generationConfig":{"maxOutputTokens":1,)"
                     R"("max_output_tokens":9}})",
                     R"({"contents":[],"generation\u0043onfig":{},"generation_config":{}})"}) {
    auto refused = parse(twice);
    ASSERT_FALSE(refused.has_value()) << twice;
    EXPECT_THAT(refused.error().detail, HasSubstr("duplicate key"));
  }
}

TEST(GeminiEnvelope, NamesWhatRunsOrIsKeptAtTheProvider) {
  auto envelope = parse(
      R"({"contents":[{"parts":[{"fileData":{"fileUri":"https://x/y","mimeType":"video/mp4"}},)"
      R"({"inlineData":{"mimeType":"audio/wav","data":"AAAA"}}]}],)"
      R"("tools":[{"codeExecution":{},"urlContext":{}},{"functionDeclarations":[]}],)"
      R"("generationConfig":{"responseModalities":["TEXT","IMAGE"]}})");
  ASSERT_TRUE(envelope.has_value()) << envelope.error().detail;
  EXPECT_THAT(envelope->provider_features, ElementsAre("fileData", "audio", "image output"));
  auto alone = parse(R"({"contents":[],"tools":{"googleSearch":{}}})");
  ASSERT_TRUE(alone.has_value());
  EXPECT_THAT(alone->provider_features, ElementsAre("googleSearch"));
  EXPECT_EQ(envelope->documents, 2u);
}

TEST(GeminiEnvelope, RefusesWhatCannotBeGoverned) {
  for (auto body : {R"({})", R"({"contents":{}})", R"({"contents":[1]})",
                    R"({"Contents":[],"contents":[]})", R"({"contents":[],"generationConfig":[]})",
                    R"({"contents":[],"generationConfig":{"maxOutputTokens":"9"}})",
                    R"({"contents":[],"generationConfig":{"candidateCount":0}})",
                    R"({"contents":[{"role":7}]})"}) {
    EXPECT_FALSE(parse(body).has_value()) << body;
  }
}

TEST(GeminiEnvelope, TheMaximumIsLoweredInsideGenerationConfig) {
  auto lowered = [](std::string_view body) {
    auto envelope = parse(body);
    EXPECT_TRUE(envelope.has_value());
    std::vector<SpanEdit> edits;
    edit_max_tokens(*envelope, body, "max_tokens", 50, edits);
    return SplicedBody(body, std::move(edits)).str();
  };
  EXPECT_EQ(lowered(R"({"contents":[],"generationConfig":{"maxOutputTokens": 99}})"),
            R"({"contents":[],"generationConfig":{"maxOutputTokens": 50}})");
  EXPECT_EQ(lowered(R"({"contents":[],"generation_config":{"topK":4}})"),
            R"({"contents":[],"generation_config":{"maxOutputTokens":50,"topK":4}})");
  EXPECT_EQ(lowered(R"({"contents":[],"generationConfig":{ }})"),
            R"({"contents":[],"generationConfig":{"maxOutputTokens":50}})");
  EXPECT_EQ(lowered(R"({"contents":[]})"),
            R"({"generationConfig":{"maxOutputTokens":50},"contents":[]})");
}

TEST(GeminiEnvelope, OfferedToolsAreLeftOutUnlessTheyAreAllowed) {
  auto left = [](std::string_view tools, const std::vector<std::string>& allowed) {
    const std::string body = R"({"contents":[],"tools":)" + std::string(tools) + "}";
    auto envelope = parse(body);
    EXPECT_TRUE(envelope.has_value());
    std::vector<SpanEdit> edits;
    std::vector<std::string> dropped;
    edit_offered_tools(*envelope, body, allowed, edits, dropped);
    std::string out = SplicedBody(body, std::move(edits)).str().substr(23);
    for (const auto& name : dropped) out += " " + name;
    return out;
  };
  EXPECT_EQ(left(R"([{"googleSearch":{}},{"functionDeclarations":[]}])", {}),
            R"([{"functionDeclarations":[]}]} tools[].googleSearch)");
  EXPECT_EQ(left(R"([{"functionDeclarations":[],"url_context":{}} , {"codeExecution":{}}])", {}),
            R"([{"functionDeclarations":[]} ]} tools[].urlContext tools[].codeExecution)");
  EXPECT_EQ(left(R"([{"googleSearch":{}}])", {}), "[]} tools[].googleSearch");
  EXPECT_EQ(left(R"([{"googleSearch":{},"urlContext":{}}])", {"urlContext"}),
            R"([{"urlContext":{}}]} tools[].googleSearch)");
  EXPECT_EQ(left(R"([{"googleSearch":{}}])", {"googleSearch"}), R"([{"googleSearch":{}}]})");
}

TEST(GeminiEnvelope, AResumedWalkEqualsAFullOne) {
  std::string body(kBody);
  body.insert(body.find("{\"functionDeclarations"), R"({"googleSearch":{}},)");
  auto earlier = parse(body);
  ASSERT_TRUE(earlier.has_value());
  const std::string grown = std::string(body).insert(
      body.find("],\"tools\""), R"(,{"role":"model","parts":[{"text":"ok"}]})");
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    const auto prefix = static_cast<std::size_t>(
        std::ranges::mismatch(std::string_view(body).substr(0, cut), grown).in1 - body.data());
    ASSERT_EQ(resume_envelope(*earlier, prefix, grown), parse(grown)) << cut;
  }
  ASSERT_EQ(resume_envelope(*earlier, body.find("],\"tools\""), grown, earlier->tail_size()),
            parse(grown));
}

TEST(GeminiEnvelope, ACountMayHoldTheWholeRequest) {
  const std::string body =
      R"({"generateContentRequest":{"model":"models/g","contents":[{"parts":[{"text":"hi"}]}],)"
      R"("systemInstruction":{"parts":[{"text":"be brief"}]}}})";
  EXPECT_THAT(blocks(body, BlockKind::kUser), ElementsAre("hi"));
  EXPECT_THAT(blocks(body, BlockKind::kSystem), ElementsAre("be brief"));
  EXPECT_FALSE(parse(R"({"generateContentRequest":{"generateContentRequest":{}}})").has_value());
}

}  // namespace sekisho::wire
