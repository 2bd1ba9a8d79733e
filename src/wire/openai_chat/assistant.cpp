#include <cstdint>

#include "wire/json_text.h"
#include "wire/openai_chat/reading.h"

namespace sekisho::wire::openai_chat {
namespace {

Block reasoning(RawText text, RawText signature) {
  Block block;
  block.kind = Block::Kind::kReasoning;
  block.text = text;
  block.signature = signature;
  return block;
}

Block redacted(RawText data) {
  Block block;
  block.kind = Block::Kind::kRedactedReasoning;
  block.text = data;
  return block;
}

// thinking_blocks: [{type: thinking, thinking, signature} | {type: redacted_thinking, data}]
void read_thinking_blocks(JsonValue list, std::vector<Block>& out) {
  for (const JsonValue item : list) {
    if (item.find("type").equals("thinking")) {
      out.push_back(reasoning(item.find("thinking").string(), item.find("signature").string()));
    } else if (item.find("type").equals("redacted_thinking")) {
      out.push_back(redacted(item.find("data").string()));
    }
  }
}

// reasoning_details: [{type: reasoning.text, text, signature, index} |
// {type: reasoning.encrypted, data, index}]. A client that only collects what was streamed hands
// back the pieces of one block one by one, with the same index. A signature is good only where its
// format says so: one provider's is noise to another.
void read_reasoning_details(Reading& reading, JsonValue list, std::vector<Block>& out) {
  std::string_view last_index;
  for (const JsonValue item : list) {
    const std::string_view index = item.find("index").raw();
    const bool continues = !out.empty() && !index.empty() && index == last_index;
    last_index = index;
    if (item.find("type").equals("reasoning.encrypted")) {
      out.push_back(redacted(item.find("data").string()));
    } else if (item.find("type").equals("reasoning.text")) {
      const RawText text = item.find("text").string();
      const JsonValue format = item.find("format");
      const bool foreign = format.has_value() && !format.string().starts_with("anthropic");
      const RawText signature = foreign ? RawText() : item.find("signature").string();
      if (continues && out.back().kind == Block::Kind::kReasoning && out.back().signature.empty()) {
        out.back().text = reading.conversation.keep(std::string(out.back().text).append(text));
        out.back().signature = signature;
      } else {
        out.push_back(reasoning(text, signature));
      }
    }
  }
}

void read_reasoning(Reading& reading, JsonValue message, std::vector<Block>& out) {
  std::vector<Block> blocks;
  if (const JsonValue list = message.find("thinking_blocks"); list.is(JsonKind::kArray)) {
    read_thinking_blocks(list, blocks);
  } else {
    read_reasoning_details(reading, message.find("reasoning_details"), blocks);
  }
  if (blocks.empty()) {
    for (const std::string_view name : {"reasoning_content", "reasoning"}) {
      const RawText text = message.find(name).string();
      if (text.empty()) continue;
      blocks.push_back(reasoning(text, {}));
      break;
    }
  }
  out.insert(out.end(), blocks.begin(), blocks.end());
}

// The arguments of a call as a JSON object. A history may hold what a model once got wrong: text
// that is no object, or says a name twice, is wrapped so that nothing is lost.
std::string_view read_arguments(Reading& reading, JsonValue arguments) {
  if (arguments.is(JsonKind::kObject)) {
    return is_unambiguous_object(arguments.raw()) ? arguments.raw() : "{}";
  }
  const RawText raw = arguments.string();
  if (is_blank(raw)) return "{}";
  const std::string_view text = reading.text_of(arguments);
  if (is_unambiguous_object(text)) return text;
  return reading.conversation.keep(std::string("{\"_raw\":\"").append(raw).append("\"}"));
}

Result<Block> read_call(Reading& reading, JsonValue call, const Place& place) {
  Block block;
  block.kind = Block::Kind::kToolCall;
  const JsonValue custom = call.find("custom");
  const JsonValue function = custom.exists() ? custom : call.find("function");
  block.tool_id = reading.text_of(call.find("id"));
  block.name = reading.text_of(function.find("name"));
  if (block.tool_id.empty()) return invalid(place, "id is missing");
  if (block.name.empty()) return invalid(place, "the tool's name is missing");
  if (custom.exists()) {
    block.arguments = reading.conversation.keep(
        std::string("{\"input\":\"").append(custom.find("input").string()).append("\"}"));
  } else {
    block.arguments = read_arguments(reading, function.find("arguments"));
  }
  return block;
}

}  // namespace

Result<void> read_assistant(Reading& reading, JsonValue message, const Place& place,
                            std::vector<Block>& out) {
  read_reasoning(reading, message, out);
  TRY_VOID(read_content(reading, message.find("content"), ContentRules::kTextOnly, place, out));
  if (const RawText refusal = message.find("refusal").string(); !is_blank(refusal)) {
    Block block;
    block.text = refusal;
    out.push_back(block);
  }
  if (message.find("function_call").has_value()) {
    return unsupported(place, "function_call is obsolete; use tool_calls");
  }
  if (message.find("audio").has_value()) return unsupported(place, "audio");
  std::int64_t index = 0;
  for (const JsonValue call : message.find("tool_calls")) {
    TRY(Block block, read_call(reading, call, Place{&place, "tool_calls", index++}));
    out.push_back(std::move(block));
  }
  return {};
}

}  // namespace sekisho::wire::openai_chat
