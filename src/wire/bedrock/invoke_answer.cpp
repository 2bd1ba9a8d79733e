#include "wire/bedrock/invoke_answer.h"

#include <algorithm>

#include "base/limits.h"
#include "wire/aws/event_stream.h"
#include "wire/body_decoder.h"
#include "wire/json_walk.h"
#include "wire/json_writer.h"
#include "wire/media.h"

namespace sekisho::wire::bedrock {
namespace {

std::string decoded(JsonCursor& cursor) {
  if (cursor.peek() != JsonType::kString) {
    cursor.skip();
    return {};
  }
  auto text = cursor.read_string();
  if (!text) return {};
  return text->escaped ? unescape_json(cursor.of(text->raw)) : std::string(cursor.of(text->raw));
}

// The decoded string member `key` of a JSON object; "" where there is none. False: it is no object.
bool read_member(std::string_view json, std::string_view key, std::string& out) {
  JsonCursor cursor(json);
  for (JsonObject object(cursor); auto name = object.next();) {
    if (cursor.of(name->raw) == key) {
      out = decoded(cursor);
    } else {
      cursor.skip();
    }
    if (!cursor.ok()) return false;
  }
  return cursor.finish();
}

bool is_event_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::kIdentifierBytes &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

void append_event(std::string_view name, std::string_view json, std::string& out) {
  out.append("event: ").append(name).append("\ndata: ");
  // Between tokens a line break is a blank; inside strings it would be refused.
  for (char c : json) out += c == '\n' || c == '\r' ? ' ' : c;
  out += "\n\n";
}

void append_error(std::string_view type, std::string_view message, std::string& out) {
  std::string json;
  JsonWriter w(json);
  w.begin_object().field("type", "error").key("error").begin_object();
  w.field("type", type).field("message", message).end_object().end_object();
  append_event("error", json, out);
}

class InvokeStream final : public RawAnswer {
 public:
  Result<void> feed(std::string_view bytes, std::vector<RawFrame>& out) override {
    if (broken_) return Failure(*broken_);
    messages_.clear();
    const auto fed = frames_.feed(bytes, messages_);
    std::string events;
    Result<void> read;
    for (const aws::EventMessage& message : messages_) {
      if (read = take(message, events); !read) break;
    }
    TRY_VOID(keep(answer_->feed(events, out)));  // events before the fault are the client's
    TRY_VOID(keep(read));
    return keep(fed);
  }

  Result<void> finish(std::vector<RawFrame>& out) override {
    if (broken_) return Failure(*broken_);
    TRY_VOID(keep(answer_->finish(out)));
    if (frames_.at_boundary()) return {};
    return keep(broken_answer("cut inside a frame"));
  }

  const Usage& usage() const override { return answer_->usage(); }
  bool complete() const override { return answer_->complete(); }
  std::string_view stop_reason() const override { return answer_->stop_reason(); }
  std::string_view served_tier() const override { return answer_->served_tier(); }
  std::optional<bool> served_fast() const override { return answer_->served_fast(); }
  std::optional<bool> served_us() const override { return answer_->served_us(); }
  std::size_t output_bytes() const override { return answer_->output_bytes(); }

 private:
  Result<void> keep(const Result<void>& result) {
    if (!result) broken_ = result.error();
    return result;
  }

  static Result<void> take(const aws::EventMessage& message, std::string& events) {
    const std::string_view type = message.header(":message-type");
    if (type == "error") {
      append_error(message.header(":error-code"), message.header(":error-message"), events);
      return {};
    }
    if (type == "exception") {
      std::string words;
      read_member(message.payload, "message", words);  // its name tells enough
      append_error(message.header(":exception-type"), words, events);
      return {};
    }
    if (message.header(":event-type") != "chunk") return {};  // of a later time
    return chunk(message.payload, events);
  }

  static Result<void> chunk(std::string_view payload, std::string& events) {
    std::string packed, name;
    if (!read_member(payload, "bytes", packed)) return broken_answer("a chunk is no JSON");
    const auto json = base64_head(packed, packed.size());
    if (!json) return broken_answer("a chunk is not base64");
    if (!read_member(*json, "type", name)) return broken_answer("an event is not JSON");
    if (!is_event_name(name)) return broken_answer("an event has no type");
    append_event(name, *json, events);
    return {};
  }

  aws::EventStreamDecoder frames_;
  std::vector<aws::EventMessage> messages_;
  std::unique_ptr<RawAnswer> answer_ = make_raw_answer(Dialect::kAnthropicMessages, true);
  std::optional<Error> broken_;  // sticks
};

}  // namespace

std::unique_ptr<RawAnswer> make_invoke_stream() {
  return std::make_unique<InvokeStream>();
}

}  // namespace sekisho::wire::bedrock
