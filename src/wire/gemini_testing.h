#pragma once
// What the tests of Gemini's dialect share. Only for tests.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "wire/json_slice.h"
#include "wire/translate.h"

namespace sekisho::wire::testing_gemini {

struct Translated {
  std::string body, error;
  Code code = Code::kInternal;
  std::vector<std::string> dropped;
  ToolNames names;

  std::string member(std::string_view name) const {
    JsonDocument document;
    EXPECT_TRUE(document.parse(body)) << body;
    return std::string(document.root().find(name).raw());
  }
};

inline Translated translate(Dialect from, Dialect to, const std::string& body,
                            const TargetModel& target, std::int64_t max_tokens = 4096) {
  auto result = translate_request(from, to, body, target, {.max_tokens = max_tokens});
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

inline TargetModel claude() {
  TargetModel target;
  target.reasoning = true;
  target.family = "claude";
  return target;
}
inline TargetModel gemini_2() {
  TargetModel target;
  target.reasoning = true;
  target.family = "gemini";
  return target;
}
inline TargetModel gemini_3() {
  TargetModel target = gemini_2();
  target.adaptive_thinking = true;
  return target;
}

// A Gemini request of these contents, to Claude on Converse.
inline Translated to_converse(const std::string& contents, const std::string& more = "") {
  return translate(Dialect::kGemini, Dialect::kBedrockConverse,
                   R"({"contents":[)" + contents + "]" + more + "}", claude());
}
inline std::string user(const std::string& parts) {
  return R"({"role":"user","parts":[)" + parts + "]}";
}
inline std::string model(const std::string& parts) {
  return R"({"role":"model","parts":[)" + parts + "]}";
}
inline std::string text(const std::string& raw) {
  return R"({"text":")" + raw + R"("})";
}
inline std::string call(const std::string& name, const std::string& more = "") {
  return R"({"functionCall":{"name":")" + name + R"(","args":{"a":1.0}})" + more + "}";
}
inline std::string response(const std::string& name, const std::string& output,
                            const std::string& id = "") {
  return R"({"functionResponse":{)" + (id.empty() ? "" : R"("id":")" + id + R"(",)") +
         R"("name":")" + name + R"(","response":{"output":")" + output + R"("}}})";
}

// Answers of a provider, told to a client in another dialect.
struct Answered {
  std::vector<AnswerEvent> events;
  std::string out, error;
};
inline Answered answer(Dialect upstream, Dialect client, const std::string& bytes, bool stream,
                       std::size_t piece = 1 << 20, bool json_array = false) {
  const auto decoder = make_answer_decoder(upstream, stream);
  const auto encoder = make_answer_encoder(client, {.id = "id1",
                                                    .model = "m",
                                                    .created = 7,
                                                    .stream = stream,
                                                    .include_usage = true,
                                                    .json_array = json_array});
  Answered out;
  for (std::size_t at = 0; at < bytes.size() && out.error.empty(); at += piece) {
    const auto fed = decoder->feed(std::string_view(bytes).substr(at, piece), out.events);
    if (!fed) out.error = fed.error().detail;
  }
  if (out.error.empty()) {
    if (const auto end = decoder->finish(out.events); !end) out.error = end.error().detail;
  }
  for (const AnswerEvent& event : out.events) encoder->encode(event, out.out);
  return out;
}

// The parts of all chunks of a stream, and what the last one says beside them.
inline std::vector<std::string> parts_of(const std::string& stream) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t end = stream.find("\n\n", at);
    std::string chunk = stream.substr(at, end - at);
    at = end == std::string::npos ? stream.size() : end + 2;
    EXPECT_EQ(chunk.substr(0, 6), "data: ");
    chunk.erase(0, 6);
    JsonDocument document;
    EXPECT_TRUE(document.parse(chunk)) << chunk;
    for (const JsonValue candidate : document.root().find("candidates")) {
      for (const JsonValue part : candidate.find("content").find("parts")) {
        out.emplace_back(part.raw());
      }
      if (candidate.find("finishReason").exists()) {
        out.emplace_back(candidate.find("finishReason").string());
        out.emplace_back(document.root().find("usageMetadata").raw());
      }
    }
  }
  return out;
}

inline std::string sse(const std::string& json) {
  return "data: " + json + "\r\n\r\n";
}
inline std::string chunk(const std::string& parts, const std::string& more = "") {
  return R"({"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"})" + more +
         R"(,"index":0}],"responseId":"r1"})";
}

}  // namespace sekisho::wire::testing_gemini
