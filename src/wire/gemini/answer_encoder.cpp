#include "wire/gemini/answer_encoder.h"

#include <utility>
#include <vector>

#include "wire/gemini/answer_parts.h"
#include "wire/gemini/thought_signature.h"
#include "wire/json_slice.h"
#include "wire/json_text.h"
#include "wire/json_writer.h"
#include "wire/usage_seen.h"

namespace sekisho::wire::gemini {
namespace {

using Kind = AnswerEvent::Kind;
using BlockKind = AnswerEvent::Block;

// Events → parts, one after the other. A call is one part, whole. The reasoning that the model must
// get back waits for the next call; where none comes, and before other reasoning behind a text, an
// empty text carries it.
class PartMaker {
 public:
  explicit PartMaker(const ToolNames& names) : names_(names) {}

  // Appends the part that the event completes, if it does.
  bool take(const AnswerEvent& event, std::string& part) {
    switch (event.kind) {
      case Kind::kBlockStart:
        return block_start(event, part);
      case Kind::kDelta:
        return delta(event, part);
      case Kind::kBlockStop:
        return block_stop(event, part);
      case Kind::kStop:
        return flush(part);
      default:
        return false;
    }
  }

 private:
  static bool is_reasoning(BlockKind block) {
    return block == BlockKind::kReasoning || block == BlockKind::kRedactedReasoning;
  }

  bool block_start(const AnswerEvent& event, std::string& part) {
    open_ = {};
    arguments_.clear();
    tool_id_ = event.tool_id;
    tool_name_ = event.tool_name;
    const bool flushes = is_reasoning(event.block) && text_since_ && flush(part);
    if (event.block == BlockKind::kText) text_since_ = true;
    return flushes;
  }

  bool delta(const AnswerEvent& event, std::string& part) {
    switch (event.block) {
      case BlockKind::kText:
        return text(event.text, false, part);
      case BlockKind::kReasoning:
        open_.text += event.text;
        open_.signature += event.signature;
        return text(event.text, true, part);
      case BlockKind::kRedactedReasoning:
        open_.redacted += event.text;
        return false;
      case BlockKind::kToolCall:
        arguments_ += event.text;
        return false;
      case BlockKind::kCitation:
        break;
    }
    return false;
  }

  static bool text(std::string_view text, bool thought, std::string& part) {
    if (text.empty()) return false;
    JsonWriter json(part);
    json.begin_object().field("text", text);
    if (thought) json.field("thought", true);
    json.end_object();
    return true;
  }

  bool block_stop(const AnswerEvent& event, std::string& part) {
    if (is_reasoning(event.block)) {
      const bool returnable = !open_.signature.empty() || !open_.redacted.empty();
      if (returnable) waiting_.push_back(std::exchange(open_, {}));
      return false;
    }
    if (event.block != BlockKind::kToolCall) return false;
    JsonWriter json(part);
    json.begin_object().key("functionCall").begin_object();
    if (!tool_id_.empty()) json.field("id", tool_id_);
    const ToolAlias* alias = names_.find_sent(tool_name_);
    json.field("name", alias ? std::string_view(alias->original) : std::string_view(tool_name_));
    json.raw_field("args", arguments()).end_object();
    signature(json);
    json.end_object();
    return true;
  }

  // Always an object: what a model got wrong is wrapped, so that nothing is lost.
  std::string arguments() const {
    JsonDocument document;
    const std::string_view text = arguments_.empty() ? "{}" : std::string_view(arguments_);
    if (document.parse(text) && document.root().is(JsonKind::kObject)) {
      return std::string(document.root().raw());
    }
    return "{\"_raw\":\"" + escape_json(text) + "\"}";
  }

  void signature(JsonWriter& json) {
    text_since_ = false;
    if (waiting_.empty()) return;
    // One provider's mark stands for itself; Gemini's own is no cargo.
    const auto own = waiting_.size() == 1 && waiting_.front().redacted.empty()
                         ? unmarked_signature(waiting_.front().signature)
                         : std::string_view();
    json.field("thoughtSignature", own.empty() ? carry(waiting_) : std::string(own));
    waiting_.clear();
  }

  bool flush(std::string& part) {
    if (waiting_.empty()) return false;
    JsonWriter json(part);
    json.begin_object().field("text", "");
    signature(json);
    json.end_object();
    return true;
  }

