// Bedrock's Converse: messages of its event stream and whole answers.

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "wire/aws/event_stream.h"
#include "wire/bedrock/converse_usage.h"
#include "wire/frame_reader.h"
#include "wire/json_slice.h"
#include "wire/json_writer.h"
#include "wire/named_value.h"
#include "wire/usage_reader.h"

namespace sekisho::wire {
namespace {

constexpr std::uint32_t kBlocks = 65'536;
constexpr std::size_t kPaddingBytes = 256;  // of the member "p", against guesses from lengths

// One JSON object of either form: a payload of the stream, or the whole answer.
class ConverseReader final : public FrameReader {
 public:
  using FrameReader::FrameReader;

  bool read(JsonCursor& cursor, RawFrame& frame) override {
    index_ = 0;
    for (JsonObject object(cursor); auto key = object.next();) {
      if (!field(cursor, frame, cursor.of(key->raw))) return false;
    }
    if (!cursor.ok()) return false;
    number_texts(frame, 0, index_, kBlocks);
    if (whole_) frame.ends_fields = complete = true;
    return true;
  }
  void done(RawFrame&) override {}
  bool told_texts_alone() const override { return false; }

  // A message of the stream, by its event's name.
  bool read_event(std::string_view type, JsonCursor& cursor, RawFrame& frame) {
    if (!read(cursor, frame)) return false;
    if (type == "contentBlockStart" || type == "contentBlockDelta") open_.insert(index_);
    if (type == "contentBlockStop") open_.erase(index_);
    if (type == "messageStop") open_.clear();
    stopped |= type == "messageStop";
    metadata_ |= type == "metadata";
    complete |= stopped && metadata_;
    // Blocks may interleave: a field is complete for certain when none is open.
    const bool stop = type == "contentBlockStop" || type == "messageStop";
    frame.ends_fields = stop && open_.empty();
    return true;
  }
  bool stopped = false;

 private:
  bool field(JsonCursor& cursor, RawFrame& frame, std::string_view key) {
    if (key == "contentBlockIndex") {
      const auto index = read_count(cursor).value_or(0);
      if (index >= kBlocks) return cursor.expected("a block index below 65536");
      index_ = static_cast<std::uint32_t>(index);
      return cursor.ok();
    }
    if (key == "delta") return delta(cursor, frame);
    if (key == "start") return own(cursor, frame, FrameTextKind::kText);
    if (key == "output") return output(cursor, frame);
    if (key == "usage") return read_figures(cursor);
    if (key == "stopReason") {
      stop_reason = read_plain_string(cursor);
      return cursor.ok();
    }
    if (key == "serviceTier") return tier(cursor);
    if (key == "additionalModelResponseFields") return additional(cursor, frame);
    if (key == "role" || key == "metrics" || key == "performanceConfig") return cursor.skip();
    if (key == "p") return padding(cursor, frame);
    return own(cursor, frame, FrameTextKind::kText);  // trace holds what the model wrote, too
  }

  bool padding(JsonCursor& cursor, RawFrame& frame) {
    JsonCursor ahead = cursor;
    if (ahead.peek() == JsonType::kString) {
      auto text = ahead.read_string();
      if (text && text->raw.size() <= kPaddingBytes) return cursor.skip();
    }
    return own(cursor, frame, FrameTextKind::kText);
  }

  // Every string but ids, names, types, signatures and what is encrypted.
  bool own(JsonCursor& cursor, RawFrame& frame, FrameTextKind kind) {
    bool skip = false;
    NamedValues names(cursor.text());
    return cursor.walk([&](const JsonString& text, bool is_key) {
      const auto named = names.see(text, is_key);
      if (is_key) {
        const auto key = cursor.of(text.raw);
        skip = key == "toolUseId" || key == "name" || key == "type" || key == "signature" ||
               key == "redactedContent" || key == "role" || key == "status" || key == "format" ||
               key == "bytes";
      } else if (!skip && !text.raw.empty()) {
        add_own(frame, text, kind, named);
      }
    });
  }

