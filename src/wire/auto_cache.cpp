#include "wire/auto_cache.h"

#include <algorithm>
#include <optional>
#include <string>

#include "wire/json_slice.h"

namespace sekisho::wire {
namespace {

using Kind = Block::Kind;

constexpr std::size_t kMarkedTurns = 2;  // with tools and system four marks, the providers' limit
constexpr std::string_view kMark = R"("cache_control":{"type":"ephemeral"})";

bool is_marked(const Block& block) {
  return block.cache != CacheMark::kNone;
}

bool has_marks(const Conversation& conversation) {
  bool turns = std::ranges::any_of(conversation.turns, [](const Turn& turn) {
    return std::ranges::any_of(turn.blocks, is_marked);
  });
  bool tools = std::ranges::any_of(conversation.tools,
                                   [](const Tool& tool) { return tool.cache != CacheMark::kNone; });
  return turns || tools || std::ranges::any_of(conversation.system, is_marked);
}

class BodyMarks {
 public:
  BodyMarks(std::string_view body, std::vector<SpanEdit>& edits) : body_(body), edits_(edits) {}

  // A list of objects, or (content, system) a string that becomes the only block of one.
  bool last_of(JsonValue list) {
    if (list.is(JsonKind::kString)) return whole_string(list);
    if (!list.is(JsonKind::kArray)) return false;
    std::optional<JsonValue> last;
    for (JsonValue element : list) {
      if (can_carry(element)) last = element;
    }
    if (!last) return false;
    auto end = offset_of(last->raw()) + static_cast<std::uint32_t>(last->raw().size()) - 1;
    edits_.push_back({{end, end}, "," + std::string(kMark)});
    return true;
  }

 private:
  static bool can_carry(JsonValue element) {
    if (!element.is(JsonKind::kObject) || element.find("cache_control").exists()) return false;
    if (!element.raw().contains('"')) return false;  // no members
    JsonValue type = element.find("type");
    if (type.equals("thinking") || type.equals("redacted_thinking")) return false;
    if (element.find("defer_loading").is(JsonKind::kTrue)) return false;
    return !type.equals("text") || !is_blank(element.find("text").string());
  }

  bool whole_string(JsonValue text) {
    if (is_blank(text.string())) return false;
    auto begin = offset_of(text.raw());
    auto end = begin + static_cast<std::uint32_t>(text.raw().size());
    edits_.push_back({{begin, begin}, R"([{"type":"text","text":)"});
    edits_.push_back({{end, end}, "," + std::string(kMark) + "}]"});
    return true;
  }

  std::uint32_t offset_of(std::string_view slice) const {
    return static_cast<std::uint32_t>(slice.data() - body_.data());
  }

  std::string_view body_;
  std::vector<SpanEdit>& edits_;
};

}  // namespace

bool mark_for_cache(Conversation& conversation) {
  if (has_marks(conversation)) return false;
  bool marked = false;
  auto mark = [&](CacheMark& place) {
    place = CacheMark::kFiveMinutes;
    marked = true;
  };
  if (!conversation.tools.empty()) mark(conversation.tools.back().cache);
  if (!conversation.system.empty()) mark(conversation.system.back().cache);
  std::size_t turns = 0;
  for (auto turn = conversation.turns.rbegin();
       turn != conversation.turns.rend() && turns < kMarkedTurns; ++turn) {
    if (turn->role != Role::kUser || turn->blocks.empty()) continue;
    mark(turn->blocks.back().cache);
    ++turns;
  }
  return marked;
}

bool edit_cache_marks(const Envelope& envelope, std::string_view body,
                      std::vector<SpanEdit>& edits) {
  if (envelope.cache_life != CacheLife::kNone) return false;
  JsonDocument document;
  if (!document.parse(body)) return false;
  BodyMarks marks(body, edits);
  bool marked = marks.last_of(document.root().find("tools"));
  marked |= marks.last_of(document.root().find("system"));
  std::vector<JsonValue> users;
  for (JsonValue message : document.root().find("messages")) {
    if (message.find("role").equals("user")) users.push_back(message.find("content"));
  }
  std::size_t turns = 0;
  for (auto content = users.rbegin(); content != users.rend() && turns < kMarkedTurns; ++content) {
    if (!marks.last_of(*content)) continue;
    marked = true;
    ++turns;
  }
  return marked;
}

}  // namespace sekisho::wire
