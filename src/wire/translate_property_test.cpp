// Whatever a client or a provider says, what leaves is JSON; and for generated conversations the
// Converse body obeys the rules that the service enforces.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <set>

#include "wire/aws/event_stream.h"
#include "wire/json_writer.h"
#include "wire/openai_chat/request_decoder.h"
#include "wire/openai_chat/request_encoder.h"
#include "wire/translate.h"

namespace sekisho::wire {
namespace {

// Text with what JSON, base64 and XML find hard.
rc::Gen<std::string> any_text() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "a", " ", "\n", "\"", "\\", "é", "日本", "\x01", "</system-reminder>",
                          "{", "}", "\t", "😀", "0", "\u3000", "\u00a0", "\f")),
                      [](const std::vector<std::string>& parts) {
                        std::string out;
                        for (const auto& part : parts) out += part;
                        return out;
                      });
}

std::string pick(std::initializer_list<const char*> words) {
  return *rc::gen::elementOf(std::vector<std::string>(words.begin(), words.end()));
}

void write_mark(JsonWriter& json) {
  if (*rc::gen::inRange(0, 4) != 0) return;
  json.key("cache_control").begin_object().field("type", "ephemeral");
  if (*rc::gen::arbitrary<bool>()) json.field("ttl", "1h");
  json.end_object();
}

void write_content(JsonWriter& json, bool may_hold_image) {
  json.key("content");
  if (*rc::gen::arbitrary<bool>()) {
    json.string(*any_text());
    return;
  }
  json.begin_array();
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    json.begin_object();
    if (may_hold_image && *rc::gen::inRange(0, 5) == 0) {
      json.field("type", "image_url").key("image_url").begin_object();
      json.field("url", "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==").end_object();
    } else {
      json.field("type", "text").field("text", *any_text());
    }
    write_mark(json);
    json.end_object();
  }
  json.end_array();
}

void write_assistant(JsonWriter& json) {
  if (*rc::gen::arbitrary<bool>()) json.field("reasoning_content", *any_text());
  if (*rc::gen::arbitrary<bool>()) {
    json.key("reasoning_details").begin_array().begin_object();
    json.field("type", "reasoning.text").field("text", *any_text());
    json.field("signature", pick({"", "sig"})).end_object().end_array();
  }
  json.key("tool_calls").begin_array();
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    json.begin_object().field("id", pick({"a", "b", "c d", "long-long-long"}));
    json.field("type", "function").key("function").begin_object();
    json.field("name", pick({"run", "re.ad"}));
    json.field("arguments",
               pick({"{}", "", "{\"a\":1}", "{\"a\":", "[]", "{\"b\":9e99,\"a\":\"é\"}"}));
    json.end_object().end_object();
  }
  json.end_array();
}

std::string any_request() {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("messages").begin_array();
  const int count = *rc::gen::inRange(1, 8);
  for (int i = 0; i < count; ++i) {
    const std::string role =
        pick({"system", "developer", "user", "user", "assistant", "assistant", "tool", "tool"});
    json.begin_object().field("role", role);
    write_content(json, role == "user" || role == "tool");
    if (role == "tool") json.field("tool_call_id", pick({"a", "b", "c d", "zz"}));
    if (role == "assistant") write_assistant(json);
    write_mark(json);
    json.end_object();
  }
  json.end_array();
  if (*rc::gen::arbitrary<bool>()) {
    json.key("tools").raw(
        R"([{"type":"function","function":{"name":"run","description":""}},)"
        R"({"type":"function","function":{"name":"re.ad","parameters":{"a":1}}}])");
  }
  if (*rc::gen::arbitrary<bool>()) json.field("tool_choice", pick({"none", "auto", "required"}));
  if (*rc::gen::arbitrary<bool>()) json.field("reasoning_effort", pick({"low", "high"}));
  if (*rc::gen::arbitrary<bool>()) json.field("user", *any_text());
  if (*rc::gen::arbitrary<bool>()) json.field("stop", *any_text());
  json.end_object();
  return body;
}

TargetModel any_target() {
  TargetModel target;
  target.family = pick({"claude", "nova", "llama", "gpt"});
  target.reasoning = *rc::gen::arbitrary<bool>();
  target.adaptive_thinking = *rc::gen::arbitrary<bool>();
  target.rejects_prefill = *rc::gen::arbitrary<bool>();
  target.prompt_caching = *rc::gen::arbitrary<bool>();
  return target;
}