  bool delta(JsonCursor& cursor, RawFrame& frame) {
    if (cursor.peek() != JsonType::kObject) return own(cursor, frame, FrameTextKind::kText);
    for (JsonObject object(cursor); auto key = object.next();) {
      const std::string_view name = cursor.of(key->raw);
      const bool good =
          name == "text"      ? text(cursor, frame, 0, FrameTextKind::kText)
          : name == "toolUse" ? fragment(cursor, frame, "input", FrameTextKind::kToolArguments)
          : name == "reasoningContent" ? fragment(cursor, frame, "text", FrameTextKind::kReasoning)
                                       : strings(cursor, frame, name, FrameTextKind::kText, 1);
      if (!good) return false;
    }
    return cursor.ok();
  }

  // {input} or {text}, which goes on from event to event; signatures are no text.
  bool fragment(JsonCursor& cursor, RawFrame& frame, std::string_view member, FrameTextKind kind) {
    if (cursor.peek() != JsonType::kObject) return own(cursor, frame, kind);
    for (JsonObject object(cursor); auto key = object.next();) {
      const std::string_view name = cursor.of(key->raw);
      bool good = false;
      if (name == member) {
        good = text(cursor, frame, 0, kind);
      } else if (name == "signature" || name == "redactedContent") {
        good = cursor.skip();
      } else {
        good = own(cursor, frame, kind);
      }
      if (!good) return false;
    }
    return cursor.ok();
  }

  // {message: {role, content: [block]}}
  bool output(JsonCursor& cursor, RawFrame& frame) {
    if (cursor.peek() != JsonType::kObject) return own(cursor, frame, FrameTextKind::kText);
    for (JsonObject object(cursor); auto key = object.next();) {
      const std::string_view name = cursor.of(key->raw);
      const bool good = name == "message"   ? output(cursor, frame)
                        : name == "content" ? content(cursor, frame)
                        : name == "role"    ? cursor.skip()
                                            : own(cursor, frame, FrameTextKind::kText);
      if (!good) return false;
    }
    return cursor.ok();
  }

  bool content(JsonCursor& cursor, RawFrame& frame) {
    if (cursor.peek() != JsonType::kArray) return own(cursor, frame, FrameTextKind::kText);
    for (JsonArray array(cursor); array.next();) {
      if (cursor.peek() != JsonType::kObject) {
        if (!own(cursor, frame, FrameTextKind::kText)) return false;
        continue;
      }
      for (JsonObject block(cursor); auto key = block.next();) {
        const std::string_view name = cursor.of(key->raw);
        const bool good = name == "toolUse" ? tool_use(cursor, frame)
                          : name == "reasoningContent"
                              ? own(cursor, frame, FrameTextKind::kReasoning)
                              : own(cursor, frame, FrameTextKind::kText);
        if (!good) return false;
      }
    }
    return cursor.ok();
  }

  // Of the arguments every string is a text, whatever its key.
  bool tool_use(JsonCursor& cursor, RawFrame& frame) {
    if (cursor.peek() != JsonType::kObject) return own(cursor, frame, FrameTextKind::kText);
    for (JsonObject object(cursor); auto key = object.next();) {
      const std::string_view name = cursor.of(key->raw);
      const bool label = name == "toolUseId" || name == "name" || name == "type";
      const bool good =
          label ? cursor.skip() : own_strings(cursor, frame, FrameTextKind::kToolArguments, true);
      if (!good) return false;
    }
    return cursor.ok();
  }

  bool additional(JsonCursor& cursor, RawFrame& frame) {
    cursor.peek();
    const std::uint32_t at = cursor.position();
    if (!own(cursor, frame, FrameTextKind::kText)) return false;
    JsonDocument document;
    const std::string_view fields = cursor.of(Span{at, cursor.position()});
    if (document.parse(fields)) thinking_ = bedrock::read_thinking_tokens(document.root());
    usage.reasoning = std::min(thinking_, usage.output);
    return true;
  }

