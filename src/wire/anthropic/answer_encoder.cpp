#include "wire/anthropic/answer_encoder.h"

#include <string>

#include "wire/anthropic/answer_parts.h"
#include "wire/anthropic/names.h"
#include "wire/event_encoder.h"
#include "wire/json_slice.h"
#include "wire/json_text.h"
#include "wire/json_writer.h"

namespace sekisho::wire::anthropic {
namespace {

using Block = AnswerEvent::Block;

// {"id":…,"type":"message",…,"model":…, before the content.
void write_head(JsonWriter& json, const AnswerEncoding& encoding) {
  json.field("id", encoding.id).field("type", "message").field("role", "assistant");
  json.field("model", encoding.model);
}

class StreamEncoder final : public EventEncoder {
 public:
  explicit StreamEncoder(AnswerEncoding encoding) : encoding_(std::move(encoding)) {}

  std::string_view ping() const override { return "event: ping\ndata: {\"type\":\"ping\"}\n\n"; }

 private:
  static void begin_event(std::string_view type, std::string& out) {
    out.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append("\"");
  }
  void begin_block_event(std::string_view type, std::string& out) const {
    begin_event(type, out);
    out.append(",\"index\":");
    JsonWriter(out).number(index_);
  }

  void start(std::string& out) override {
    begin_event("message_start", out);
    out.append(",\"message\":");
    JsonWriter json(out);
    json.begin_object();
    write_head(json, encoding_);
    json.key("content").begin_array().end_array();
    write_stop(json, nullptr);
    json.key("usage");
    write_usage(json, {}, {});
    json.end_object();
    out.append("}\n\n");
  }

  void block_start(const AnswerEvent& event, std::string& out) override {
    open_ = false;
    redacted_.clear();
    if (event.block != Block::kToolCall) return;  // begins with its first content
    open(out);
    JsonWriter json(out);
    json.begin_object().field("type", "tool_use").field("id", tool_use_id(event.tool_id));
    json.field("name", client_tool_name(encoding_.tool_names, event.tool_name));
    json.key("input").begin_object().end_object().end_object();
    out.append("}\n\n");
  }

  void open(std::string& out) {
    open_ = true;
    begin_block_event("content_block_start", out);
    out.append(",\"content_block\":");
  }
  void open_once(std::string_view empty_block, std::string& out) {
    if (open_) return;
    open(out);
    out.append(empty_block).append("}\n\n");
  }

  void delta(const AnswerEvent& event, std::string& out) override {
    switch (event.block) {
      case Block::kText:
        if (event.text.empty()) break;
        open_once(R"({"type":"text","text":""})", out);
        piece("text_delta", "text", event.text, out);
        break;
      case Block::kReasoning:
        if (event.text.empty() && event.signature.empty()) break;
        open_once(R"({"type":"thinking","thinking":"","signature":""})", out);
        if (!event.text.empty()) piece("thinking_delta", "thinking", event.text, out);
        if (!event.signature.empty()) piece("signature_delta", "signature", event.signature, out);
        break;
      case Block::kRedactedReasoning:
        redacted_ += event.text;
        break;
      case Block::kToolCall:
        if (!event.text.empty()) piece("input_json_delta", "partial_json", event.text, out);
        break;
      case Block::kCitation:
        break;
    }
  }

  // Appends only: nothing but `out` grows.
  void piece(std::string_view type, std::string_view name, std::string_view text,
             std::string& out) const {
    begin_block_event("content_block_delta", out);
    out.append(",\"delta\":{\"type\":\"").append(type).append("\",\"").append(name).append("\":\"");
    append_escaped(out, text);
    out.append("\"}}\n\n");
  }

  void block_stop(const AnswerEvent&, std::string& out) override {
    if (!redacted_.empty()) {
      open(out);
      JsonWriter json(out);
      json.begin_object().field("type", "redacted_thinking").field("data", redacted_).end_object();
      out.append("}\n\n");
    }
    if (!open_) return;
    begin_block_event("content_block_stop", out);
    out.append("}\n\n");
    open_ = false;
    ++index_;
  }

