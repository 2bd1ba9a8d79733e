#include "gateway/inspection.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "wire/json_text.h"

namespace sekisho::gateway {
namespace {

// Not a real key: the shape of one, put together here so that no scanner takes this file for a
// leak.
const std::string kSecret = "AKIA" + std::string("Q3EGRXHSXYZ4TUVW");

std::string message(const std::string& role, const std::string& text) {
  return R"({"role":")" + role + R"(","content":")" + wire::escape_json(text) + R"("})";
}

std::string body_of(const std::vector<std::string>& texts, const std::string& tail) {
  std::string out = R"({"model":"m","messages":[)";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out += (i ? "," : "") + message(i % 2 ? "assistant" : "user", texts[i]);
  }
  return out + R"(],"user":")" + wire::escape_json(tail) + R"("})";
}

struct Case {
  http::BodyBudget budget;
  http::BufferPool pool{budget};
  ConversationMemory memory{64 << 20};
  std::shared_ptr<const guard::RuleSet> rules = guard::RuleSet::builtin_secrets();

  wire::Dialect dialect = wire::Dialect::kOpenAiChat;

  std::vector<BlockFinding> find(const std::string& body, bool use_memory, std::int64_t& scanned) {
    Continuation earlier;
    if (use_memory) earlier = memory.find(KeyId{1}, dialect, "", body);
    auto envelope = earlier.turn ? wire::resume_envelope(earlier.turn->envelope, earlier.prefix,
                                                         body, earlier.suffix)
                                 : wire::parse_envelope(dialect, body);
    EXPECT_TRUE(envelope) << envelope.error().detail;
    auto found = find_in_request(*rules, body, *envelope, earlier, scanned);
    if (use_memory) {
      Turn turn;
      turn.key = KeyId{1};
      turn.dialect = dialect;
      turn.body = pool.make();
      EXPECT_TRUE(turn.body.append(body));
      turn.envelope = *envelope;
      turn.scanned = true;
      turn.rules_version = rules->version();
      turn.findings = found;
      memory.keep(std::move(turn), earlier.number);
    }
    return found;
  }
};

TEST(Inspection, FindsAndRedactsInPlace) {
  Case c;
  auto body = body_of({"my key is " + kSecret + " ok"}, "me");
  std::int64_t scanned = 0;
  auto found = c.find(body, false, scanned);
  ASSERT_EQ(found.size(), 1u);
  auto envelope = *wire::parse_envelope(wire::Dialect::kOpenAiChat, body);
  auto verdict = judge_request(*c.rules, {}, envelope, found);
  auto clean = wire::SplicedBody(body, verdict.redactions).str();
  EXPECT_EQ(clean.find(kSecret), std::string::npos);
  EXPECT_NE(clean.find("my key is [REDACTED:"), std::string::npos) << clean;
  EXPECT_EQ(verdict.records.size(), 1u);
}

// What only its name tells, as the fields of tool calls: {"password": "…"}.
const std::string kWord = "Tr0ub4dor" + std::string("Zx91kq");

std::string tool_call(const std::string& input) {
  return R"({"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"login",)"
         R"("input":)" +
         input + "}]}";
}
std::string messages_body(const std::vector<std::string>& messages, const std::string& more = "") {
  std::string list;
  for (const auto& message : messages) list += (list.empty() ? "" : ",") + message;
  return R"({"model":"m","max_tokens":9,"messages":[)" + list + "]" + more + "}";
}

TEST(Inspection, ReadsValuesWithTheirNames) {
  Case c;
  c.dialect = wire::Dialect::kAnthropicMessages;
  for (const std::string& input :
       {R"({"user":"eva","password":")" + kWord + R"("})",
        R"({"a":{"db_password" : ")" + kWord + R"("}})",
        R"({"note":"a \\ b","passwd":")" + kWord + R"("})",
        R"({"env":[{"name":"DB_PASSWORD", "value":")" + kWord + R"("}]})"}) {
    auto body = messages_body({tool_call(input)});
    std::int64_t scanned = 0;
    auto found = c.find(body, false, scanned);
    auto envelope = *wire::parse_envelope(c.dialect, body);
    auto clean = wire::SplicedBody(body, judge_request(*c.rules, {}, envelope, found).redactions);
    EXPECT_EQ(clean.str().find(kWord), std::string::npos) << clean.str();
    EXPECT_NE(clean.str().find("\"[REDACTED:generic-password]"), std::string::npos) << clean.str();
    EXPECT_TRUE(wire::parse_envelope(c.dialect, clean.str())) << clean.str();
  }
  std::int64_t scanned = 0;
  auto tools = R"(,"tools":[{"name":"t","input_schema":{"x":{"api_key":")" + kSecret.substr(4) +
               "q7Rk2LmX9b" + R"("}}}])";
  EXPECT_EQ(c.find(messages_body({}, tools), false, scanned).size(), 1u);
  // What is told to a provider as its own credential stays.
  auto servers = R"(,"mcp_servers":[{"authorization_token":")" + kWord + kWord + R"("}])";
  EXPECT_TRUE(c.find(messages_body({}, servers), false, scanned).empty());
  EXPECT_TRUE(
      c.find(messages_body({tool_call(R"({"text":")" + kWord + R"("})")}), false, scanned).empty());
}

