#include "wire/envelope.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

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

std::string refusal(Dialect dialect, std::string_view body) {
  auto result = parse_envelope(dialect, body);
  return result ? "accepted" : result.error().detail;
}
std::string chat_refusal(std::string_view body) {
  return refusal(Dialect::kOpenAiChat, body);
}

std::string with(std::string_view members) {
  return R"({"model":"m","messages":[],)" + std::string(members) + "}";
}

}  // namespace

TEST(EnvelopeChat, FindsEverythingThatLaterStagesNeed) {
  std::string body = R"({ "model" : "gpt-x", "max_tokens":10, "max_completion_tokens": 20,
    "stream": true, "stream_options": {"include_usage": false, "x":1}, "n": 2,
    "litellm_session_id":"cline-01", "prompt_cache_key":"pck", "user":"alice@example.org",
    "metadata":{"user_id":"u1","tags":["red","blue"]},
    "messages":[
      {"role":"system","content":"be kind"},
      {"content":[{"type":"text","text":"hi \"you\""},
                  {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
                  {"type":"image_url","image_url":{"url":"https://example.org/secret.png"}}],
       "role":"user"},
      {"role":"assistant","content":null,"reasoning_content":"hmm",
       "tool_calls":[{"id":"call_1","type":"function",
                      "function":{"name":"run","arguments":"{\"cmd\":\"ls\"}"}}]},
      {"role":"tool","tool_call_id":"call_1","content":"output"}],
    "tools":[{"type":"function","function":{"name":"run","description":"Runs a command",
      "parameters":{"type":"object","properties":{"cmd":{"type":"string",
        "description":"the command"}}}}}],
    "stop":["a stop word"] })";
  auto e = parse_envelope(Dialect::kOpenAiChat, body);
  ASSERT_TRUE(e) << e.error().detail;
  EXPECT_EQ(e->model.of(body), "gpt-x");
  EXPECT_EQ(e->model_name, "gpt-x");
  EXPECT_TRUE(e->stream);
  EXPECT_EQ(e->stream_value->of(body), "true");
  EXPECT_EQ(e->max_tokens, 20);
  ASSERT_EQ(e->max_tokens_values.size(), 2U);
  EXPECT_EQ(e->max_tokens_values[0].of(body), "10");
  EXPECT_EQ(e->max_tokens_values[1].of(body), "20");
  auto swapped = with(R"("max_completion_tokens":5,"max_tokens":9)");
  EXPECT_EQ(parse_envelope(Dialect::kOpenAiChat, swapped)->max_tokens, 9);
  EXPECT_FALSE(e->include_usage);
  EXPECT_EQ(e->include_usage_value->of(body), "false");
  EXPECT_EQ(e->stream_options->of(body), R"({"include_usage": false, "x":1})");
  EXPECT_EQ(e->choices, 2U);
  EXPECT_EQ(e->messages_count, 4U);
  EXPECT_EQ(e->checkpoints.size(), 4U);
  EXPECT_EQ(e->tools_count, 1U);
  EXPECT_EQ(e->tool_names, std::vector<std::string>{"run"});
  EXPECT_EQ(e->images, 2U);
  EXPECT_EQ(e->image_bytes, 4U);
  EXPECT_EQ(e->litellm_session_id, "cline-01");
  EXPECT_EQ(e->prompt_cache_key, "pck");
  EXPECT_EQ(e->end_user, "alice@example.org");
  EXPECT_EQ(e->metadata_user_id, "u1");
  EXPECT_EQ(e->tags, (std::vector<std::string>{"red", "blue"}));
  EXPECT_EQ(e->first_user->of(body), R"(hi \"you\")");
  EXPECT_TRUE(e->messages->of(body).starts_with("[\n"));
  EXPECT_TRUE(e->messages->of(body).ends_with("\"output\"}]"));
  EXPECT_EQ(blocks(*e, body), (std::vector<Seen>{{K::kOther, "cline-01", 0},
                                                 {K::kOther, "pck", 0},
                                                 {K::kOther, "alice@example.org", 0},
                                                 {K::kOther, "u1", 0},
                                                 {K::kOther, "red", 0},
                                                 {K::kOther, "blue", 0},
                                                 {K::kSystem, "be kind", 0},
                                                 {K::kUser, "hi \"you\"", 1},
                                                 {K::kOther, "https://example.org/secret.png", 1},
                                                 {K::kAssistant, "hmm", 2},
                                                 {K::kToolArguments, "{\"cmd\":\"ls\"}", 2},
                                                 {K::kToolResult, "output", 3},
                                                 {K::kToolDefinition, "Runs a command", 0},
                                                 {K::kToolDefinition, "the command", 0},
                                                 {K::kOther, "a stop word", 0}}));
}