bool is_blank_text(std::string_view text) {
  while (!text.empty()) {
    std::size_t size = std::string_view(" \t\r\n\f").contains(text[0]) ? 1 : 0;
    if (text.starts_with("\u00a0")) size = 2;
    if (text.starts_with("\u3000")) size = 3;
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

// The rules of the service over the messages of a Converse body.
class Service {
 public:
  void check(const simdjson::dom::element& body) {
    std::string_view last_role;
    for (const auto message : body["messages"].get_array()) {
      const std::string_view role = message["role"].get_string().value();
      RC_ASSERT(role != last_role);
      RC_ASSERT(!last_role.empty() || role == "user");
      last_role = role;
      check_turn(message["content"].value());
    }
    RC_ASSERT(open_.empty());
    RC_ASSERT(marks_ <= 4);
    RC_ASSERT(!has_tool_blocks_ || !body["toolConfig"].error());
  }

 private:
  void check_turn(const simdjson::dom::element& content) {
    std::vector<std::string> results, uses;
    bool first = true;
    for (const auto block : content.get_array()) {
      if (!block["cachePoint"].error()) {
        RC_ASSERT(!first);
        ++marks_;
      }
      if (!block["text"].error()) RC_ASSERT(!is_blank_text(block["text"].get_string().value()));
      if (!block["toolUse"].error()) uses.push_back(id(block["toolUse"].value()));
      if (!block["toolResult"].error()) {
        results.push_back(id(block["toolResult"].value()));
        RC_ASSERT(block["toolResult"]["content"].get_array().value().size() > 0);
      }
      first = false;
    }
    RC_ASSERT(!first);
    RC_ASSERT(results == open_);
    open_ = uses;
    has_tool_blocks_ = has_tool_blocks_ || !uses.empty();
    for (const auto& use : uses) RC_ASSERT(seen_.insert(use).second);
  }

  static std::string id(const simdjson::dom::element& block) {
    return std::string(block["toolUseId"].get_string().value());
  }

  std::vector<std::string> open_;
  std::set<std::string> seen_;
  int marks_ = 0;
  bool has_tool_blocks_ = false;
};

TEST(TranslateProperty, GeneratedConversationsObeyTheService) {
  EXPECT_TRUE(rc::check([] {
    const std::string body = any_request();
    const TargetModel target = any_target();
    const auto out = chat_to_converse(body, target, 2048);
    RC_ASSERT(out.has_value());
    simdjson::dom::parser parser;
    auto json = parser.parse(out->body);
    RC_ASSERT(!json.error());
    Service().check(json.value());
    RC_ASSERT(chat_to_converse(body, target, 2048)->body == out->body);
  }));
}

// Said in Messages on the way, a conversation is the same.
TEST(TranslateProperty, ConversationsSurviveTheWayThroughMessages) {
  rc::check([] {
    const std::string body = any_request();
    TargetModel target = any_target();
    target.family = "claude";
    const TranslationSettings settings{.model = "m", .max_tokens = 2048};
    constexpr Dialect kMessages = Dialect::kAnthropicMessages;
    const auto direct = chat_to_converse(body, target, 2048);
    const auto said = translate_request(Dialect::kOpenAiChat, kMessages, body, target, settings);
    RC_ASSERT(said.has_value());
    const auto back =
        translate_request(kMessages, Dialect::kBedrockConverse, said->body, target, settings);
    RC_ASSERT(back.has_value());
    simdjson::dom::parser one, other;
    for (const char* member : {"system", "messages", "toolConfig"}) {
      const auto a = one.parse(direct->body)[member], b = other.parse(back->body)[member];
      RC_ASSERT(a.error() == b.error());
      if (!a.error())
        RC_ASSERT(simdjson::minify(a.value_unsafe()) == simdjson::minify(b.value_unsafe()));
    }
  });
}

TEST(TranslateProperty, SpoiledRequestsAreRefusedOrTranslatedToJson) {
  EXPECT_TRUE(rc::check([] {
    std::string body = any_request();
    const auto at = *rc::gen::inRange<std::size_t>(0, body.size());
    body[at] = static_cast<char>(*rc::gen::inRange(0, 256));
    const auto out = chat_to_converse(body, any_target(), 2048);
    simdjson::dom::parser parser;
    if (out) RC_ASSERT(!parser.parse(out->body).error());
  }));
}

std::string as_chat(const std::string& body, const TargetModel& target, bool takes_reasoning) {
  std::vector<std::string> dropped;
  const auto conversation = openai_chat::decode_request(body, dropped);
  RC_ASSERT(conversation.has_value());
  TranslationSettings settings{.model = "gpt-5.5", .max_tokens = 2048};
  if (takes_reasoning) settings.reasoning_field = "reasoning_content";
  const auto out = openai_chat::encode_request(**conversation, target, settings, {});
  RC_ASSERT(out.has_value());
  return out->body;
}

// What OpenAI enforces: each call is answered by its own tool message, at once and once.
void check_chat(const simdjson::dom::element& body) {
  std::set<std::string> open;
  for (const auto message : body["messages"].get_array()) {
    const std::string_view role = message["role"].get_string().value();
    if (role == "tool") {
      const std::string id(message["tool_call_id"].get_string().value());
      RC_ASSERT(open.erase(id) == 1U);
      continue;
    }
    RC_ASSERT(open.empty());
    if (role != "assistant") RC_ASSERT(!message["content"].is_null());
    if (message["tool_calls"].error()) continue;
    for (const auto call : message["tool_calls"].get_array()) {
      const std::string id(call["id"].get_string().value());
      RC_ASSERT(id.size() <= 40U);
      RC_ASSERT(open.insert(id).second);
      simdjson::dom::parser parser;
      RC_ASSERT(!parser.parse(std::string(call["function"]["arguments"].get_string().value()))
                     .get_object()
                     .error());
    }
  }
  RC_ASSERT(open.empty());
}

TEST(TranslateProperty, ChatThatIsReadAndWrittenAgainStaysAsItIs) {
  EXPECT_TRUE(rc::check([] {
    const std::string body = any_request();
    const TargetModel target = any_target();
    const bool takes_reasoning = *rc::gen::arbitrary<bool>();
    const std::string once = as_chat(body, target, takes_reasoning);
    simdjson::dom::parser parser;
    auto json = parser.parse(once);
    RC_ASSERT(!json.error());
    check_chat(json.value());
    RC_ASSERT(as_chat(body, target, takes_reasoning) == once);
    RC_ASSERT(as_chat(once, target, takes_reasoning) == once);
  }));
}

std::string any_event() {
  std::string payload;
  JsonWriter json(payload);
  json.begin_object().field("contentBlockIndex", *rc::gen::inRange(0, 3));
  const std::string kind = pick(
      {"text", "tool", "arguments", "reasoning", "signature", "redacted", "stop", "text", "text"});
  if (kind == "stop") {
    json.end_object();
    return aws::encode_event("contentBlockStop", payload);
  }
  if (kind == "tool") {
    json.key("start").begin_object().key("toolUse").begin_object();
    json.field("toolUseId", *any_text()).field("name", *any_text());
    json.end_object().end_object().end_object();
    return aws::encode_event("contentBlockStart", payload);
  }
  json.key("delta").begin_object();
  if (kind == "text") json.field("text", *any_text());
  if (kind == "arguments") {
    json.key("toolUse").begin_object().field("input", *any_text()).end_object();
  }
  if (kind == "reasoning" || kind == "signature" || kind == "redacted") {
    json.key("reasoningContent").begin_object();
    json.field(kind == "reasoning"   ? "text"
               : kind == "signature" ? "signature"
                                     : "redactedContent",
               *any_text());
    json.end_object();
  }
  json.end_object().end_object();
  return aws::encode_event("contentBlockDelta", payload);
}

// Blocks come one after the other, numbered from 0, with their deltas inside.
void check_order(const std::vector<AnswerEvent>& events) {
  std::uint32_t next = 0;
  bool open = false;
  for (const AnswerEvent& event : events) {
    if (event.kind == AnswerEvent::Kind::kBlockStart) {
      RC_ASSERT(!open);
      RC_ASSERT(event.index == next);
      open = true;
    } else if (event.kind == AnswerEvent::Kind::kDelta) {
      RC_ASSERT(open);
      RC_ASSERT(event.index == next);
    } else if (event.kind == AnswerEvent::Kind::kBlockStop) {
      RC_ASSERT(open);
      open = false;
      ++next;
    }
  }
  RC_ASSERT(!open);
}

TEST(TranslateProperty, GeneratedAnswersAreOrderedAndJsonInBothShapes) {
  EXPECT_TRUE(rc::check([] {
    std::string stream;
    for (int i = *rc::gen::inRange(0, 15); i > 0; --i) stream += any_event();
    stream += aws::encode_event("messageStop", R"({"stopReason":"end_turn"})");
    const auto decoder = make_converse_decoder(true);
    std::vector<AnswerEvent> events;
    RC_ASSERT(decoder->feed(stream, events).has_value());
    RC_ASSERT(decoder->finish(events).has_value());
    check_order(events);
    simdjson::dom::parser parser;
    for (const bool streamed : {true, false}) {
      const auto encoder = make_chat_encoder({.id = "i", .model = "m", .stream = streamed});
      for (const AnswerEvent& event : events) {
        std::string out;
        encoder->encode(event, out);
        if (!streamed) {
          if (!out.empty()) RC_ASSERT(!parser.parse(out).error());
          continue;
        }
        for (std::size_t at = 0; at < out.size(); at = out.find("\n\n", at) + 2) {
          const std::string data = out.substr(at + 6, out.find("\n\n", at) - at - 6);
          if (data != "[DONE]") RC_ASSERT(!parser.parse(data).error());
        }
      }
    }
  }));
}

}  // namespace
}  // namespace sekisho::wire