  bool read_figures(JsonCursor& cursor) {
    cursor.peek();
    const std::uint32_t at = cursor.position();
    if (!cursor.skip()) return false;
    JsonDocument document;
    const std::string_view figures = cursor.of(Span{at, cursor.position()});
    if (!document.parse(figures) || !document.root().is(JsonKind::kObject)) return true;
    usage = bedrock::read_usage(document.root());
    usage.reasoning = std::min(thinking_, usage.output);
    return true;
  }

  bool tier(JsonCursor& cursor) {
    if (cursor.peek() != JsonType::kObject) return cursor.skip();
    for (JsonObject object(cursor); auto key = object.next();) {
      if (cursor.of(key->raw) == "type") {
        served_tier = read_plain_string(cursor);
      } else {
        cursor.skip();
      }
    }
    return cursor.ok();
  }

  std::uint32_t index_ = 0;
  std::set<std::uint32_t> open_;
  std::int64_t thinking_ = 0;
  bool metadata_ = false;
};

class ConverseStream final : public ReadAnswer {
 public:
  ConverseStream() : ConverseStream(std::make_unique<ConverseReader>(false)) {}

  Result<void> feed(std::string_view bytes, std::vector<RawFrame>& out) override {
    if (broken_) return Failure(*broken_);
    messages_.clear();
    raw_.clear();
    const auto fed = frames_.feed(bytes, messages_, &raw_);
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      TRY_VOID(take(messages_[i], std::move(raw_[i]), out));
    }
    if (!fed) return broken(fed.error().detail);
    return {};
  }

  // Metadata may come before the stop: only here is it known that there is none to wait for.
  Result<void> finish(std::vector<RawFrame>&) override {
    if (broken_) return Failure(*broken_);
    if (!frames_.at_boundary()) return broken("upstream stream ended inside a frame");
    reader_->complete |= converse_->stopped;
    return {};
  }

 private:
  explicit ConverseStream(std::unique_ptr<ConverseReader> reader)
      : ReadAnswer(nullptr), converse_(reader.get()) {
    reader_ = std::move(reader);
  }

  Result<void> take(const aws::EventMessage& message, std::string raw, std::vector<RawFrame>& out) {
    const std::string_view type = message.header(":message-type");
    if (type == "error") {
      return fail_with(message.header(":error-code"), message.header(":error-message"), out);
    }
    if (type == "exception") {
      JsonDocument document;
      std::string words;
      if (document.parse(message.payload)) {
        JsonValue text = document.root().find("message");
        words = (text.exists() ? text : document.root().find("Message")).text();
      }
      return fail_with(message.header(":exception-type"), words, out);
    }
    RawFrame frame;
    frame.bytes = std::move(raw);
    frame.sealed = true;
    const std::size_t begin = aws::payload_offset(frame.bytes),
                      end = frame.bytes.size() - aws::kFrameTrailerBytes;
    frame.data = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    JsonCursor cursor(std::string_view(frame.bytes).substr(0, end), begin);
    if (!converse_->read_event(message.header(":event-type"), cursor, frame) || !cursor.finish()) {
      return broken("upstream stream: an event is not JSON: " + cursor.error().detail);
    }
    out.push_back(std::move(frame));
    return {};
  }

  // As an object that the reader of providers' errors knows.
  static Result<void> fail_with(std::string_view type, std::string_view words,
                                std::vector<RawFrame>& out) {
    RawFrame frame;
    JsonWriter(frame.bytes)
        .begin_object()
        .field("__type", type)
        .field("message", words)
        .end_object();
    frame.data = {0, static_cast<std::uint32_t>(frame.bytes.size())};
    frame.is_error = frame.ends_fields = true;
    out.push_back(std::move(frame));
    return {};
  }

  aws::EventStreamDecoder frames_;
  std::vector<aws::EventMessage> messages_;
  std::vector<std::string> raw_;
  ConverseReader* converse_;
};

}  // namespace

std::unique_ptr<FrameReader> make_converse_reader() {
  return std::make_unique<ConverseReader>(true);
}

std::unique_ptr<RawAnswer> make_converse_stream() {
  return std::make_unique<ConverseStream>();
}

}  // namespace sekisho::wire
