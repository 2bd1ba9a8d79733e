#include "wire/bedrock/request_decoder.h"

#include <algorithm>

#include "wire/bedrock/reading.h"
#include "wire/json_text.h"

namespace sekisho::wire::bedrock {

void Reading::drop(std::string field) {
  if (std::ranges::find(dropped, field) == dropped.end()) dropped.push_back(std::move(field));
}

std::string_view Reading::text_of(JsonValue string) {
  const std::string_view raw = string.string();
  return raw.find('\\') == std::string_view::npos ? raw : conversation.keep(unescape_json(raw));
}

Failure invalid(std::string_view place, std::string_view why) {
  return fail(Code::kInvalidArgument, std::string(place).append(": ").append(why));
}

Failure unsupported(std::string_view place, std::string_view why) {
  return fail(Code::kUnsupported, std::string(place).append(": ").append(why));
}

CacheMark cache_mark(JsonValue point) {
  return point.find("ttl").equals("1h") ? CacheMark::kOneHour : CacheMark::kFiveMinutes;
}

namespace {

// An instruction between turns keeps its place: there it has the operator's authority.
Result<void> read_instruction(Reading& reading, JsonValue message, const std::string& place) {
  std::vector<Block> blocks;
  TRY_VOID(read_content(reading, message.find("content"), place, blocks));
  auto& turns = reading.conversation.turns;
  for (const Block& block : blocks) {
    if (block.kind != Block::Kind::kText) {
      return unsupported(place, "a message of role system may hold text only");
    }
    if (is_blank(block.text)) continue;
    if (turns.empty()) {
      reading.conversation.system.push_back(block);
      continue;
    }
    if (turns.back().role != Role::kUser) turns.push_back({Role::kUser, {}});
    turns.back().blocks.push_back(reminder(reading.conversation, block.text));
    turns.back().blocks.back().cache = block.cache;
  }
  return {};
}

Result<void> read_messages(Reading& reading, JsonValue messages) {
  if (!messages.is(JsonKind::kArray)) return invalid("messages", "not an array");
  if (messages.begin() == messages.end()) return invalid("messages", "empty");
  std::int64_t index = 0;
  for (const JsonValue message : messages) {
    const std::string place = "messages[" + std::to_string(index++) + "]";
    if (!message.is(JsonKind::kObject)) return invalid(place, "not an object");
    const JsonValue role = message.find("role");
    if (role.equals("system")) {
      TRY_VOID(read_instruction(reading, message, place));
      continue;
    }
    const bool assistant = role.equals("assistant");
    if (!assistant && !role.equals("user")) {
      return invalid(place, "role is not user, assistant or system");
    }
    Turn turn{assistant ? Role::kAssistant : Role::kUser, {}};
    TRY_VOID(read_content(reading, message.find("content"), place, turn.blocks));
    reading.conversation.turns.push_back(std::move(turn));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Conversation>> decode_request(std::string_view body,
                                                     std::vector<std::string>& dropped) {
  JsonDocument document;
  TRY_VOID(document.parse(body));
  const JsonValue root = document.root();
  if (!root.is(JsonKind::kObject)) return fail(Code::kInvalidArgument, "body: not a JSON object");
  auto conversation = std::make_unique<Conversation>();
  Reading reading{*conversation, dropped};
  for (const JsonValue field : root) {
    if (field.has_value()) TRY_VOID(read_setting(reading, field.name_text(), field));
  }
  TRY_VOID(read_messages(reading, root.find("messages")));
  settle_turns(*conversation);
  return conversation;
}

}  // namespace sekisho::wire::bedrock