TEST(EnvelopeAnthropic, FindsEverythingThatLaterStagesNeed) {
  std::string body = R"({"model":"claude","max_tokens":8,"thinking":{"type":"enabled",
    "budget_tokens":1024},"metadata":{"user_id":"{\"session_id\":\"s\"}"},
    "system":[{"type":"text","text":"sys","cache_control":{"type":"ephemeral"}}],
    "messages":[
      {"role":"user","content":[
        {"type":"image","source":{"data":"QUJDREVG","type":"base64","media_type":"image/png"}},
        {"type":"image","source":{"type":"url","url":"https://a.example/x"}},
        {"type":"document","source":{"type":"text","media_type":"text/plain","data":"doc text"}},
        {"type":"text","text":"hello"}]},
      {"role":"assistant","content":[
        {"type":"thinking","thinking":"let me see","signature":"c2lnbmF0dXJlIG9wYXF1ZQ=="},
        {"type":"redacted_thinking","data":"b3BhcXVlIG9wYXF1ZSBvcGFxdWU="},
        {"type":"tool_use","id":"toolu_1","name":"bash","input":{"command":"cat secret.txt",
          "nested":["another one"]}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1",
        "content":[{"type":"text","text":"file content"}]},
        {"type":"tool_result","tool_use_id":"toolu_2","content":"plain"}]},
      {"role":"system","content":"in the middle"}],
    "tools":[{"name":"bash","description":"A shell","input_schema":{"type":"object"}}],
    "stream":false})";
  auto e = parse_envelope(Dialect::kAnthropicMessages, body);
  ASSERT_TRUE(e) << e.error().detail;
  EXPECT_EQ(e->max_tokens, 8);
  EXPECT_EQ(e->thinking_budget->of(body), "1024");
  EXPECT_EQ(e->metadata_user_id, "{\"session_id\":\"s\"}");
  EXPECT_EQ(e->images, 2U);
  EXPECT_EQ(e->image_bytes, 8U);
  EXPECT_EQ(e->first_user->of(body), "hello");
  EXPECT_TRUE(e->system->of(body).starts_with("[{"));
  EXPECT_EQ(e->tool_names, std::vector<std::string>{"bash"});
  EXPECT_FALSE(e->stream);
  EXPECT_EQ(blocks(*e, body), (std::vector<Seen>{{K::kOther, "{\"session_id\":\"s\"}", 0},
                                                 {K::kSystem, "sys", 0},
                                                 {K::kOther, "https://a.example/x", 0},
                                                 {K::kOther, "doc text", 0},
                                                 {K::kUser, "hello", 0},
                                                 {K::kAssistant, "let me see", 1},
                                                 {K::kToolArguments, "cat secret.txt", 1},
                                                 {K::kToolArguments, "another one", 1},
                                                 {K::kToolResult, "file content", 2},
                                                 {K::kToolResult, "plain", 2},
                                                 {K::kSystem, "in the middle", 3}}));
}

TEST(Envelope, FindsTheLongestCacheMarkAnywhere) {
  auto mark = [](std::string_view content, std::string_view more = "") {
    std::string body = R"({"model":"m","messages":[{"role":"user","content":[)" +
                       std::string(content) + "]}]" + std::string(more) + "}";
    return parse_envelope(Dialect::kAnthropicMessages, body)->cache_life;
  };
  EXPECT_EQ(mark(""), CacheLife::kNone);
  EXPECT_EQ(mark(R"({"cache_control":null})"), CacheLife::kNone);
  EXPECT_EQ(mark(R"({"cache_control":{"type":"ephemeral"}})"), CacheLife::kFiveMinutes);
  EXPECT_EQ(mark("", R"(,"tools":[{"cache_control":{"type":"ephemeral","ttl":"5m"}}])"),
            CacheLife::kFiveMinutes);
  EXPECT_EQ(mark(R"({"cache_control":{"type":"ephemeral","ttl":"1h"}},
                    {"cache_control":{"type":"ephemeral"}})",
                 R"(,"cache_control":{"type":"ephemeral"})"),
            CacheLife::kOneHour);
  EXPECT_EQ(mark(R"({"new":{"cache_contro\u006c":{}}})"), CacheLife::kOneHour);
}