TEST(Inspection, NamesChangeNothingOfTheMemory) {
  Case c;
  c.dialect = wire::Dialect::kAnthropicMessages;
  std::vector<std::string> messages;
  for (const std::string& name : {"password", "text", "token", "value", "api_key"}) {
    messages.push_back(tool_call(R"({"name":"PASSWORD",")" + name + R"(": ")" + kWord + R"("})"));
    messages.push_back(message("user", "go on with " + name));
    auto more = R"(,"metadata":{"x":")" + name + R"(","password":")" + kWord + R"("})";
    auto body = messages_body(messages, more);
    std::int64_t scanned = 0;
    EXPECT_EQ(c.find(body, true, scanned), c.find(body, false, scanned)) << body;
  }
}

TEST(Inspection, BlocksWhenTheRuleSaysSo) {
  Case c;
  auto body = body_of({kSecret}, "");
  std::int64_t scanned = 0;
  auto found = c.find(body, false, scanned);
  guard::Policy policy;
  policy.fallback = guard::Mode::kBlock;
  auto envelope = *wire::parse_envelope(wire::Dialect::kOpenAiChat, body);
  EXPECT_NE(judge_request(*c.rules, policy, envelope, found).blocked_by, nullptr);
}

TEST(Inspection, AConversationThatGoesOnIsReadOnce) {
  Case c;
  std::vector<std::string> texts{std::string(20'000, 'w') + " " + kSecret};
  std::int64_t first = 0, second = 0;
  c.find(body_of(texts, "me"), true, first);
  texts.push_back("short answer");
  texts.push_back("next question");
  auto found = c.find(body_of(texts, "me"), true, second);
  EXPECT_EQ(found.size(), 1u);  // still known
  EXPECT_GT(first, 20'000);
  EXPECT_LT(second, 100);
}

TEST(Inspection, HeadersWithASecretDoNotGoOn) {
  Case c;
  http::Headers headers;
  headers.add("user-agent", "claude-cli/1.0.0 (external, cli)");
  headers.add("X-Stainless-Lang", "js and " + kSecret);
  headers.add("anthropic-beta", "context-1m-2025-08-07,interleaved-thinking-2025-05-14");
  headers.add("x-private", kSecret);  // does not go on anyway
  std::vector<trace::VerdictRecord> records;
  auto tainted = find_in_headers(*c.rules, {}, headers, records);
  EXPECT_EQ(tainted, std::vector<std::string>{"X-Stainless-Lang"});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].rule, "aws-access-key-id");
}

TEST(Inspection, ReadsWordsThatAreSpelledWithEscapes) {
  Case c;
  const std::string token = "glpat-" + std::string("q7Rk2LmX9bVt4ZsP1wYd");
  for (const std::string& spelled :
       {"{\"a\":\"glpat\\u002d" + token.substr(6) + "\"}", "x=glpat%2D" + token.substr(6) + "&y=1",
        "glpat\\u002D" + token.substr(6)}) {
    auto body = body_of({"the words before " + spelled + " and those behind"}, "");
    std::int64_t scanned = 0;
    auto found = c.find(body, false, scanned);
    auto envelope = *wire::parse_envelope(wire::Dialect::kOpenAiChat, body);
    auto verdict = judge_request(*c.rules, {}, envelope, found);
    auto clean = wire::SplicedBody(body, verdict.redactions).str();
    EXPECT_EQ(clean.find(token.substr(6)), std::string::npos) << clean;
    EXPECT_NE(clean.find("the words before"), std::string::npos) << clean;
    EXPECT_NE(clean.find("and those behind"), std::string::npos) << clean;
  }
}

TEST(Inspection, WithAllRulesOffNothingCountsAsInspected) {
  Settings settings;
  EXPECT_TRUE(settings.inspects());
  settings.secrets.fallback = guard::Mode::kOff;
  EXPECT_FALSE(settings.inspects());
  settings.secrets.rules = {{"jwt", guard::Mode::kOff}};
  EXPECT_FALSE(settings.inspects());
  settings.secrets.rules.emplace_back("github-token", guard::Mode::kDetect);
  EXPECT_TRUE(settings.inspects());
}

TEST(Inspection, TheNameOfTheRulesSaysWhichAreOff) {
  Case c;
  const std::string version(c.rules->version());
  guard::Policy policy;
  EXPECT_EQ(guard::name_of_rules(*c.rules, policy), version);
  policy.rules = {{"jwt", guard::Mode::kOff}, {"url-password", guard::Mode::kBlock}};
  EXPECT_EQ(guard::name_of_rules(*c.rules, policy), version + " without jwt");
  policy.fallback = guard::Mode::kOff;
  EXPECT_EQ(guard::name_of_rules(*c.rules, policy), version + " only url-password");
}

// The law of the memory: it changes no verdict, however bodies follow each other.
TEST(Inspection, WithMemoryEqualsWithout) {
  rc::check([] {
    Case c;
    std::vector<std::string> texts;
    auto word = [] {
      return *rc::gen::element<std::string>("plain words ", kSecret, " \"quoted\" \n", "日本語",
                                            std::string(700, 'z'), "\\", kSecret.substr(0, 9));
    };
    auto turns = *rc::gen::inRange(2, 8);
    for (int turn = 0; turn < turns; ++turn) {
      auto change = *rc::gen::inRange(0, 4);
      if (change == 0 && !texts.empty()) texts.erase(texts.begin());
      if (change == 1 && !texts.empty()) texts[texts.size() / 2] += word();
      std::string text;
      for (int i = *rc::gen::inRange(1, 6); i > 0; --i) text += word();
      texts.push_back(text);
      auto body = body_of(texts, *rc::gen::element<std::string>("me", kSecret, "other"));
      std::int64_t scanned = 0;
      RC_ASSERT(c.find(body, true, scanned) == c.find(body, false, scanned));
    }
  });
}

}  // namespace
}  // namespace sekisho::gateway
