// Canonical events → OpenAI chat completion chunks, or one whole completion.

#include "wire/event_encoder.h"
#include "wire/json_text.h"
#include "wire/json_writer.h"
#include "wire/openai_chat/answer_parts.h"
#include "wire/translate.h"

namespace sekisho::wire {
namespace {

using namespace openai_chat;
using Block = AnswerEvent::Block;

void write_head(JsonWriter& json, const AnswerEncoding& encoding, std::string_view object) {
  json.field("id", encoding.id).field("object", object);
  json.field("created", encoding.created).field("model", encoding.model);
}

class StreamEncoder final : public EventEncoder {
 public:
  explicit StreamEncoder(AnswerEncoding encoding) : encoding_(std::move(encoding)) {
    head_ = "data: ";
    JsonWriter json(head_);
    json.begin_object();
    write_head(json, encoding_, "chat.completion.chunk");
    head_ += ",\"choices\":[{\"index\":0,\"delta\":{";
    tail_ = "},\"finish_reason\":null}]";
    if (encoding_.include_usage) tail_ += ",\"usage\":null";
    tail_ += "}\n\n";
  }

  std::string_view ping() const override { return ": ping\n\n"; }

 private:
  void start(std::string& out) override {
    out.append(head_).append("\"role\":\"assistant\",\"content\":\"\"").append(tail_);
  }

  void block_start(const AnswerEvent& event, std::string& out) override {
    detail_ = {};
    arguments_.clear();
    if (event.block != Block::kToolCall) return;
    alias_ = encoding_.tool_names.find_sent(event.tool_name);
    tool_id_ = event.tool_id;
    ++tool_index_;
    if (alias_ && alias_->custom) return;  // its text is not known before the arguments are whole
    out.append(head_).append("\"tool_calls\":[");
    JsonWriter json(out);
    json.begin_object().field("index", tool_index_).field("id", event.tool_id);
    json.field("type", "function").key("function").begin_object();
    json.field("name", client_tool_name(alias_, event.tool_name));
    json.field("arguments", "").end_object().end_object();
    out.append("]").append(tail_);
  }

  void delta(const AnswerEvent& event, std::string& out) override {
    switch (event.block) {
      case Block::kText:
        if (!event.text.empty()) text("\"content\":\"", event.text, "\"", out);
        break;
      case Block::kReasoning:
        detail_.text += event.text;
        detail_.signature += event.signature;
        if (!event.text.empty()) text("\"reasoning_content\":\"", event.text, "\"", out);
        break;
      case Block::kRedactedReasoning:
        detail_.redacted += event.text;
        break;
      case Block::kToolCall:
        arguments(event.text, out);
        break;
      case Block::kCitation:
        break;
    }
  }

  // Appends only: nothing but `out` grows.
  void text(std::string_view before, std::string_view text, std::string_view after,
            std::string& out) {
    out.append(head_).append(before);
    append_escaped(out, text);
    out.append(after).append(tail_);
  }

  void arguments(std::string_view fragment, std::string& out) {
    if (alias_ && alias_->custom) {
      arguments_ += fragment;
      return;
    }
    out.append(head_).append("\"tool_calls\":[{\"index\":");
    JsonWriter(out).number(tool_index_);
    out.append(",\"function\":{\"arguments\":\"");
    append_escaped(out, fragment);
    out.append("\"}}]").append(tail_);
  }

  void block_stop(const AnswerEvent& event, std::string& out) override {
    const bool reasoning =
        event.block == Block::kReasoning || event.block == Block::kRedactedReasoning;
    if (reasoning && detail_.is_returnable()) {
      out.append(head_).append("\"reasoning_details\":[");
      JsonWriter json(out);
      write_reasoning_detail(json, detail_, detail_index_++);
      out.append("]").append(tail_);
    }
    if (event.block == Block::kToolCall && alias_ && alias_->custom) custom_call(out);
  }

  void custom_call(std::string& out) {
    out.append(head_).append("\"tool_calls\":[");
    JsonWriter json(out);
    json.begin_object().field("index", tool_index_).field("id", tool_id_);
    json.field("type", "custom").key("custom").begin_object();
    json.field("name", alias_->original);
    json.key("input").raw_string(custom_input(arguments_)).end_object().end_object();
    out.append("]").append(tail_);
  }

  void error(const AnswerEvent& event, std::string& out) override {
    out.append("data: ");
    JsonWriter json(out);
    write_error(json, event);
    out.append("\n\n");
  }

  void end(std::string& out) override {
    out.append(head_).append("},\"finish_reason\":\"").append(finish_reason(stop().stop));
    out.append(encoding_.include_usage ? "\"}],\"usage\":null}\n\n" : "\"}]}\n\n");
    if (encoding_.include_usage) usage_chunk(out);
    out.append("data: [DONE]\n\n");
  }

