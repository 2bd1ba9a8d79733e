#pragma once
// What the tests of conversations → OpenAI chat share: models, conversations from pieces, pieces of
// the body that is expected. Only for tests.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wire/json_slice.h"
#include "wire/openai_chat/request_decoder.h"
#include "wire/openai_chat/request_encoder.h"

namespace sekisho::wire::testing_to_chat {

using Kind = Block::Kind;

inline TargetModel gpt() {
  TargetModel target;
  target.family = "gpt";
  return target;
}
inline TargetModel reasoning_gpt() {
  TargetModel target = gpt();
  target.reasoning = target.forbids_sampling = true;
  return target;
}
inline TargetModel other() {
  TargetModel target;
  target.family = "qwen";
  target.reasoning = true;
  return target;
}

struct Encoded {
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

inline Encoded encode(Conversation& conversation, const TargetModel& target = gpt(),
                      TranslationSettings settings = {}) {
  if (settings.model.empty()) settings.model = "gpt-4.1";
  if (settings.max_tokens == 0) settings.max_tokens = 4096;
  auto result = openai_chat::encode_request(conversation, target, settings, {});
  Encoded out;
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

inline Block text(RawText raw) {
  Block block;
  block.text = raw;
  return block;
}
inline Block call(std::string_view id, std::string_view arguments = "{}",
                  std::string_view name = "run") {
  Block block;
  block.kind = Kind::kToolCall;
  block.tool_id = id;
  block.arguments = arguments;
  block.name = name;
  return block;
}
inline Block result(std::string_view id, std::vector<Block> content, bool is_error = false) {
  Block block;
  block.kind = Kind::kToolResult;
  block.tool_id = id;
  block.content = std::move(content);
  block.is_error = is_error;
  return block;
}
inline Block thinking(RawText raw, RawText signature = "c2ln") {
  Block block;
  block.kind = Kind::kReasoning;
  block.text = raw;
  block.signature = signature;
  return block;
}
inline const std::string_view kPng = "iVBORw0KGgoAAAANSUhEUg==";
inline Block image() {
  Block block;
  block.kind = Kind::kImage;
  block.format = "png";
  block.media = kPng;
  return block;
}
inline Turn user(std::vector<Block> blocks) {
  return {Role::kUser, std::move(blocks)};
}
inline Turn assistant(std::vector<Block> blocks) {
  return {Role::kAssistant, std::move(blocks)};
}

// A conversation of these turns, settled as every decoder settles its own.
inline std::unique_ptr<Conversation> of(std::vector<Turn> turns) {
  auto out = std::make_unique<Conversation>();
  out->turns = std::move(turns);
  settle_turns(*out);
  return out;
}
inline std::unique_ptr<Conversation> hello() {
  return of({user({text("hi")})});
}
inline Tool tool(std::string_view name) {
  Tool out;
  out.name = name;
  out.schema = R"({"type":"object"})";
  return out;
}

// Pieces of messages.
inline std::string said(std::string_view role, const std::string& content) {
  return R"({"role":")" + std::string(role) + R"(","content":)" + content + "}";
}
inline std::string quoted(std::string_view raw) {
  return '"' + std::string(raw) + '"';
}
inline std::string tool_said(const std::string& id, const std::string& content) {
  return R"({"role":"tool","tool_call_id":")" + id + R"(","content":)" + content + "}";
}
inline std::string called(const std::string& id, const std::string& arguments = "{}") {
  return R"({"id":")" + id + R"(","type":"function","function":{"name":"run","arguments":")" +
         arguments + R"("}})";
}
inline const std::string kImagePart =
    R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="}})";

}  // namespace sekisho::wire::testing_to_chat
