#include "wire/gemini/request_decoder.h"

#include <algorithm>
#include <array>

#include "wire/gemini/reading.h"

namespace sekisho::wire::gemini {
namespace {

Result<void> read_labels(Reading& reading, JsonValue labels) {
  for (const JsonValue label : labels) {
    reading.conversation.metadata.emplace_back(label.name_text(), label.text());
  }
  return {};
}

Result<void> read_top_field(Reading& reading, std::string_view name, JsonValue value) {
  if (name == "contents" || name == "tools" || name == "toolConfig" || name == "model") return {};
  if (name == "systemInstruction") return read_system(reading, value);
  if (name == "generationConfig") return read_generation_config(reading, value);
  if (name == "labels") return read_labels(reading, value);
  if (name == "cachedContent") {
    return unsupported(Place{nullptr, "cachedContent"},
                       "a cache that is kept at Google cannot be used with this model");
  }
  const bool empty = value.is(JsonKind::kArray) && value.begin() == value.end();
  if (!empty) reading.drop(std::string(name));
  return {};
}

}  // namespace

std::string field_name(std::string_view field) {
  struct Name {
    std::string_view chat, gemini;
  };
  constexpr std::array kNames{
      Name{"messages[].reasoning_content", "contents[].parts[].thought"},
      Name{"response_format", "generationConfig.responseSchema"},
      Name{"stop", "generationConfig.stopSequences"},
      Name{"temperature", "generationConfig.temperature"},
      Name{"tool_choice", "toolConfig.functionCallingConfig"},
      Name{"top_k", "generationConfig.topK"},
      Name{"top_p", "generationConfig.topP"},
  };
  constexpr std::string_view kReasoning = "reasoning";
  if (field.starts_with(kReasoning)) {
    return std::string("generationConfig.thinkingConfig").append(field.substr(kReasoning.size()));
  }
  const auto* const found = std::ranges::find(kNames, field, &Name::chat);
  return std::string(found == kNames.end() ? field : found->gemini);
}

Result<std::unique_ptr<Conversation>> decode_request(std::string_view body,
                                                     std::vector<std::string>& dropped) {
  JsonDocument document;
  TRY_VOID(document.parse(body));
  const JsonValue root = document.root();
  if (!root.is(JsonKind::kObject)) return fail(Code::kInvalidArgument, "body: not a JSON object");
  auto conversation = std::make_unique<Conversation>();
  Reading reading{*conversation, dropped};
  for (const JsonValue member : root) {
    if (!member.has_value()) continue;
    TRY_VOID(read_top_field(reading, camel_case(member.name_text()), member));
  }
  TRY_VOID(gemini::read_tools(reading, field(root, "tools")));
  TRY_VOID(read_tool_config(reading, field(root, "toolConfig")));
  TRY_VOID(read_contents(reading, field(root, "contents")));
  settle_turns(*conversation);
  return conversation;
}

}  // namespace sekisho::wire::gemini
