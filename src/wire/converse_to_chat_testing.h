#pragma once
// What the tests of Converse → OpenAI chat share: events of the stream from pieces, decoding,
// encoding, and readers of what came out. Only for tests.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "wire/aws/event_stream.h"
#include "wire/translate.h"

namespace sekisho::wire::testing_converse {

using Kind = AnswerEvent::Kind;

inline std::string event(std::string_view type, std::string_view payload) {
  return aws::encode_event(type, payload);
}
inline const std::string kStartEvent = event("messageStart", R"({"role":"assistant","p":"abc"})");
inline std::string delta(int index, const std::string& body) {
  return event("contentBlockDelta",
               R"({"contentBlockIndex":)" + std::to_string(index) + R"(,"delta":)" + body + "}");
}
inline std::string text(int index, const std::string& raw) {
  return delta(index, R"({"text":")" + raw + R"("})");
}
inline std::string tool_start(int index, const std::string& id, const std::string& name = "run") {
  return event("contentBlockStart", R"({"contentBlockIndex":)" + std::to_string(index) +
                                        R"(,"start":{"toolUse":{"toolUseId":")" + id +
                                        R"(","name":")" + name + R"("}}})");
}
inline std::string arguments(int index, const std::string& raw) {
  return delta(index, R"({"toolUse":{"input":")" + raw + R"("}})");
}
inline std::string block_stop(int index) {
  return event("contentBlockStop", R"({"contentBlockIndex":)" + std::to_string(index) + "}");
}
inline std::string message_stop(const std::string& reason, const std::string& more = "") {
  return event("messageStop", R"({"stopReason":")" + reason + "\"" + more + "}");
}
inline const std::string kUsageJson =
    R"({"inputTokens":10,"outputTokens":5,"totalTokens":115,"cacheReadInputTokens":70,)"
    R"("cacheWriteInputTokens":30,"cacheReadInputTokenCount":70,"cacheWriteInputTokenCount":30})";
inline std::string metadata(const std::string& usage = kUsageJson) {
  return event("metadata", R"({"usage":)" + usage + R"(,"metrics":{"latencyMs":9}})");
}

struct Decoded {
  std::vector<AnswerEvent> events;
  std::string error;
};

inline Decoded decode(const std::string& bytes, bool stream = true, std::size_t piece = SIZE_MAX) {
  const auto decoder = make_converse_decoder(stream);
  Decoded out;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at)) {
    const auto fed = decoder->feed(std::string_view(bytes).substr(at, piece), out.events);
    if (!fed) {
      out.error = fed.error().detail;
      return out;
    }
  }
  if (const auto end = decoder->finish(out.events); !end) out.error = end.error().detail;
  return out;
}

inline std::string encode(const std::vector<AnswerEvent>& events, bool stream = true,
                          bool include_usage = true, ToolNames names = {}) {
  const auto encoder = make_chat_encoder({.id = "chatcmpl-1",
                                          .model = "m",
                                          .created = 7,
                                          .stream = stream,
                                          .include_usage = include_usage,
                                          .tool_names = std::move(names)});
  std::string out;
  for (const AnswerEvent& one : events) encoder->encode(one, out);
  return out;
}

// The `data:` payloads of a stream; each must be JSON (or [DONE]).
inline std::vector<std::string> payloads(const std::string& stream) {
  std::vector<std::string> out;
  simdjson::dom::parser parser;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t end = stream.find("\n\n", at);
    EXPECT_NE(end, std::string::npos);
    const std::string frame = stream.substr(at, end - at);
    EXPECT_EQ(frame.substr(0, 6), "data: ");
    out.push_back(frame.substr(6));
    if (out.back() != "[DONE]") {
      EXPECT_FALSE(parser.parse(out.back()).error()) << out.back();
    }
    at = end + 2;
  }
  return out;
}

// The deltas of a stream of chunks, with the finish reasons that are not null.
inline std::vector<std::string> deltas(const std::string& stream) {
  std::vector<std::string> out;
  simdjson::dom::parser parser;
  for (const std::string& payload : payloads(stream)) {
    if (payload == "[DONE]") continue;
    const auto chunk = parser.parse(payload).value();
    if (chunk["choices"].error()) {
      out.push_back(payload);
      continue;
    }
    for (const auto choice : chunk["choices"].get_array()) {
      out.push_back(simdjson::minify(choice["delta"].value()));
      if (!choice["finish_reason"].is_null()) {
        out.push_back(std::string(choice["finish_reason"].get_string().value()));
      }
    }
  }
  return out;
}

inline std::string whole(const std::string& content, const std::string& stop = "end_turn",
                         const std::string& more = "") {
  return R"({"output":{"message":{"role":"assistant","content":[)" + content +
         R"(]}},"stopReason":")" + stop + R"(","usage":)" + kUsageJson +
         R"(,"metrics":{"latencyMs":1},"serverToolUsage":{})" + more + "}";
}

// The whole answer's first choice.
inline std::string choice(const std::string& completion) {
  simdjson::dom::parser parser;
  const auto json = parser.parse(completion);
  EXPECT_FALSE(json.error()) << completion;
  return simdjson::minify(json["choices"].at(0).value());
}

inline const std::string kRole = R"({"role":"assistant","content":""})";

}  // namespace sekisho::wire::testing_converse
