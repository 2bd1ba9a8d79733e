#include "wire/bedrock/answer_encoder.h"

#include <optional>

#include "wire/aws/event_stream.h"
#include "wire/json_slice.h"
#include "wire/json_writer.h"

namespace sekisho::wire::bedrock {
namespace {

using Kind = AnswerEvent::Kind;
using Block = AnswerEvent::Block;

std::string_view stop_name(StopReason stop) {
  switch (stop) {
    case StopReason::kEndTurn:
    case StopReason::kPauseTurn:
      return "end_turn";
    case StopReason::kToolUse:
      return "tool_use";
    case StopReason::kMaxTokens:
      return "max_tokens";
    case StopReason::kStopSequence:
      return "stop_sequence";
    case StopReason::kContentFilter:
      return "content_filtered";
    case StopReason::kContextWindow:
      return "model_context_window_exceeded";
    case StopReason::kError:
      return "malformed_model_output";
  }
  return "end_turn";
}

// What both forms of the answer share.
class ConverseEncoder : public AnswerEncoder {
 public:
  explicit ConverseEncoder(AnswerEncoding encoding) : encoding_(std::move(encoding)) {}

 protected:
  std::string_view client_name(std::string_view sent) const {
    const ToolAlias* alias = encoding_.tool_names.find_sent(sent);
    return alias ? std::string_view(alias->original) : sent;
  }

  void note(const AnswerEvent& event) {
    if (event.kind == Kind::kDelta) bytes_ += event.text.size();
    if (event.kind == Kind::kUsage) reported_ = event;
  }

  void write_stop(JsonWriter& json, const AnswerEvent& stop) const {
    json.field("stopReason", stop_name(stop.stop));
    if (stop.stop_sequence.empty()) return;
    json.key("additionalModelResponseFields").begin_object();
    json.field("stop_sequence", stop.stop_sequence).end_object();
  }

  void write_figures(JsonWriter& json) const {
    Usage usage;
    if (reported_) {
      usage = reported_->usage;
    } else {
      usage.input = encoding_.estimated_prompt;
      usage.output = estimated_tokens(bytes_);
    }
    const std::int64_t written = usage.cache_write_5m + usage.cache_write_1h;
    json.key("usage").begin_object();
    json.field("inputTokens", usage.input).field("outputTokens", usage.output);
    json.field("totalTokens", usage.total());
    json.field("cacheReadInputTokens", usage.cache_read).field("cacheWriteInputTokens", written);
    if (written > 0) {
      json.key("cacheDetails").begin_array();
      write_detail(json, "5m", usage.cache_write_5m);
      write_detail(json, "1h", usage.cache_write_1h);
      json.end_array();
    }
    json.end_object();
    json.key("metrics").begin_object().field("latencyMs", 0).end_object();
    if (!reported_ || reported_->served_tier.empty()) return;
    json.key("serviceTier").begin_object().field("type", reported_->served_tier).end_object();
  }

  AnswerEncoding encoding_;

 private:
  static void write_detail(JsonWriter& json, std::string_view ttl, std::int64_t tokens) {
    if (tokens == 0) return;
    json.begin_object().field("ttl", ttl).field("inputTokens", tokens).end_object();
  }

  std::optional<AnswerEvent> reported_;
  std::size_t bytes_ = 0;
};

class StreamEncoder final : public ConverseEncoder {
 public:
  using ConverseEncoder::ConverseEncoder;

  void encode(const AnswerEvent& event, std::string& out) override {
    if (event.kind == Kind::kDelta && !event.text.empty() && !event.signature.empty()) {
      AnswerEvent half = event;  // here each is a delta of its own
      half.signature.clear();
      encode(half, out);
      half.signature = event.signature;
      half.text.clear();
      return encode(half, out);
    }
    note(event);
    std::string payload;
    JsonWriter json(payload);
    json.begin_object();
    const std::string_view type = write(event, json);
    json.end_object();
    if (event.kind == Kind::kError) {
      out += aws::encode_exception("modelStreamErrorException", payload);
    } else if (!type.empty()) {
      out += aws::encode_event(type, payload);
    }
  }

