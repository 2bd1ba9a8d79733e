#include <cstdint>

#include "wire/openai_chat/reading.h"

namespace sekisho::wire::openai_chat {
namespace {

// Which message we are at, and whether the leading system messages are over.
class MessageReader {
 public:
  explicit MessageReader(Reading& reading) : reading_(reading) {}

  Result<void> read(JsonValue message, const Place& place) {
    if (!message.is(JsonKind::kObject)) return invalid(place, "not an object");
    const JsonValue role = message.find("role");
    if (role.equals("system") || role.equals("developer")) return system(message, place);
    leading_ = false;
    if (role.equals("user")) return user(message, place);
    if (role.equals("assistant")) return assistant(message, place);
    if (role.equals("tool")) return tool(message, place);
    if (role.equals("function")) {
      return unsupported(place, "role function is obsolete; use tools and role tool");
    }
    return invalid(place, "role is not system, developer, user, assistant or tool");
  }

 private:
  Turn& turn(Role role) {
    auto& turns = reading_.conversation.turns;
    if (turns.empty() || turns.back().role != role) turns.push_back({role, {}});
    return turns.back();
  }

  // A mark on the message is one on its last block.
  static void mark_last(std::vector<Block>& blocks, std::size_t from, JsonValue message) {
    const CacheMark mark = cache_mark(message);
    if (mark != CacheMark::kNone && blocks.size() > from) blocks.back().cache = mark;
  }

  Result<void> system(JsonValue message, const Place& place) {
    std::vector<Block> blocks;
    TRY_VOID(
        read_content(reading_, message.find("content"), ContentRules::kTextOnly, place, blocks));
    mark_last(blocks, 0, message);
    auto& target = leading_ ? reading_.conversation.system : turn(Role::kUser).blocks;
    for (Block& block : blocks) {
      if (is_blank(block.text)) continue;
      if (leading_) {
        target.push_back(block);
      } else {
        target.push_back(reminder(reading_.conversation, block.text));
        target.back().cache = block.cache;
      }
    }
    return {};
  }

  Result<void> user(JsonValue message, const Place& place) {
    auto& blocks = turn(Role::kUser).blocks;
    const std::size_t from = blocks.size();
    TRY_VOID(read_content(reading_, message.find("content"), ContentRules::kUser, place, blocks));
    mark_last(blocks, from, message);
    return {};
  }

  Result<void> assistant(JsonValue message, const Place& place) {
    auto& blocks = turn(Role::kAssistant).blocks;
    const std::size_t from = blocks.size();
    TRY_VOID(read_assistant(reading_, message, place, blocks));
    mark_last(blocks, from, message);
    return {};
  }

  Result<void> tool(JsonValue message, const Place& place) {
    const JsonValue id = message.find("tool_call_id");
    if (!id.is(JsonKind::kString)) return invalid(place, "tool_call_id is missing");
    Block result;
    result.kind = Block::Kind::kToolResult;
    result.tool_id = reading_.text_of(id);
    result.is_error = message.find("is_error").is(JsonKind::kTrue);
    TRY_VOID(read_content(reading_, message.find("content"), ContentRules::kToolResult, place,
                          result.content));
    result.cache = cache_mark(message);
    for (Block& block : result.content) {  // the checkpoint stands after the whole result
      result.cache = std::max(result.cache, block.cache);
      block.cache = CacheMark::kNone;
    }
    turn(Role::kUser).blocks.push_back(std::move(result));
    return {};
  }

  Reading& reading_;
  bool leading_ = true;
};

}  // namespace

Result<void> read_messages(Reading& reading, JsonValue messages) {
  const Place list{nullptr, "messages"};
  if (!messages.is(JsonKind::kArray)) return invalid(list, "not an array");
  if (messages.begin() == messages.end()) return invalid(list, "empty");
  MessageReader reader(reading);
  std::int64_t index = 0;
  for (const JsonValue message : messages) {
    TRY_VOID(reader.read(message, Place{nullptr, "messages", index++}));
  }
  return {};
}

}  // namespace sekisho::wire::openai_chat