  const ToolNames& names_;
  CarriedThought open_;
  std::vector<CarriedThought> waiting_;
  bool text_since_ = false;  // a text has come behind the last call
  std::string tool_id_, tool_name_, arguments_;
};

void write_error(JsonWriter& json, const AnswerEvent& event) {
  json.begin_object().key("error").begin_object().field("code", 500);
  json.field("message",
             event.text.empty() ? "the model's answer failed" : std::string_view(event.text));
  json.field("status", "INTERNAL").end_object().end_object();
}

// What both kinds of encoder know of the answer.
class Encoder : public AnswerEncoder {
 public:
  explicit Encoder(AnswerEncoding encoding)
      : encoding_(std::move(encoding)), parts_(encoding_.tool_names) {}

 protected:
  // {"candidates":[{"content":{"parts":[…],"role":"model"},…}],…}
  void answer(JsonWriter& json, std::string_view parts, bool last) const {
    json.begin_object().key("candidates").begin_array().begin_object();
    json.key("content").begin_object().raw_field("parts", std::string("[").append(parts) + "]");
    json.field("role", "model").end_object();
    if (last) json.field("finishReason", finish_reason(stop_.stop));
    json.field("index", 0).end_object().end_array();
    if (last) {
      json.key("usageMetadata");
      write_usage(json, usage_.figures(encoding_.estimated_prompt));
    }
    json.field("modelVersion", encoding_.model).field("responseId", encoding_.id).end_object();
  }

  void note(const AnswerEvent& event) {
    if (event.kind == Kind::kDelta) usage_.delta(event);
    if (event.kind == Kind::kUsage) usage_.usage(event);
    if (event.kind == Kind::kStop) stop_ = event;
  }

  AnswerEncoding encoding_;
  PartMaker parts_;
  AnswerEvent stop_;
  UsageSeen usage_;
  bool over_ = false;
};

class StreamEncoder final : public Encoder {
 public:
  using Encoder::Encoder;

  void encode(const AnswerEvent& event, std::string& out) override {
    if (over_) return;
    note(event);
    std::string part;
    if (parts_.take(event, part)) {
      before(out);
      JsonWriter json(out);
      answer(json, part, false);
      behind(out);
    }
    const bool failed = event.kind == Kind::kEnd && stop_.stop == StopReason::kError;
    if (event.kind == Kind::kError || failed) {
      over_ = true;
      if (encoding_.json_array) before(out);
      JsonWriter json(out);
      write_error(json, failed ? stop_ : event);
      out += encoding_.json_array ? "\n]" : "\n\n";
    } else if (event.kind == Kind::kEnd) {
      over_ = true;
      before(out);
      JsonWriter json(out);
      answer(json, R"({"text":""})", true);
      behind(out);
      if (encoding_.json_array) out += "\n]";
    }
  }

  // The SDKs' readers take comments for broken chunks, but pass over empty lines.
  std::string_view ping() const override { return "\n"; }

 private:
  void before(std::string& out) {
    out += !encoding_.json_array ? "data: " : begun_ ? ",\n" : "[";
    begun_ = true;
  }
  void behind(std::string& out) const {
    if (!encoding_.json_array) out += "\n\n";
  }

  bool begun_ = false;
};

class WholeEncoder final : public Encoder {
 public:
  using Encoder::Encoder;

  void encode(const AnswerEvent& event, std::string& out) override {
    if (over_) return;
    note(event);
    gather(event);
    if (event.kind == Kind::kError ||
        (event.kind == Kind::kEnd && stop_.stop == StopReason::kError)) {
      over_ = true;
      JsonWriter json(out);
      write_error(json, event.kind == Kind::kError ? event : stop_);
    } else if (event.kind == Kind::kEnd) {
      over_ = true;
      JsonWriter json(out);
      answer(json, all_.empty() ? R"({"text":""})" : std::string_view(all_), true);
    }
  }

 private:
  // Text comes in pieces, but is one part.
  void gather(const AnswerEvent& event) {
    const bool text = event.block == BlockKind::kText || event.block == BlockKind::kReasoning;
    if (event.kind == Kind::kDelta && text) {
      text_ += event.text;
      if (event.signature.empty()) return;
      AnswerEvent signature = event;
      signature.text.clear();
      return add(signature);
    }
    if (event.kind == Kind::kBlockStop && text && !text_.empty()) {
      AnswerEvent whole = event;
      whole.kind = Kind::kDelta;
      whole.text = std::exchange(text_, {});
      add(whole);
    }
    add(event);
  }

  void add(const AnswerEvent& event) {
    std::string part;
    if (!parts_.take(event, part)) return;
    if (!all_.empty()) all_ += ',';
    all_ += part;
  }

  std::string text_, all_;
};

}  // namespace

std::unique_ptr<AnswerEncoder> make_answer_encoder(AnswerEncoding encoding) {
  if (encoding.stream) return std::make_unique<StreamEncoder>(std::move(encoding));
  return std::make_unique<WholeEncoder>(std::move(encoding));
}

}  // namespace sekisho::wire::gemini