TEST(EnvelopeAnthropic, FindsWhatScalesThePrice) {
  auto parse = [](std::string_view members) {
    return *parse_envelope(Dialect::kAnthropicMessages, with(members));
  };
  EXPECT_EQ(parse(R"("speed":"fast")").speed, "fast");
  EXPECT_EQ(parse(R"("speed":"f\u0061st")").speed, "fast");
  EXPECT_EQ(parse(R"("speed":null)").speed, "");
  EXPECT_EQ(parse(R"("inference_geo":"us")").inference_geo, "us");
  EXPECT_EQ(parse(R"("service_tier":"standard_only")").service_tier, "standard_only");
}

TEST(EnvelopeChat, ReadsTheTierButNoFieldsOfTheOtherDialect) {
  std::string body = with(R"("service_tier":"flex","speed":"fast","inference_geo":"us")");
  auto e = *parse_envelope(Dialect::kOpenAiChat, body);
  EXPECT_EQ(e.service_tier, "flex");
  EXPECT_EQ(e.speed, "");
  EXPECT_EQ(e.inference_geo, "");
}

TEST(Envelope, ASecondSpellingOfAPriceFieldIsRefused) {
  EXPECT_EQ(chat_refusal(with(R"("service_tier":"auto","service_tier":"priority")")),
            "duplicate key \"service_tier\" at byte 50");
  EXPECT_NE(refusal(Dialect::kAnthropicMessages, with(R"("Speed":"fast")")), "accepted");
  EXPECT_NE(refusal(Dialect::kAnthropicMessages, with(R"("INFERENCE_GEO":"us")")), "accepted");
}

TEST(Envelope, NamesWhatRunsAtTheProvider) {
  auto features = [](Dialect dialect, std::string_view members) {
    return parse_envelope(dialect, with(members))->provider_features;
  };
  auto anthropic = [&](auto members) { return features(Dialect::kAnthropicMessages, members); };
  auto chat = [&](auto members) { return features(Dialect::kOpenAiChat, members); };
  using Names = std::vector<std::string>;
  EXPECT_EQ(anthropic(R"("tools":[{"name":"f","input_schema":{}},{"type":"custom","name":"g"},
      {"type":null,"name":"h"},{"type":"bash_20250124","name":"bash"},
      {"type":"text_editor_20250728","name":"e"},{"type":"computer_20251124","name":"c"},
      {"type":"memory_20250818","name":"memory"}],"mcp_servers":[ ],"container":null)"),
            Names{});
  EXPECT_EQ(anthropic(R"("tools":[{"type":"web_search_20250305","name":"web_search"},
      {"type":"web_s\u0065arch_20260209","name":"w"},{"name":"x","type":"code_execution_20250825"},
      {"type":"bash_code_execution_20250825"},{"type":7}],"thread":{"id":"t"},
      "mcp_servers":[{"type":"url"}],"container":"c")"),
            (Names{"web_search", "code_execution", "bash_code_execution", "unknown tool", "thread",
                   "mcp_servers", "container"}));
  EXPECT_EQ(chat(R"("tools":[{"type":"function","function":{"name":"f"}},{"type":"custom"},
      {"function":{"name":"g"}}],"modalities":["text"],"web_search_options":null)"),
            Names{});
  EXPECT_EQ(chat(R"("tools":[{"type":"web_search"},{"googleSearch":{}},{}],
      "web_search_options":{"a":1},"modalities":["text","audio"],"audio":{"voice":"x"},
      "prediction":{"type":"content"},"plugins":[{"id":"web"}])"),
            (Names{"web_search", "googleSearch", "unknown tool", "web_search_options", "audio",
                   "prediction", "plugins"}));
  EXPECT_EQ(anthropic(R"("context_management":{"edits":[{"type":"compact_20260112"}]})"),
            Names{"compaction"});
  EXPECT_EQ(chat_refusal(with(R"("Web_Search_Options":{})")),
            "key that differs from a governed one only in case \"Web_Search_Options\" at byte 28");
  std::string many = R"("tools":[)";
  for (int i = 0; i < 40; ++i) many += R"({"type":"t)" + std::to_string(i) + R"("},)";
  auto capped = chat(std::string_view(many + "{}]"));
  EXPECT_EQ(capped.size(), kProviderFeatures + 1);
  EXPECT_EQ(capped.back(), kMoreFeatures);
}

