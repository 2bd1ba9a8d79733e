#include "wire/anthropic/request_decoder.h"

#include "wire/anthropic/reading.h"

namespace sekisho::wire::anthropic {
namespace {

constexpr std::string_view kAttribution = "x-anthropic-billing-header:";

Turn& turn_of(Conversation& conversation, Role role) {
  auto& turns = conversation.turns;
  if (turns.empty() || turns.back().role != role) turns.push_back({role, {}});
  return turns.back();
}

Result<void> read_system(Reading& reading, JsonValue system) {
  auto& out = reading.conversation.system;
  TRY_VOID(read_content(reading, system, Holder::kSystem, Place{nullptr, "system"}, out));
  const auto removed =
      std::erase_if(out, [](const Block& block) { return block.text.starts_with(kAttribution); });
  if (removed > 0) reading.drop("system[x-anthropic-billing-header]");
  return {};
}

// What the operator says in the middle keeps its place: at the top it would change what came
// before, and every prompt cache with it.
Result<void> read_system_message(Reading& reading, JsonValue content, const Place& place) {
  std::vector<Block> blocks;
  TRY_VOID(read_content(reading, content, Holder::kSystem, place, blocks));
  Conversation& conversation = reading.conversation;
  if (conversation.turns.empty()) {
    conversation.system.insert(conversation.system.end(), blocks.begin(), blocks.end());
    return {};
  }
  for (const Block& block : blocks) {
    if (is_blank(block.text)) continue;
    auto& into = turn_of(conversation, Role::kUser).blocks;
    into.push_back(reminder(conversation, block.text));
    into.back().cache = block.cache;
  }
  return {};
}

Result<void> read_message(Reading& reading, JsonValue message, const Place& place) {
  if (!message.is(JsonKind::kObject)) return invalid(place, "not an object");
  for (const JsonValue field : message) {
    const bool known = field.name() == "role" || field.name() == "content";
    if (!known && field.has_value()) reading.drop("messages." + field.name_text());
  }
  const JsonValue role = message.find("role"), content = message.find("content");
  if (role.equals("system")) return read_system_message(reading, content, place);
  const bool assistant = role.equals("assistant");
  if (!assistant && !role.equals("user")) {
    return invalid(Place{&place, "role"}, "not user, assistant or system");
  }
  auto& blocks = turn_of(reading.conversation, assistant ? Role::kAssistant : Role::kUser).blocks;
  return read_content(reading, content, assistant ? Holder::kAssistant : Holder::kUser, place,
                      blocks);
}

Result<void> read_messages(Reading& reading, JsonValue messages) {
  const Place list{nullptr, "messages"};
  if (!messages.is(JsonKind::kArray)) return invalid(list, "not an array");
  if (messages.begin() == messages.end()) return invalid(list, "empty");
  std::int64_t index = 0;
  for (const JsonValue message : messages) {
    TRY_VOID(read_message(reading, message, Place{nullptr, "messages", index++}));
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
  TRY_VOID(read_system(reading, root.find("system")));
  TRY_VOID(read_tools(reading, root.find("tools")));
  TRY_VOID(read_tool_choice(reading, root.find("tool_choice")));
  TRY_VOID(read_messages(reading, root.find("messages")));
  mark_end(*conversation, cache_mark(root));
  settle_turns(*conversation);
  return conversation;
}

}  // namespace sekisho::wire::anthropic
