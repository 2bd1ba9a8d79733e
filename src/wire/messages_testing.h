#pragma once
// What the tests of translation from and to Anthropic Messages share: requests and answers from
// pieces, and readers of what came out. Only for tests.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "wire/json_slice.h"
#include "wire/translate.h"

namespace sekisho::wire::testing_messages {

inline TargetModel model(std::string family, bool reasons = false) {
  TargetModel target;
  target.family = std::move(family);
  target.reasoning = reasons;
  return target;
}
inline TargetModel claude() {
  return model("claude", true);
}
inline TargetModel adaptive_claude() {
  TargetModel target = claude();
  target.adaptive_thinking = true;
  return target;
}
inline TargetModel nova() {
  return model("nova");
}

struct Translated {
  std::string body, error;
  Code code = Code::kInternal;
  std::vector<std::string> dropped;
  ToolNames names;

  // A top-level member as it stands in the body, "" when absent.
  std::string member(std::string_view name) const {
    JsonDocument document;
    EXPECT_TRUE(document.parse(body)) << body;
    return std::string(document.root().find(name).raw());
  }
  std::string messages() const { return member("messages"); }
};

inline Translated translate(Dialect from, Dialect to, const std::string& body,
                            const TargetModel& target, std::int64_t max_tokens = 4096,
                            bool stream = false) {
  auto result = translate_request(from, to, body, target,
                                  {.model = "up", .max_tokens = max_tokens, .stream = stream});
  Translated out;
  if (!result) {
    out.error = result.error().detail;
    out.code = result.error().code;
    return out;
  }
  out.body = std::move(result->body);
  out.dropped = std::move(result->dropped);
  out.names = std::move(result->tool_names);
  JsonDocument document;
  EXPECT_TRUE(document.parse(out.body)) << out.body;
  return out;
}

inline Translated to_converse(const std::string& body, const TargetModel& target = nova(),
                              std::int64_t max_tokens = 4096) {
  return translate(Dialect::kAnthropicMessages, Dialect::kBedrockConverse, body, target,
                   max_tokens);
}
inline Translated from_chat(const std::string& body, const TargetModel& target = claude(),
                            std::int64_t max_tokens = 4096) {
  return translate(Dialect::kOpenAiChat, Dialect::kAnthropicMessages, body, target, max_tokens);
}

inline std::string turn(const std::string& role, const std::string& content) {
  return R"({"role":")" + role + R"(","content":[)" + content + "]}";
}
inline std::string text(const std::string& raw, const std::string& more = "") {
  return R"({"type":"text","text":")" + raw + "\"" + more + "}";
}
inline std::string use(const std::string& id, const std::string& input = "{}",
                       const std::string& name = "run") {
  return R"({"type":"tool_use","id":")" + id + R"(","name":")" + name + R"(","input":)" + input +
         "}";
}
inline std::string result(const std::string& id, const std::string& content,
                          const std::string& more = "") {
  return R"({"type":"tool_result","tool_use_id":")" + id + R"(","content":)" + content + more + "}";
}
inline const std::string kMark = R"(,"cache_control":{"type":"ephemeral"})";
inline const std::string kLongMark = R"(,"cache_control":{"type":"ephemeral","ttl":"1h"})";
inline const std::string kTools = R"("tools":[{"name":"run","input_schema":{"type":"object"}}])";
inline const std::string kPng = "iVBORw0KGgoAAAANSUhEUg==";

// A Messages request of these messages, with a tool.
inline std::string request(const std::string& messages, const std::string& more = "") {
  return R"({"model":"m","max_tokens":99,)" + kTools + more + R"(,"messages":[)" + messages + "]}";
}
inline std::string with(const std::string& members) {
  return R"({"model":"m","max_tokens":99,"messages":[{"role":"user","content":"hi"}],)" + members +
         "}";
}
inline const std::string kHi = R"({"role":"user","content":"hi"})";

// ---- answers

using Kind = AnswerEvent::Kind;

struct Decoded {
  std::vector<AnswerEvent> events;
  std::string error;
};

