#include "gateway/call_bounds.h"

#include <gtest/gtest.h>

namespace sekisho::gateway {
namespace {

catalog::ModelGroup group(std::int64_t window, std::vector<catalog::PriceTier> tiers = {}) {
  catalog::ModelGroup out;
  out.id = ModelId{1};
  out.facts.context_window = window;
  catalog::Prices prices;
  prices.base = {Price{3'000'000}, Price{15'000'000}, {}, {}, {}, {}};
  prices.tiers = std::move(tiers);
  out.deployments.emplace_back();
  out.deployments.back().prices = prices;
  return out;
}

wire::Envelope parse(const std::string& body) {
  return *wire::parse_envelope(wire::Dialect::kAnthropicMessages, body);
}

std::string body_of(const std::vector<std::string>& messages, std::string_view tail = "") {
  std::string list;
  for (const auto& text : messages) {
    list += (list.empty() ? "" : ",") + (R"({"role":"user","content":")" + text + R"("})");
  }
  return R"({"model":"m","messages":[)" + list + "]" + std::string(tail) + "}";
}

TEST(LongestPrompt, IsWhatABetaOrAPriceSays) {
  EXPECT_EQ(longest_prompt(group(200'000), ""), 200'000);
  EXPECT_EQ(longest_prompt(group(200'000), "a,context-1m-2025-08-07\n"), 1'000'000);
  EXPECT_EQ(longest_prompt(group(2'000'000), "context-1m-2025-08-07\n"), 2'000'000);
  EXPECT_EQ(longest_prompt(group(0), "context-1m-2025-08-07\n"), 0);
  catalog::PriceTier above{200'000, {Price{6'000'000}, Price{22'500'000}, {}, {}, {}, {}}};
  EXPECT_EQ(longest_prompt(group(200'000, {above}), ""), 1'000'000);
  catalog::PriceTier inside{100'000, above.rates};
  EXPECT_EQ(longest_prompt(group(200'000, {inside}), ""), 200'000);
}

// Every row of the starter table whose price goes on above its window can be reserved in full.
TEST(LongestPrompt, ReachesEveryTierOfTheStarterTable) {
  for (const auto& row : catalog::starter_table()) {
    catalog::ModelGroup of_row;
    of_row.facts = row.facts;
    of_row.deployments.emplace_back();
    of_row.deployments.back().prices = row.prices;
    for (const auto& tier : row.prices.tiers) {
      EXPECT_GT(longest_prompt(of_row, ""), tier.above) << row.upstream_model;
    }
  }
}

TEST(BoundPrompt, IsBytesOrTheWindow) {
  auto body = body_of({std::string(5'000, 'x')});
  auto envelope = parse(body);
  auto bytes = static_cast<std::int64_t>(body.size()) + kPromptOverheadTokens;
  EXPECT_EQ(bound_prompt(envelope, body, {}, group(0), 0), bytes);
  EXPECT_EQ(bound_prompt(envelope, body, {}, group(0), 1'000), 1'000);
  envelope.documents = 1;
  EXPECT_EQ(bound_prompt(envelope, body, {}, group(0), 200'000), 200'000);
}

TEST(BoundPrompt, CountsImagesAsTheModelBillsThem) {
  std::string body =
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":)"
      R"("data:image/png;base64,AAAA"}}]}]})";
  auto envelope = *wire::parse_envelope(wire::Dialect::kOpenAiChat, body);
  auto text = static_cast<std::int64_t>(body.size()) - 4 + kPromptOverheadTokens;
  auto mini = group(0);
  mini.facts = catalog::find_starter("openai", "gpt-4o-mini")->facts;
  EXPECT_EQ(bound_prompt(envelope, body, {}, mini, 0), text + 2'833 + 8 * 5'667);
  // That much of its window no image takes: the bill alone has them.
  EXPECT_EQ(bound_prompt(envelope, body, {}, mini, 10'000), 10'000 + 48'169 - 24'600);
  auto claude = group(0);
  claude.facts = catalog::find_starter("anthropic", "claude-opus-5-5")->facts;
  EXPECT_EQ(bound_prompt(envelope, body, {}, claude, 0), text + 4'800);
  EXPECT_EQ(bound_prompt(envelope, body, {}, claude, 1'000), 1'000);
}

TEST(WorstOfGroup, DoesNotOverflow) {
  auto most = worst_of_group(group(0), 1'000, 1'000'000'000'000, 128);
  EXPECT_EQ(most.output, 128'000'000'000'000);
  EXPECT_EQ(worst_of_group(group(0), 1'000, INT64_MAX, 128).worst, most.worst);
}

TEST(BoundPrompt, OfSeveralInputsEachMayFillTheWindow) {
  std::string input(3'000, 'x');
  auto body = R"({"model":"m","input":[")" + input + R"(",")" + input + R"("]})";
  auto envelope = *wire::parse_envelope(wire::Dialect::kOpenAiEmbeddings, body);
  EXPECT_EQ(bound_prompt(envelope, body, {}, group(0), 1'000), 2'000);
  auto bytes = static_cast<std::int64_t>(body.size()) + kPromptOverheadTokens;
  EXPECT_EQ(bound_prompt(envelope, body, {}, group(0), 8'000), bytes);
}

TEST(BoundPrompt, AddsWhatIsNewToTheMeasuredPrefix) {
  std::string old(5'000, 'x');
  std::string tail = R"(,"tools":[{"name":")" + std::string(900, 't') + R"("}])";
  auto before = body_of({old}, tail), body = body_of({old, "new"}, tail);
  Continuation earlier;
  earlier.number = 1;
  earlier.prefix = common_prefix(before, body);
  earlier.model = ModelId{1};
  earlier.measured_prompt = 1'300;
  auto envelope = parse(body);
  auto last =
      static_cast<std::int64_t>(std::string_view(R"({"role":"user","content":"new"}])").size());
  EXPECT_EQ(bound_prompt(envelope, body, earlier, group(0), 0),
            1'300 + last + kPromptOverheadTokens);
  auto other = group(0);
  other.id = ModelId{2};
  EXPECT_GT(bound_prompt(envelope, body, earlier, other, 0), 5'000);
  earlier.measured_prompt = 0;
  EXPECT_GT(bound_prompt(envelope, body, earlier, group(0), 0), 5'000);
}

}  // namespace
}  // namespace sekisho::gateway