  void error(const AnswerEvent& event, std::string& out) override {
    out.append("event: error\ndata: ");
    JsonWriter json(out);
    write_error(json, event);
    out.append("\n\n");
  }

  void end(std::string& out) override {
    begin_event("message_delta", out);
    out.append(",\"delta\":");
    JsonWriter json(out);
    json.begin_object();
    write_stop(json, &stop());
    json.end_object();
    out.append(",\"usage\":");
    JsonWriter figures(out);
    write_usage(figures, usage().figures(encoding_.estimated_prompt), usage().served_tier());
    out.append("}\n\n");
    begin_event("message_stop", out);
    out.append("}\n\n");
  }

  AnswerEncoding encoding_;
  std::int64_t index_ = 0;  // the client's count: blocks without content do not appear
  bool open_ = false;
  std::string redacted_;
};

class WholeEncoder final : public EventEncoder {
 public:
  explicit WholeEncoder(AnswerEncoding encoding) : encoding_(std::move(encoding)) {}

 private:
  struct Piece {
    Block kind = Block::kText;
    std::string tool_id, tool_name, text, signature;
  };

  void block_start(const AnswerEvent& event, std::string&) override {
    blocks_.push_back({event.block, event.tool_id, event.tool_name, {}, {}});
  }

  void delta(const AnswerEvent& event, std::string&) override {
    if (blocks_.empty()) return;
    blocks_.back().text += event.text;
    blocks_.back().signature += event.signature;
  }

  void error(const AnswerEvent& event, std::string& out) override {
    JsonWriter json(out);
    write_error(json, event);
  }

  void end(std::string& out) override {
    JsonWriter json(out);
    json.begin_object();
    write_head(json, encoding_);
    json.key("content").begin_array();
    for (const Piece& piece : blocks_) write(json, piece);
    json.end_array();
    write_stop(json, &stop());
    json.key("usage");
    write_usage(json, usage().figures(encoding_.estimated_prompt), usage().served_tier());
    json.end_object();
  }

  void write(JsonWriter& json, const Piece& piece) const {
    if (piece.kind == Block::kToolCall) return tool_use(json, piece);
    if (piece.text.empty() && piece.signature.empty()) return;
    switch (piece.kind) {
      case Block::kText:
        json.begin_object().field("type", "text").field("text", piece.text).end_object();
        break;
      case Block::kReasoning:
        json.begin_object().field("type", "thinking").field("thinking", piece.text);
        json.field("signature", piece.signature).end_object();
        break;
      case Block::kRedactedReasoning:
        json.begin_object().field("type", "redacted_thinking").field("data", piece.text);
        json.end_object();
        break;
      case Block::kToolCall:
      case Block::kCitation:
        break;
    }
  }

  // Arguments that are no object (cut off, or the model's fault) are wrapped, so that the client
  // can read the rest.
  void tool_use(JsonWriter& json, const Piece& piece) const {
    json.begin_object().field("type", "tool_use").field("id", tool_use_id(piece.tool_id));
    json.field("name", client_tool_name(encoding_.tool_names, piece.tool_name)).key("input");
    if (piece.text.empty()) {
      json.begin_object().end_object();
    } else if (is_unambiguous_object(piece.text)) {
      json.raw(piece.text);
    } else {
      json.begin_object().field("_raw", piece.text).end_object();
    }
    json.end_object();
  }

  AnswerEncoding encoding_;
  std::vector<Piece> blocks_;
};

}  // namespace

std::unique_ptr<AnswerEncoder> make_answer_encoder(AnswerEncoding encoding) {
  if (encoding.stream) return std::make_unique<StreamEncoder>(std::move(encoding));
  return std::make_unique<WholeEncoder>(std::move(encoding));
}

}  // namespace sekisho::wire::anthropic