  void usage_chunk(std::string& out) {
    out.append("data: ");
    JsonWriter json(out);
    json.begin_object();
    write_head(json, encoding_, "chat.completion.chunk");
    if (!usage().served_tier().empty()) json.field("service_tier", usage().served_tier());
    json.key("choices").begin_array().end_array().key("usage");
    write_usage(json, usage().figures(encoding_.estimated_prompt));
    json.end_object();
    out.append("\n\n");
  }

  AnswerEncoding encoding_;
  std::string head_, tail_;
  ReasoningDetail detail_;            // of the open reasoning block
  const ToolAlias* alias_ = nullptr;  // of the open tool call
  std::string tool_id_, arguments_;   // of an open custom call
  std::int64_t tool_index_ = -1, detail_index_ = 0;
};

class WholeEncoder final : public EventEncoder {
 public:
  explicit WholeEncoder(AnswerEncoding encoding) : encoding_(std::move(encoding)) {}

 private:
  struct Call {
    std::string id, name, arguments;
  };

  static bool is_reasoning(const AnswerEvent& event) {
    return event.block == Block::kReasoning || event.block == Block::kRedactedReasoning;
  }

  void block_start(const AnswerEvent& event, std::string&) override {
    if (event.block == Block::kToolCall) calls_.push_back({event.tool_id, event.tool_name, {}});
    if (is_reasoning(event)) details_.emplace_back();
  }

  void delta(const AnswerEvent& event, std::string&) override {
    if (event.block == Block::kText) content_ += event.text;
    if (event.block == Block::kToolCall && !calls_.empty()) calls_.back().arguments += event.text;
    if (!is_reasoning(event) || details_.empty()) return;
    ReasoningDetail& detail = details_.back();
    (event.block == Block::kReasoning ? detail.text : detail.redacted) += event.text;
    detail.signature += event.signature;
  }

  void error(const AnswerEvent& event, std::string& out) override {
    JsonWriter json(out);
    write_error(json, event);
  }

  void end(std::string& out) override {
    JsonWriter json(out);
    json.begin_object();
    write_head(json, encoding_, "chat.completion");
    if (!usage().served_tier().empty()) json.field("service_tier", usage().served_tier());
    json.key("choices").begin_array().begin_object().field("index", 0).key("message");
    message(json);
    json.key("logprobs").null();
    json.field("finish_reason", finish_reason(stop().stop)).end_object().end_array();
    json.key("usage");
    write_usage(json, usage().figures(encoding_.estimated_prompt));
    json.end_object();
  }

  void message(JsonWriter& json) {
    json.begin_object().field("role", "assistant").key("content");
    content_.empty() && !calls_.empty() ? json.null() : json.string(content_);
    json.key("refusal").null();
    reasoning(json);
    if (!calls_.empty()) {
      json.key("tool_calls").begin_array();
      for (const Call& one : calls_) call(json, one);
      json.end_array();
    }
    json.end_object();
  }

  void reasoning(JsonWriter& json) {
    std::string text;
    bool returnable = false;
    for (const ReasoningDetail& detail : details_) {
      text += detail.text;
      returnable = returnable || detail.is_returnable();
    }
    if (!text.empty()) json.field("reasoning_content", text);
    if (!returnable) return;
    json.key("reasoning_details").begin_array();
    std::int64_t index = 0;
    for (const ReasoningDetail& detail : details_) {
      if (detail.is_returnable()) write_reasoning_detail(json, detail, index++);
    }
    json.end_array();
  }

  void call(JsonWriter& json, const Call& call) {
    const ToolAlias* const alias = encoding_.tool_names.find_sent(call.name);
    const bool custom = alias && alias->custom;
    json.begin_object().field("id", call.id).field("type", custom ? "custom" : "function");
    json.key(custom ? "custom" : "function").begin_object();
    json.field("name", client_tool_name(alias, call.name));
    if (custom) {
      json.key("input").raw_string(custom_input(call.arguments));
    } else {
      json.field("arguments", call.arguments);
    }
    json.end_object().end_object();
  }

  AnswerEncoding encoding_;
  std::string content_;
  std::vector<ReasoningDetail> details_;
  std::vector<Call> calls_;
};

}  // namespace

std::unique_ptr<AnswerEncoder> make_chat_encoder(AnswerEncoding encoding) {
  if (encoding.stream) return std::make_unique<StreamEncoder>(std::move(encoding));
  return std::make_unique<WholeEncoder>(std::move(encoding));
}

}  // namespace sekisho::wire
