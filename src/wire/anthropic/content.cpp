#include <algorithm>
#include <array>

#include "wire/anthropic/reading.h"
#include "wire/json_text.h"

namespace sekisho::wire::anthropic {
namespace {

// What ran at Anthropic, or lies there, and means nothing elsewhere.
bool lives_at_anthropic(std::string_view type) {
  constexpr std::array<std::string_view, 6> kTypes{"server_tool_use", "mcp_tool_use",
                                                   "fallback",        "container_upload",
                                                   "tool_addition",   "tool_removal"};
  return type.ends_with("_tool_result") || std::ranges::find(kTypes, type) != kTypes.end();
}

Result<void> read_text(Reading& reading, JsonValue block, const Place& place,
                       std::vector<Block>& out) {
  const JsonValue text = block.find("text");
  if (!text.is(JsonKind::kString)) return invalid(Place{&place, "text"}, "missing");
  if (const JsonValue citations = block.find("citations");
      citations.has_value() && !asks_nothing(citations)) {
    reading.drop("content[text].citations");
  }
  out.push_back(text_block(text.string()));
  return {};
}

void read_thinking_block(JsonValue block, std::vector<Block>& out) {
  Block thought;
  thought.kind = Block::Kind::kReasoning;
  thought.text = block.find("thinking").string();
  thought.signature = block.find("signature").string();
  out.push_back(thought);
}

void read_redacted_thinking(JsonValue block, std::vector<Block>& out) {
  Block thought;
  thought.kind = Block::Kind::kRedactedReasoning;
  thought.text = block.find("data").string();
  out.push_back(thought);
}

// What is no object, or says a name twice, is wrapped so that nothing is lost.
std::string_view read_input(Reading& reading, JsonValue input) {
  if (!input.has_value()) return "{}";
  if (is_unambiguous_object(input.raw())) return input.raw();
  return reading.conversation.keep("{\"_raw\":\"" + escape_json(input.raw()) + "\"}");
}

Result<void> read_tool_use(Reading& reading, JsonValue block, const Place& place,
                           std::vector<Block>& out) {
  Block call;
  call.kind = Block::Kind::kToolCall;
  call.tool_id = reading.text_of(block.find("id"));
  call.name = reading.text_of(block.find("name"));
  if (call.tool_id.empty()) return invalid(Place{&place, "id"}, "missing");
  if (call.name.empty()) return invalid(Place{&place, "name"}, "missing");
  call.arguments = read_input(reading, block.find("input"));
  out.push_back(std::move(call));
  return {};
}

Result<void> read_tool_result(Reading& reading, JsonValue block, const Place& place,
                              std::vector<Block>& out) {
  Block result;
  result.kind = Block::Kind::kToolResult;
  result.tool_id = reading.text_of(block.find("tool_use_id"));
  if (result.tool_id.empty()) return invalid(Place{&place, "tool_use_id"}, "missing");
  result.is_error = block.find("is_error").is(JsonKind::kTrue);
  TRY_VOID(
      read_content(reading, block.find("content"), Holder::kToolResult, place, result.content));
  for (Block& part : result.content) {  // the checkpoint stands after the whole result
    result.cache = std::max(result.cache, part.cache);
    part.cache = CacheMark::kNone;
  }
  out.push_back(std::move(result));
  return {};
}

// A tool that a search at the client found: its definition is among the tools.
void read_tool_reference(Reading& reading, JsonValue block, std::vector<Block>& out) {
  out.push_back(text_block(reading.conversation.keep(
      std::string("Tool found: ").append(block.find("tool_name").string()))));
}

Result<void> read_block(Reading& reading, JsonValue block, Holder holder, const Place& place,
                        std::vector<Block>& out) {
  const JsonValue type = block.find("type");
  if (type.equals("text")) return read_text(reading, block, place, out);
  const std::string name = type.text();
  if (holder == Holder::kSystem) return unsupported(place, "content of type " + name);
  const bool media = holder != Holder::kAssistant;
  if (name == "image" && media) return read_image(reading, block, place, out);
  if (name == "document" && media) return read_document(reading, block, place, out);
  if (name == "search_result" && media) return read_search_result(reading, block, place, out);
  if (holder == Holder::kAssistant && name == "tool_use") {
    return read_tool_use(reading, block, place, out);
  }
  if (holder == Holder::kUser && name == "tool_result") {
    return read_tool_result(reading, block, place, out);
  }
  if (holder == Holder::kAssistant && name == "thinking") {
    read_thinking_block(block, out);
  } else if (holder == Holder::kAssistant && name == "redacted_thinking") {
    read_redacted_thinking(block, out);
  } else if (name == "compaction") {  // stands for all that was before it
    out.push_back(text_block(block.find("content").string()));
  } else if (name == "tool_reference") {
    read_tool_reference(reading, block, out);
  } else if (lives_at_anthropic(name)) {
    reading.drop("content[" + name + "]");
  } else {
    return unsupported(place, "content of type " + name);
  }
  return {};
}

}  // namespace

Result<void> read_content(Reading& reading, JsonValue content, Holder holder, const Place& place,
                          std::vector<Block>& out) {
  if (!content.has_value()) return {};
  if (content.is(JsonKind::kString)) {
    out.push_back(text_block(content.string()));
    return {};
  }
  const std::string_view name = holder == Holder::kSystem && !place.parent && place.index < 0
                                    ? std::string_view()
                                    : std::string_view("content");
  if (!content.is(JsonKind::kArray)) {
    return invalid(Place{&place, name}, "neither a string nor an array of blocks");
  }
  std::int64_t index = 0;
  for (const JsonValue block : content) {
    const Place here{&place, name, index++};
    if (!block.is(JsonKind::kObject)) return invalid(here, "not an object");
    const std::size_t before = out.size();
    TRY_VOID(read_block(reading, block, holder, here, out));
    if (out.size() > before) out.back().cache = std::max(out.back().cache, cache_mark(block));
  }
  return {};
}

}  // namespace sekisho::wire::anthropic