 private:
  // The event's name; "" where nothing is sent for it.
  std::string_view write(const AnswerEvent& event, JsonWriter& json) const {
    switch (event.kind) {
      case Kind::kStart:
        json.field("role", "assistant");
        return "messageStart";
      case Kind::kBlockStart:
        if (event.block != Block::kToolCall) return "";  // text and reasoning have no start
        json.field("contentBlockIndex", std::int64_t{event.index}).key("start").begin_object();
        json.key("toolUse").begin_object().field("toolUseId", event.tool_id);
        json.field("name", client_name(event.tool_name)).end_object().end_object();
        return "contentBlockStart";
      case Kind::kDelta:
        if (event.block == Block::kCitation) return "";
        json.field("contentBlockIndex", std::int64_t{event.index}).key("delta");
        write_delta(event, json);
        return "contentBlockDelta";
      case Kind::kBlockStop:
        if (event.block == Block::kCitation) return "";
        json.field("contentBlockIndex", std::int64_t{event.index});
        return "contentBlockStop";
      case Kind::kStop:
        write_stop(json, event);
        return "messageStop";
      case Kind::kUsage:
        return "";
      case Kind::kError:
        json.field("message", event.text);
        return "";
      case Kind::kEnd:
        write_figures(json);
        return "metadata";
    }
    return "";
  }

  static void write_delta(const AnswerEvent& event, JsonWriter& json) {
    json.begin_object();
    if (event.block == Block::kText) {
      json.field("text", event.text);
    } else if (event.block == Block::kToolCall) {
      json.key("toolUse").begin_object().field("input", event.text).end_object();
    } else {
      const bool redacted = event.block == Block::kRedactedReasoning;
      const bool signature = event.text.empty() && !event.signature.empty();
      json.key("reasoningContent").begin_object();
      json.field(redacted    ? "redactedContent"
                 : signature ? "signature"
                             : "text",
                 signature ? event.signature : event.text);
      json.end_object();
    }
    json.end_object();
  }
};

class WholeEncoder final : public ConverseEncoder {
 public:
  using ConverseEncoder::ConverseEncoder;

  void encode(const AnswerEvent& event, std::string& out) override {
    note(event);
    if (event.kind == Kind::kBlockStart) {
      blocks_.push_back(event);
    } else if (event.kind == Kind::kDelta && !blocks_.empty()) {
      blocks_.back().text += event.text;
      blocks_.back().signature += event.signature;
    } else if (event.kind == Kind::kStop) {
      stop_ = event;
    } else if (event.kind == Kind::kError) {
      JsonWriter(out).begin_object().field("message", event.text).end_object();
    } else if (event.kind == Kind::kEnd) {
      end(out);
    }
  }

 private:
  void end(std::string& out) const {
    JsonWriter json(out);
    json.begin_object().key("output").begin_object().key("message").begin_object();
    json.field("role", "assistant").key("content").begin_array();
    for (const AnswerEvent& block : blocks_) write_block(json, block);
    json.end_array().end_object().end_object();
    write_stop(json, stop_);
    write_figures(json);
    json.end_object();
  }

  void write_block(JsonWriter& json, const AnswerEvent& block) const {
    if (block.block == Block::kCitation) return;
    if (block.block == Block::kText && block.text.empty()) return;
    json.begin_object();
    if (block.block == Block::kText) {
      json.field("text", block.text);
    } else if (block.block == Block::kToolCall) {
      json.key("toolUse").begin_object().field("toolUseId", block.tool_id);
      json.field("name", client_name(block.tool_name)).key("input");
      write_arguments(json, block.text);
      json.end_object();
    } else if (block.block == Block::kRedactedReasoning) {
      json.key("reasoningContent").begin_object().field("redactedContent", block.text).end_object();
    } else {
      json.key("reasoningContent").begin_object().key("reasoningText").begin_object();
      json.field("text", block.text);
      if (!block.signature.empty()) json.field("signature", block.signature);
      json.end_object().end_object();
    }
    json.end_object();
  }

  // What the model wrote, if it is an object; a call that was cut off is not.
  static void write_arguments(JsonWriter& json, std::string_view arguments) {
    if (arguments.empty()) {
      json.raw("{}");
    } else if (is_unambiguous_object(arguments)) {
      json.raw(arguments);
    } else {
      json.begin_object().field("_raw", arguments).end_object();
    }
  }

  std::vector<AnswerEvent> blocks_;
  AnswerEvent stop_;
};

}  // namespace

std::unique_ptr<AnswerEncoder> make_converse_encoder(AnswerEncoding encoding) {
  if (encoding.stream) return std::make_unique<StreamEncoder>(std::move(encoding));
  return std::make_unique<WholeEncoder>(std::move(encoding));
}

}  // namespace sekisho::wire::bedrock
