#include "wire/gemini/answer_decoder.h"

#include <optional>
#include <string>
#include <utility>

#include "http/sse.h"
#include "wire/body_decoder.h"
#include "wire/gemini/answer_parts.h"
#include "wire/gemini/thought_signature.h"
#include "wire/json_slice.h"
#include "wire/refusal.h"

namespace sekisho::wire::gemini {
namespace {

using Kind = AnswerEvent::Kind;
using BlockKind = AnswerEvent::Block;

// One answer, from its chunks (a whole answer is one).
class Answer {
 public:
  void write_to(std::vector<AnswerEvent>& out) { out_ = &out; }
  bool failed() const { return failed_; }

  void chunk(JsonValue chunk) {
    if (failed_) return;
    if (const JsonValue error = chunk.find("error"); error.has_value()) return fail_with(error);
    if (response_id_.empty()) note_id(chunk.find("responseId").text());
    if (const JsonValue usage = chunk.find("usageMetadata"); usage.is(JsonKind::kObject)) {
      usage_ = read_usage(usage);
    }
    start();
    const JsonValue candidates = chunk.find("candidates");
    if (candidates.is(JsonKind::kArray) && candidates.begin() != candidates.end()) {
      candidate(*candidates.begin());
    } else if (chunk.find("promptFeedback").find("blockReason").has_value()) {
      stop(StopReason::kContentFilter, {});
    }
  }

  Result<void> finish() {
    if (failed_) return {};
    emit_usage();
    if (!stopped_) return fail(Code::kUpstreamFailed, "the provider's answer ended before its end");
    emit(Kind::kEnd);
    return {};
  }

 private:
  AnswerEvent& emit(Kind kind) {
    AnswerEvent& event = out_->emplace_back();
    event.kind = kind;
    event.block = block_.value_or(BlockKind::kText);
    event.index = index_;
    return event;
  }

  void start() {
    if (std::exchange(started_, true)) return;
    emit(Kind::kStart);
  }

  void note_id(std::string_view id) {
    for (const char c : id) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (plain && response_id_.size() < 24) response_id_ += c;
    }
  }

  void candidate(JsonValue candidate) {
    if (stopped_) return;
    for (const JsonValue part : candidate.find("content").find("parts")) take(part);
    const JsonValue reason = candidate.find("finishReason");
    if (!reason.has_value() || reason.equals("FINISH_REASON_UNSPECIFIED")) return;
    stop(read_finish_reason(reason.string()), reason.text());
  }

  void take(JsonValue part) {
    const bool thought = part.find("thought").is(JsonKind::kTrue);
    const JsonValue signature = part.find("thoughtSignature");
    if (signature.is(JsonKind::kString) && !thought) sign(signature.text());
    if (const JsonValue call = part.find("functionCall"); call.is(JsonKind::kObject)) {
      take_call(call);
    } else if (const JsonValue text = part.find("text"); text.is(JsonKind::kString)) {
      take_text(text.text(), thought ? BlockKind::kReasoning : BlockKind::kText);
      if (thought && signature.is(JsonKind::kString)) sign(signature.text());
    }
    // Code that ran at the provider and what it gave, images: no place in a canonical answer.
  }

  void open(BlockKind kind) {
    if (block_ == kind) return;
    close();
    block_ = kind;
    emit(Kind::kBlockStart);
  }

  void close() {
    if (!block_) return;
    emit(Kind::kBlockStop);
    block_.reset();
    ++index_;
  }

  void take_text(std::string text, BlockKind kind) {
    if (text.empty()) return;
    open(kind);
    emit(Kind::kDelta).text = std::move(text);
  }

  // What comes behind the thoughts carries the signature of them.
  void sign(const std::string& signature) {
    open(BlockKind::kReasoning);
    emit(Kind::kDelta).signature = marked_signature(signature);
    close();
  }

  void take_call(JsonValue call) {
    close();
    any_call_ = true;
    block_ = BlockKind::kToolCall;
    AnswerEvent& begin = emit(Kind::kBlockStart);
    begin.tool_name = call.find("name").text();
    begin.tool_id = call.find("id").text();
    ++calls_;
    if (begin.tool_id.empty()) {
      begin.tool_id = "call_" + response_id_ + "_" + std::to_string(calls_);
    }
    const JsonValue arguments = call.find("args");
    emit(Kind::kDelta).text =
        arguments.is(JsonKind::kObject) ? std::string(arguments.raw()) : std::string("{}");
    close();
  }

  void stop(StopReason reason, std::string told) {
    if (stopped_) return;
    close();
    stopped_ = true;
    AnswerEvent& event = emit(Kind::kStop);
    event.stop = reason == StopReason::kEndTurn && any_call_ ? StopReason::kToolUse : reason;
    if (reason != StopReason::kError) return;
    event.text = "The model's answer was malformed.";
    event.error = {Code::kUpstreamFailed, "stopped with " + told};
    event.error_type = std::move(told);
  }

  void emit_usage() {
    if (!usage_) return;
    emit(Kind::kUsage).usage = *usage_;
    usage_.reset();
  }

  void fail_with(JsonValue error) {
    failed_ = true;
    emit_usage();
    const UpstreamError told = read_error_in_answer(Dialect::kGemini, error.raw());
    AnswerEvent& event = emit(Kind::kError);
    event.text = told.message;
    event.error = {refusal_from_upstream(told).code, told.message};
    event.error_type = told.type;
  }

  std::vector<AnswerEvent>* out_ = nullptr;
  std::optional<BlockKind> block_;  // the open one
  std::uint32_t index_ = 0;
  int calls_ = 0;
  std::string response_id_;
  std::optional<Usage> usage_;
  bool started_ = false, stopped_ = false, failed_ = false, any_call_ = false;
};

class StreamDecoder final : public AnswerDecoder {
 public:
  Result<void> feed(std::string_view bytes, std::vector<AnswerEvent>& out) override {
    answer_.write_to(out);
    splitter_.feed(bytes);
    while (!answer_.failed()) {
      auto event = splitter_.next();
      if (!event) return broken_answer(event.error().detail);
      if (!*event) return {};
      TRY_VOID(take(**event));
    }
    return {};
  }

  Result<void> finish(std::vector<AnswerEvent>& out) override {
    answer_.write_to(out);
    if (!answer_.failed()) {
      auto event = splitter_.finish();
      if (!event) return broken_answer(event.error().detail);
      if (*event) TRY_VOID(take(**event));
    }
    return answer_.finish();
  }

 private:
  // Google says errors inside a stream without the "data:".
  Result<void> take(const http::SseEvent& event) {
    const std::string_view data = event.raw.starts_with('{') ? event.raw : event.data;
    if (data.empty()) return {};
    if (const auto parsed = chunk_.parse(data); !parsed)
      return broken_answer(parsed.error().detail);
    answer_.chunk(chunk_.root());
    return {};
  }

  http::SseSplitter splitter_;
  JsonDocument chunk_;
  Answer answer_;
};

class WholeDecoder final : public BodyDecoder {
  Result<void> read(JsonValue root, std::string_view, std::vector<AnswerEvent>& out) override {
    if (!root.is(JsonKind::kObject)) return broken_answer("not an object");
    Answer answer;
    answer.write_to(out);
    answer.chunk(root);
    return answer.finish();
  }
};

}  // namespace

std::unique_ptr<AnswerDecoder> make_answer_decoder(bool stream) {
  if (stream) return std::make_unique<StreamDecoder>();
  return std::make_unique<WholeDecoder>();
}

}  // namespace sekisho::wire::gemini
