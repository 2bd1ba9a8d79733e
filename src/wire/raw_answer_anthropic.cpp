// Anthropic Messages: events of a stream and whole answers.

#include "base/limits.h"
#include "wire/frame_reader.h"
#include "wire/usage_reader.h"

namespace sekisho::wire {
namespace {

class AnthropicReader final : public FrameReader {
 public:
  using FrameReader::FrameReader;

  bool read(JsonCursor& cursor, RawFrame& frame) override;
  void done(RawFrame&) override {}
  bool told_texts_alone() const override { return !usage_here_ && stop_reason.empty(); }

 private:
  bool field(JsonCursor& cursor, RawFrame& frame, std::string_view key);
  bool object_fields(JsonCursor& cursor, RawFrame& frame);
  bool read_stop(JsonCursor& cursor);
  bool content(JsonCursor& cursor, RawFrame& frame);
  bool block(JsonCursor& cursor, RawFrame& frame);
  bool delta(JsonCursor& cursor, RawFrame& frame);
  bool read_usage(JsonCursor& cursor);
  void end_of_event(RawFrame& frame);

  static constexpr std::uint32_t kBlocks = 65'536;
  AnthropicUsage reader_;
  std::string_view type_;
  std::uint32_t index_ = 0;
  bool usage_here_ = false;  // in this event
  bool usage_runs_ = false;  // the last figures are not final: message_start's, or without output
};

bool AnthropicReader::read(JsonCursor& cursor, RawFrame& frame) {
  type_ = {};
  index_ = 0;
  usage_here_ = false;
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    if (name == "type") {
      type_ = read_plain_string(cursor);
    } else if (name == "index") {
      auto index = read_count(cursor).value_or(0);
      if (index >= kBlocks) return cursor.expected("a block index below 65536");
      index_ = static_cast<std::uint32_t>(index);
    } else {
      field(cursor, frame, name);
    }
    if (!cursor.ok()) return false;
  }
  if (!cursor.ok()) return false;
  number_texts(frame, 0, index_, kBlocks);
  end_of_event(frame);
  return true;
}

void AnthropicReader::end_of_event(RawFrame& frame) {
  if (type_ == "error") frame.is_error = true;
  bool end = type_ == "message_stop" || (whole_ && !frame.is_error);
  complete |= end;
  frame.ends_fields = end || whole_ || frame.is_error || type_ == "content_block_stop";
  // message_start knows the prompt, but not yet what the model will write.
  if (usage_here_) usage_runs_ = type_ == "message_start" || !reader_.output_in_last();
  bool final = !usage_runs_ && reader_.whole() && (end || !stop_reason.empty());
  if (usage.source == UsageSource::kPartial && final) {
    usage.source = UsageSource::kReported;
  }
}

// Fields of an event, of the message inside message_start and of a whole answer alike.
bool AnthropicReader::field(JsonCursor& cursor, RawFrame& frame, std::string_view key) {
  if (key == "delta") return delta(cursor, frame);
  if (key == "content_block") return block(cursor, frame);
  if (key == "content") return content(cursor, frame);
  if (key == "message") return object_fields(cursor, frame);
  if (key == "usage") return read_usage(cursor);
  if (key == "stop_reason") return read_stop(cursor);
  if (key == "error") {
    frame.is_error |= cursor.peek() != JsonType::kNull;
    return cursor.skip();
  }
  if (key == "model") return cursor.skip();
  return strings(cursor, frame, key, FrameTextKind::kText, limits::kShortestBlock);
}

bool AnthropicReader::object_fields(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  for (JsonObject object(cursor); auto key = object.next();) {
    if (!field(cursor, frame, cursor.of(key->raw))) return false;
  }
  return cursor.ok();
}

bool AnthropicReader::read_stop(JsonCursor& cursor) {
  if (auto reason = read_plain_string(cursor); !reason.empty()) stop_reason = reason;
  return cursor.ok();
}

bool AnthropicReader::content(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kArray) {
    return strings(cursor, frame, "content", FrameTextKind::kText, 1);
  }
  for (JsonArray array(cursor); array.next();) {
    if (!block(cursor, frame)) return false;
  }
  return cursor.ok();
}

// In a stream the texts of a block go on in its deltas; whatever else its start holds (results of
// tools that run at the provider) came whole.
bool AnthropicReader::block(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kObject) {
    return own_strings(cursor, frame, FrameTextKind::kText, false);
  }
  std::string_view type;
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    if (name == "type") {
      type = read_plain_string(cursor);
    } else if (name == "text") {
      text(cursor, frame, 0, FrameTextKind::kText);
    } else if (name == "thinking") {
      text(cursor, frame, 0, FrameTextKind::kReasoning);
    } else if (name == "input") {
      own_strings(cursor, frame, FrameTextKind::kToolArguments, true);
    } else if (name == "signature") {
      signature(cursor, frame);
    } else if (name == "id" || name == "name" || name == "tool_use_id" ||
               name == "encrypted_content" || (name == "data" && type == "redacted_thinking")) {
      cursor.skip();
    } else {
      own_strings(cursor, frame, FrameTextKind::kText, false);
    }
    if (!cursor.ok()) return false;
  }
  return cursor.ok();
}

bool AnthropicReader::delta(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    if (name == "text") {
      text(cursor, frame, 0, FrameTextKind::kText);
    } else if (name == "partial_json") {
      text(cursor, frame, 0, FrameTextKind::kToolArguments);
    } else if (name == "thinking") {
      text(cursor, frame, 0, FrameTextKind::kReasoning);
    } else if (name == "signature") {
      signature(cursor, frame);
    } else if (name == "stop_reason") {
      read_stop(cursor);
    } else {
      strings(cursor, frame, name, FrameTextKind::kText, 1);
    }
    if (!cursor.ok()) return false;
  }
  return cursor.ok();
}

bool AnthropicReader::read_usage(JsonCursor& cursor) {
  if (!reader_.read(cursor)) return false;
  if (!reader_.seen()) return true;
  usage_here_ = true;
  usage = reader_.usage();
  usage.source = UsageSource::kPartial;  // until the end is seen
  served_tier = reader_.served_tier();
  fast = reader_.fast();
  us = reader_.us();
  return true;
}

}  // namespace

std::unique_ptr<FrameReader> make_anthropic_reader(bool whole) {
  return std::make_unique<AnthropicReader>(whole);
}

}  // namespace sekisho::wire