inline Decoded decode(Dialect upstream, const std::string& bytes, bool stream,
                      std::size_t piece = SIZE_MAX) {
  const auto decoder = make_answer_decoder(upstream, stream);
  Decoded out;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at)) {
    // Of its own, so that a byte read behind it is seen.
    const std::string part(bytes, at, piece);
    if (const auto fed = decoder->feed(part, out.events); !fed) {
      out.error = fed.error().detail;
      return out;
    }
  }
  if (const auto end = decoder->finish(out.events); !end) out.error = end.error().detail;
  return out;
}

inline std::string encode(Dialect client, const std::vector<AnswerEvent>& events, bool stream,
                          ToolNames names = {}) {
  const auto encoder = make_answer_encoder(client, {.id = "id_1",
                                                    .model = "m",
                                                    .created = 7,
                                                    .stream = stream,
                                                    .include_usage = true,
                                                    .estimated_prompt = 11,
                                                    .tool_names = std::move(names)});
  std::string out;
  for (const AnswerEvent& one : events) encoder->encode(one, out);
  return out;
}

// The events of a Messages stream as `data`; each name must be the type, each block whole.
inline std::vector<std::string> data_of(const std::string& stream) {
  std::vector<std::string> out;
  simdjson::dom::parser parser;
  std::int64_t open = -1, next = 0;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t end = stream.find("\n\n", at), line = stream.find('\n', at);
    EXPECT_NE(end, std::string::npos);
    EXPECT_EQ(stream.substr(at, 7), "event: ");
    EXPECT_EQ(stream.substr(line + 1, 6), "data: ");
    out.push_back(stream.substr(line + 7, end - line - 7));
    const auto event = parser.parse(out.back());
    EXPECT_FALSE(event.error()) << out.back();
    const std::string_view type = event["type"].get_string().value();
    EXPECT_EQ(stream.substr(at + 7, line - at - 7), type);
    if (type.starts_with("content_block")) {
      const std::int64_t index = event["index"].get_int64().value();
      if (type == "content_block_start") {
        EXPECT_EQ(open, -1);
        EXPECT_EQ(index, next++);
        open = index;
      }
      EXPECT_EQ(index, open) << out.back();
      if (type == "content_block_stop") open = -1;
    }
    at = end + 2;
  }
  EXPECT_EQ(open, -1);
  return out;
}

inline std::string event(const std::string& type, const std::string& more = "") {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + more + "}\n\n";
}
inline std::string start_event(const std::string& usage =
                                   R"({"input_tokens":10,"cache_creation_input_tokens":30,)"
                                   R"("cache_read_input_tokens":70,"cache_creation":)"
                                   R"({"ephemeral_5m_input_tokens":20,)"
                                   R"("ephemeral_1h_input_tokens":10},"output_tokens":1})") {
  return event("message_start",
               R"(,"message":{"id":"msg_1","type":"message","role":"assistant","content":[],)"
               R"("model":"c","stop_reason":null,"usage":)" +
                   usage + "}");
}
inline std::string block(int index, const std::string& start,
                         const std::vector<std::string>& deltas) {
  const std::string at = ",\"index\":" + std::to_string(index);
  std::string out = event("content_block_start", at + ",\"content_block\":" + start);
  for (const auto& one : deltas) out += event("content_block_delta", at + ",\"delta\":" + one);
  return out + event("content_block_stop", at);
}
inline std::string text_block(int index, const std::vector<std::string>& pieces) {
  std::vector<std::string> deltas;
  for (const auto& piece : pieces) {
    deltas.push_back(R"({"type":"text_delta","text":")" + piece + R"("})");
  }
  return block(index, R"({"type":"text","text":""})", deltas);
}
inline std::string tool_block(int index, const std::string& id,
                              const std::vector<std::string>& pieces) {
  std::vector<std::string> deltas;
  for (const auto& piece : pieces) {
    deltas.push_back(R"({"type":"input_json_delta","partial_json":")" + piece + R"("})");
  }
  return block(index, R"({"type":"tool_use","id":")" + id + R"(","name":"run","input":{}})",
               deltas);
}
inline std::string end_events(const std::string& reason = "end_turn",
                              const std::string& usage = R"({"output_tokens":5})",
                              const std::string& sequence = "null") {
  return event("message_delta", R"(,"delta":{"stop_reason":")" + reason + R"(","stop_sequence":)" +
                                    sequence + R"(},"usage":)" + usage) +
         event("message_stop");
}

}  // namespace sekisho::wire::testing_messages
