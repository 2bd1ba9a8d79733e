#include "wire/openai_chat/request_decoder.h"

#include <algorithm>

#include "wire/json_text.h"
#include "wire/openai_chat/reading.h"

namespace sekisho::wire::openai_chat {

void Reading::drop(std::string field) {
  if (std::find(dropped.begin(), dropped.end(), field) == dropped.end()) {
    dropped.push_back(std::move(field));
  }
}

std::string_view Reading::text_of(JsonValue string) {
  const std::string_view raw = string.string();
  return raw.find('\\') == std::string_view::npos ? raw : conversation.keep(unescape_json(raw));
}

std::string Place::str() const {
  std::string out = parent ? parent->str() : std::string();
  if (!name.empty()) {
    if (!out.empty()) out += '.';
    out += name;
  }
  if (index >= 0) out += '[' + std::to_string(index) + ']';
  return out;
}

Failure invalid(const Place& place, std::string_view why) {
  return fail(Code::kInvalidArgument, place.str().append(": ").append(why));
}

Failure unsupported(const Place& place, std::string_view why) {
  return fail(Code::kUnsupported, place.str().append(": ").append(why));
}

CacheMark cache_mark(JsonValue holder) {
  const JsonValue control = holder.find("cache_control");
  if (!control.is(JsonKind::kObject)) return CacheMark::kNone;
  return control.find("ttl").equals("1h") ? CacheMark::kOneHour : CacheMark::kFiveMinutes;
}

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
  if (const CacheMark mark = cache_mark(root); mark != CacheMark::kNone) {
    auto& turns = conversation->turns;
    if (!turns.empty() && !turns.back().blocks.empty()) turns.back().blocks.back().cache = mark;
  }
  settle_turns(*conversation);
  return conversation;
}

}  // namespace sekisho::wire::openai_chat