TEST(EnvelopeAnthropic, KnowsWhichContextEditsLeaveSomethingOut) {
  auto edits = [](std::string_view value) {
    auto body = with(R"("context_management":)" + std::string(value));
    return parse_envelope(Dialect::kAnthropicMessages, body)->context_edits;
  };
  EXPECT_FALSE(edits("null"));
  EXPECT_FALSE(edits(R"({"edits":[{"type":"clear_thinking_20251015","keep":"all"}]})"));
  EXPECT_TRUE(edits(R"({"edits":[{"type":"clear_thinking_20251015"}]})"));
  EXPECT_TRUE(edits(R"({"edits":[{"type":"clear_thinking_20251015",
                                  "keep":{"type":"thinking_turns","value":2}}]})"));
  EXPECT_TRUE(edits(R"({"edits":[{"type":"clear_tool_uses_20250919"}]})"));
}

// Whatever can change the number of a prompt's tokens, in the same messages.
TEST(Envelope, ComparesTheSettingsOfTwoTurns) {
  auto same = [](Dialect dialect, std::string_view a, std::string_view b) {
    std::string left = with(a), right = with(b);
    return same_settings(*parse_envelope(dialect, left), left, *parse_envelope(dialect, right),
                         right);
  };
  constexpr auto kAnthropic = Dialect::kAnthropicMessages;
  EXPECT_TRUE(same(kAnthropic, R"("system":"s","max_tokens":1,"stream":true,"metadata":{})",
                   R"("max_tokens":22,"cache_control":{"type":"ephemeral"},"system":"s")"));
  for (std::string_view other :
       {R"("system":"t")", R"("system":"s","tools":[])", R"("system":"s","thinking":{})",
        R"("system":"s","a new field":1)", ""}) {
    EXPECT_FALSE(same(kAnthropic, R"("system":"s")", other)) << other;
  }
  EXPECT_FALSE(same(Dialect::kOpenAiChat, R"("max_tokens":1)", R"("max_tokens":2)"));
}

TEST(Envelope, CountsDocumentsWhereverAPartCanStand) {
  auto documents = [](Dialect dialect, std::string_view system, std::string_view content) {
    std::string body = R"({"model":"m","messages":[{"role":"user","content":[)" +
                       std::string(content) + R"(]}],"system":[)" + std::string(system) + "]}";
    return parse_envelope(dialect, body)->documents;
  };
  constexpr auto kAnthropic = Dialect::kAnthropicMessages;
  EXPECT_EQ(documents(kAnthropic, "", R"({"type":"text","text":"document"})"), 0U);
  EXPECT_EQ(documents(kAnthropic, "", R"({"type":"document","source":{"type":"url","url":"u"}},
                                         {"source":{},"type":"docum\u0065nt"})"),
            2U);
  EXPECT_EQ(documents(kAnthropic, R"({"type":"document"})",
                      R"({"type":"tool_result","content":[{"type":"document"}]},
                         {"type":"container_upload","file_id":"f"})"),
            3U);
  EXPECT_EQ(documents(Dialect::kOpenAiChat, "", R"({"type":"file","file":{"file_data":"d"}},
                                                   {"type":"input_audio","input_audio":{}})"),
            2U);
}

