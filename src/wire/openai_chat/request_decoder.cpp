#include "wire/openai_chat/request_decoder.h"

#include "wire/openai_chat/reading.h"

namespace sekisho::wire::openai_chat {

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
  TRY_VOID(read_tools(reading, root.find("tools")));
  TRY_VOID(read_tool_choice(reading, root.find("tool_choice")));
  TRY_VOID(read_messages(reading, root.find("messages")));
  mark_end(*conversation, cache_mark(root));
  settle_turns(*conversation);
  return conversation;
}

}  // namespace sekisho::wire::openai_chat
