#include "wire/signed_thinking.h"

#include <algorithm>

#include "wire/json_walk.h"

namespace sekisho::wire {
namespace {

struct Part {
  Span whole, thinking;  // thinking: of such a block, else empty
  bool is_thinking = false, is_call = false, is_signed = false;
};

std::string_view plain_string(JsonCursor& cursor, Span* span = nullptr) {
  if (cursor.peek() != JsonType::kString) {
    cursor.skip();
    return {};
  }
  auto text = cursor.read_string();
  if (text && span) *span = text->raw;
  return text ? cursor.of(text->raw) : std::string_view();
}

Part read_part(JsonCursor& cursor) {
  Part part;
  const auto type = cursor.peek();
  part.whole.begin = cursor.position();
  if (type != JsonType::kObject) {
    cursor.skip();
  } else {
    for (JsonObject object(cursor); auto key = object.next();) {
      const auto name = cursor.of(key->raw);
      if (name == "type") {
        const auto kind = plain_string(cursor);
        part.is_thinking = kind == "thinking";
        part.is_call = kind == "tool_use";
      } else if (name == "thinking") {
        plain_string(cursor, &part.thinking);
      } else if (name == "signature") {
        part.is_signed = !plain_string(cursor).empty();
      } else {
        cursor.skip();
      }
    }
  }
  part.whole.end = cursor.position();
  return part;
}

// The parts of an assistant's message; nothing for other messages and plain texts.
std::vector<Part> read_message(JsonCursor& cursor) {
  std::vector<Part> parts;
  bool assistant = false;
  for (JsonObject object(cursor); auto key = object.next();) {
    const auto name = cursor.of(key->raw);
    if (name == "role") {
      assistant = plain_string(cursor) == "assistant";
    } else if (name == "content" && cursor.peek() == JsonType::kArray) {
      for (JsonArray array(cursor); array.next();) parts.push_back(read_part(cursor));
    } else {
      cursor.skip();
    }
  }
  return assistant ? parts : std::vector<Part>();
}

bool is_lost(const Part& part, const std::vector<SpanEdit>& redactions) {
  if (!part.is_thinking) return false;
  return !part.is_signed || std::ranges::any_of(redactions, [&](const SpanEdit& edit) {
    return edit.where.begin < part.thinking.end && edit.where.end > part.thinking.begin;
  });
}

void take_out(const std::vector<Part>& parts, const std::vector<SpanEdit>& redactions,
              std::string_view body, std::vector<SpanEdit>& edits) {
  std::vector<Span> gone;
  for (const auto& part : parts) {
    if (is_lost(part, redactions)) gone.push_back(part.whole);
  }
  if (gone.empty()) return;
  if (gone.size() == parts.size()) {
    edits.push_back({gone.front(), R"({"type":"text","text":"[thinking left out]"})"});
    gone.erase(gone.begin());
  }
  edit_out(gone, body, edits);
}

// Whether a turn calls tools and no thinking is left before the first call.
bool loses_its_thinking(const std::vector<Part>& parts, const std::vector<SpanEdit>& redactions) {
  bool lost = false;
  for (const auto& part : parts) {
    if (part.is_call) return lost;
    if (!part.is_thinking) continue;
    if (!is_lost(part, redactions)) return false;
    lost = true;
  }
  return false;
}

}  // namespace

ThinkingEdits edit_thinking(const Envelope& envelope, std::string_view body,
                            const std::vector<SpanEdit>& redactions) {
  ThinkingEdits out;
  if (!envelope.messages) return out;
  JsonCursor cursor(body, envelope.messages->begin, 1);
  std::vector<Part> last;
  for (JsonArray array(cursor); array.next();) {
    auto parts = read_message(cursor);
    if (parts.empty()) continue;
    take_out(parts, redactions, body, out.edits);
    last = std::move(parts);
  }
  out.last_is_lost = loses_its_thinking(last, redactions);
  return out;
}

namespace {

// Where the value of a member begins.
JsonCursor value_of(Span member, std::string_view key, std::string_view body) {
  const auto colon = member.of(body).find(':', key.size());
  return JsonCursor(body, member.begin + colon + 1, 1);
}

// Providers take such edits of the context only of a request that thinks. The member stays: what is
// taken out beside it is others' business.
void edit_out_clearing(const Envelope& envelope, std::string_view body,
                       std::vector<SpanEdit>& edits) {
  constexpr std::string_view kKey = "\"context_management\"";
  for (const auto& member : envelope.members) {
    const auto text = member.of(body);
    if (!text.starts_with(kKey) || !text.contains("\"clear_thinking")) continue;
    auto cursor = value_of(member, kKey, body);
    cursor.peek();
    edits.push_back({{cursor.position(), member.end}, R"({"edits":[]})"});
  }
}

}  // namespace

bool edit_thinking_off(const Envelope& envelope, std::string_view body,
                       std::vector<SpanEdit>& edits) {
  constexpr std::string_view kKey = "\"thinking\"";
  for (const auto& member : envelope.members) {
    const auto text = member.of(body);
    if (!text.starts_with(kKey)) continue;
    auto cursor = value_of(member, kKey, body);
    if (cursor.peek() != JsonType::kObject) return false;
    const auto begin = cursor.position();
    std::string_view type;
    for (JsonObject object(cursor); auto key = object.next();) {
      if (cursor.of(key->raw) == "type") {
        type = plain_string(cursor);
      } else {
        cursor.skip();
      }
    }
    if (type == "disabled") return false;
    edits.push_back({{begin, cursor.position()}, R"({"type":"disabled"})"});
    edit_out_clearing(envelope, body, edits);
    return true;
  }
  return false;
}

}  // namespace sekisho::wire