// Claude Code changes the effort in the middle of a conversation in this way.
TEST(EnvelopeAnthropic, TakesASystemMessageThatOnlySetsTheOutput) {
  for (std::string_view content : {R"("")", "[]", "null", R"([{"type":"text","text":""}])"}) {
    std::string body =
        R"({"model":"m","messages":[{"role":"user","content":"hi"},{"role":"system","content":)" +
        std::string(content) + R"(,"output_config":{"effort":"high"}}]})";
    auto e = parse_envelope(Dialect::kAnthropicMessages, body);
    ASSERT_TRUE(e) << e.error().detail;
    EXPECT_EQ(e->messages_count, 2U);
    EXPECT_EQ(blocks(*e, body), (std::vector<Seen>{{K::kUser, "hi", 0}})) << content;
  }
  std::string body = R"({"model":"m","messages":[{"role":"system","output_config":{}}]})";
  EXPECT_TRUE(parse_envelope(Dialect::kAnthropicMessages, body));
}

TEST(Envelope, NothingPassesUnseen) {
  std::string body = R"({"model":"m","messages":[{"role":"user","content":[{"type":"weird",
    "deep":[{"x":"inside unknown part"}]}],"extra":{"y":"inside unknown field"},
    "name":"a name over sixty-four bytes is no identifier and so somebody must read it"}],
    "a new field":"top level text","o":{"a key that is long enough":1}})";
  auto e = parse_envelope(Dialect::kOpenAiChat, body);
  ASSERT_TRUE(e) << e.error().detail;
  auto seen = blocks(*e, body);
  ASSERT_EQ(seen.size(), 5U);
  for (const Seen& s : seen) EXPECT_EQ(s.kind, K::kOther);
  EXPECT_EQ(seen[4].text, "a key that is long enough");
}

TEST(Envelope, RefusesDuplicateKeysNamingKeyAndOffset) {
  EXPECT_EQ(chat_refusal(R"({"model":"a","model":"b","messages":[]})"),
            "duplicate key \"model\" at byte 14");
  EXPECT_EQ(chat_refusal(R"({"model":"a","mod\u0065l":"b","messages":[]})"),
            "duplicate key \"mod\\u0065l\" at byte 14");
  for (
      std::string_view body : {
          R"({"model":"a","messages":[],"messages":[]})",
          R"({"model":"a","unknown":1,"unknown":2,"messages":[]})",
          R"({"model":"a","messages":[{"role":"user","role":"system"}]})",
          R"({"model":"a","messages":[{"content":[{"text":"a","text":"b"}]}]})",
          R"({"model":"a","messages":[{"content":[{"image_url":{"url":"a","url":"b"}}]}]})",
          R"({"model":"a","messages":[{"tool_calls":[{"id":"a","id":"b"}]}]})",
          R"({"model":"a","messages":[{"tool_calls":[{"function":{"name":"a","name":"b"}}]}]})",
          R"({"model":"a","messages":[],"stream_options":{"include_usage":true,"include_usage":false}})",
          R"({"model":"a","messages":[],"metadata":{"user_id":"a","user_id":"b"}})",
          R"({"model":"a","messages":[],"tools":[{"name":"a","name":"b"}]})",
          R"({"model":"a","messages":[],"tools":[{"function":{"name":"a","name":"b"}}]})",
          R"({"model":"a","messages":[],"thinking":{"budget_tokens":1,"budget_tokens":2}})",
      }) {
    EXPECT_TRUE(chat_refusal(body).starts_with("duplicate key \"")) << body;
  }
  EXPECT_TRUE(
      refusal(Dialect::kAnthropicMessages,
              R"({"model":"a","messages":[{"content":[{"source":{"data":"","data":""}}]}]})")
          .starts_with("duplicate key \"data\""));
}

TEST(Envelope, RefusesKeysThatDifferInCaseOnly) {
  EXPECT_EQ(chat_refusal(R"({"model":"a","Model":"b","messages":[]})"),
            "key that differs from a governed one only in case \"Model\" at byte 14");
}

