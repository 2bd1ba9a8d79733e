// OpenAI chat completions, and the older completions (choices have a text instead of a message):
// chunks of a stream and whole answers.

#include <bitset>

#include "base/limits.h"
#include "wire/frame_reader.h"
#include "wire/usage_reader.h"

namespace sekisho::wire {
namespace {

constexpr auto kChoices = static_cast<std::int64_t>(limits::kChoices);

class ChatReader final : public FrameReader {
 public:
  using FrameReader::FrameReader;

  bool read(JsonCursor& cursor, RawFrame& frame) override;
  void done(RawFrame& frame) override;
  bool told_texts_alone() const override { return !usage_here_ && stop_reason.empty(); }
  bool may_end() const override { return !stop_reason.empty() && open_.none(); }

 private:
  bool field(JsonCursor& cursor, RawFrame& frame, std::string_view key);
  bool choices(JsonCursor& cursor, RawFrame& frame);
  bool choice(JsonCursor& cursor, RawFrame& frame);
  bool delta(JsonCursor& cursor, RawFrame& frame);
  bool tool_calls(JsonCursor& cursor, RawFrame& frame);
  bool tool_call(JsonCursor& cursor, RawFrame& frame, std::int64_t& index);

  std::bitset<limits::kChoices> open_;  // choices that are not finished
  bool no_choices_ = false, usage_here_ = false;
  bool figures_whole_ = false;  // of the last usage object
};

bool ChatReader::read(JsonCursor& cursor, RawFrame& frame) {
  no_choices_ = usage_here_ = false;
  for (JsonObject object(cursor); auto key = object.next();) {
    if (!field(cursor, frame, cursor.of(key->raw))) return false;
  }
  frame.carries_usage_only = no_choices_ && usage_here_;
  // Some servers repeat a running usage in every chunk: final is what comes with the end.
  bool ended = whole_ || complete || (!stop_reason.empty() && open_.none());
  bool final = ended && figures_whole_;
  if (usage_here_) usage.source = final ? UsageSource::kReported : UsageSource::kPartial;
  if (whole_) complete = cursor.ok() && !frame.is_error;
  frame.ends_fields |= whole_ || frame.is_error;
  return cursor.ok();
}

void ChatReader::done(RawFrame& frame) {
  complete = true;
  frame.ends_fields = true;
  if (usage.source == UsageSource::kPartial && figures_whole_) {
    usage.source = UsageSource::kReported;
  }
}

bool ChatReader::field(JsonCursor& cursor, RawFrame& frame, std::string_view key) {
  JsonType type = cursor.peek();
  if (key == "choices") return choices(cursor, frame);
  if (key == "usage") {
    if (type != JsonType::kObject) return cursor.skip();
    usage_here_ = true;
    return read_chat_usage(cursor, usage, figures_whole_);
  }
  if (key == "error" && type != JsonType::kNull) {
    frame.is_error = true;
    return cursor.skip();
  }
  if (key == "service_tier") {
    if (auto tier = read_plain_string(cursor); !tier.empty()) served_tier = tier;
    return cursor.ok();
  }
  if (key == "object" && type == JsonType::kString) {  // older vLLM: {"object":"error",…}
    frame.is_error |= read_plain_string(cursor) == "error";
    return cursor.ok();
  }
  if (key == "id" || key == "object" || key == "model" || key == "system_fingerprint" ||
      key == "obfuscation") {
    return cursor.skip();
  }
  return strings(cursor, frame, key, FrameTextKind::kText, limits::kShortestBlock);
}

bool ChatReader::choices(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kArray) return cursor.skip();
  no_choices_ = true;
  for (JsonArray array(cursor); array.next();) {
    no_choices_ = false;
    if (!choice(cursor, frame)) return false;
  }
  return cursor.ok();
}

bool ChatReader::choice(JsonCursor& cursor, RawFrame& frame) {
  const std::size_t first = frame.texts.size();
  std::int64_t index = 0;
  bool finished = false;
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    if (name == "delta" || name == "message") {
      if (!delta(cursor, frame)) return false;
    } else if (name == "text") {
      text(cursor, frame, 0, FrameTextKind::kText);
    } else if (name == "index") {
      index = read_count(cursor).value_or(0);
      if (index >= kChoices) return cursor.expected("a choice index below 128");
    } else if (name == "finish_reason") {
      auto reason = read_plain_string(cursor);
      finished = !reason.empty();
      if (finished) stop_reason = reason;
    } else {
      strings(cursor, frame, name, FrameTextKind::kText, limits::kShortestBlock);
    }
  }
  if (!cursor.ok()) return false;
  number_texts(frame, first, static_cast<std::uint32_t>(index), limits::kChoices);
  open_[static_cast<std::size_t>(index)] = !finished;
  if (finished && open_.none()) frame.ends_fields = true;
  return true;
}

bool ChatReader::delta(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    if (name == "content") {
      text(cursor, frame, 0, FrameTextKind::kText);
    } else if (name == "role") {
      cursor.skip();
    } else if (name == "reasoning_content" || name == "reasoning") {
      text(cursor, frame, name == "reasoning" ? 1 : 0, FrameTextKind::kReasoning);
    } else if (name == "tool_calls") {
      tool_calls(cursor, frame);
    } else {
      strings(cursor, frame, name, FrameTextKind::kText, 1);
    }
    if (!cursor.ok()) return false;
  }
  return cursor.ok();
}

bool ChatReader::tool_calls(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kArray) return cursor.skip();
  for (JsonArray array(cursor); array.next();) {
    const std::size_t first = frame.texts.size();
    std::int64_t index = 0;
    if (!tool_call(cursor, frame, index)) return false;
    if (index >= kFirstKeyLane) return cursor.expected("a tool call index below 512");
    for (std::size_t i = first; i < frame.texts.size(); ++i) {
      std::uint32_t& field = frame.texts[i].field;
      if (field / 4 < kFirstKeyLane) field += static_cast<std::uint32_t>(index) * 4;
    }
  }
  return cursor.ok();
}

// {index, id, type, function: {name, arguments}}; the inner object is read by the same function.
bool ChatReader::tool_call(JsonCursor& cursor, RawFrame& frame, std::int64_t& index) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    if (name == "index") {
      index = read_count(cursor).value_or(0);
    } else if (name == "function" || name == "custom") {
      tool_call(cursor, frame, index);
    } else if (name == "arguments" || name == "input") {
      text(cursor, frame, 0, FrameTextKind::kToolArguments);
    } else if (name == "name") {
      cursor.skip();
    } else {
      strings(cursor, frame, name, FrameTextKind::kToolArguments, 1);
    }
    if (!cursor.ok()) return false;
  }
  return cursor.ok();
}

}  // namespace

std::unique_ptr<FrameReader> make_chat_reader(bool whole) {
  return std::make_unique<ChatReader>(whole);
}

}  // namespace sekisho::wire