TEST(Envelope, RefusesWrongTypesOfGovernedFields) {
  EXPECT_EQ(chat_refusal(R"({"model":5})"), "expected model to be a string at byte 9");
  EXPECT_EQ(chat_refusal(R"({"model":""})"), "empty model name at byte 10");
  EXPECT_EQ(chat_refusal(R"({"messages":[]})"), "model is missing");
  EXPECT_EQ(chat_refusal(R"({"model":"m"})"), "messages is missing");
  EXPECT_EQ(chat_refusal("[]"), "expected an object at byte 0");
  EXPECT_EQ(chat_refusal("not json"), "expected an object at byte 0");
  EXPECT_EQ(chat_refusal(""), "expected an object at byte 0, where the body ends");
  EXPECT_EQ(chat_refusal(R"({"model":"m","messages":{}})"),
            "expected messages to be an array at byte 24");
  EXPECT_EQ(chat_refusal(R"({"model":"m","messages":[1]})"),
            "expected a message to be an object at byte 25");
  EXPECT_EQ(chat_refusal(R"({"model":"m","messages":[{"role":1}]})"),
            "expected role to be a string at byte 33");
  for (std::string_view bad :
       {R"("stream":"yes")", R"("max_tokens":1.5)", R"("max_tokens":"1")", R"("max_tokens":-1)",
        R"("max_tokens":1e3)", R"("max_tokens":99999999999999999999)",
        R"("max_tokens":1000000000001)", R"("max_completion_tokens":9223372036854775807)",
        R"("n":0)", R"("n":2.5)", R"("stream_options":true)",
        R"("stream_options":{"include_usage":1})"}) {
    EXPECT_TRUE(chat_refusal(with(bad)).starts_with("expected ")) << bad;
  }
}

TEST(Envelope, NullCountsAsAbsentButKeepsItsPlace) {
  std::string body = with(R"("stream":null,"max_tokens":null,"stream_options":null,"n":null)");
  auto e = parse_envelope(Dialect::kOpenAiChat, body);
  ASSERT_TRUE(e) << e.error().detail;
  EXPECT_FALSE(e->stream);
  EXPECT_FALSE(e->max_tokens);
  EXPECT_EQ(e->max_tokens_values.at(0).of(body), "null");
  EXPECT_EQ(e->stream_options->of(body), "null");
  EXPECT_EQ(e->choices, 1U);
}

TEST(EnvelopeLimits, EachIsHit) {
  auto many = [](std::string_view element, std::size_t n) {
    std::string out(element);
    for (std::size_t i = 1; i < n; ++i) out += ',' + std::string(element);
    return "[" + out + "]";
  };
  auto code = [](const std::string& body) {
    auto e = parse_envelope(Dialect::kOpenAiChat, body);
    return e ? std::string("accepted")
             : std::string(code_name(e.error().code)) + ": " + e.error().detail;
  };
  auto messages = [](const std::string& list) {
    return R"({"model":"m","messages":)" + list + "}";
  };
  EXPECT_EQ(code(messages(many("{}", limits::kMessages))), "accepted");
  EXPECT_TRUE(code(messages(many("{}", limits::kMessages + 1)))
                  .starts_with("too_large: more than 100000 messages"));
  EXPECT_EQ(code(with("\"x\":" + many("\"12345678\"", limits::kTextBlocks))), "accepted");
  EXPECT_TRUE(code(with("\"x\":" + many("\"12345678\"", limits::kTextBlocks + 1)))
                  .starts_with("too_large: more than 100000 texts"));
  EXPECT_EQ(code(with("\"tools\":" + many("{}", limits::kTools))), "accepted");
  EXPECT_TRUE(code(with("\"tools\":" + many("{}", limits::kTools + 1)))
                  .starts_with("too_large: more than 4096 tools"));
  EXPECT_EQ(code(with("\"tags\":" + many("\"t\"", limits::kRequestTags))), "accepted");
  EXPECT_TRUE(code(with("\"tags\":" + many("\"t\"", limits::kRequestTags + 1)))
                  .starts_with("too_large: more than 256 tags"));
  EXPECT_EQ(code(with("\"n\":128")), "accepted");
  EXPECT_TRUE(code(with("\"n\":129")).starts_with("too_large: n above 128"));
  std::string keys;
  for (std::size_t i = 0; i < limits::kTopLevelKeys - 2; ++i) {
    keys += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
  }
  EXPECT_EQ(code(with(keys)), "accepted");
  EXPECT_TRUE(code(with(keys + ",\"last\":0")).starts_with("too_large: more than 256 keys"));
  std::string deep(10'000, '[');
  EXPECT_TRUE(code(with("\"x\":" + deep)).starts_with("too_large: nested deeper than 128 levels"));
}

}  // namespace sekisho::wire
