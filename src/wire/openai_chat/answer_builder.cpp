#include "wire/openai_chat/answer_builder.h"

#include <array>

#include "wire/aws/sha256.h"
#include "wire/body_decoder.h"
#include "wire/json_walk.h"
#include "wire/refusal.h"
#include "wire/usage_reader.h"

namespace sekisho::wire::openai_chat {
namespace {

using Kind = AnswerEvent::Kind;
using Block = AnswerEvent::Block;

struct Reason {
  std::string_view name;
  StopReason reason;
};
constexpr std::array kReasons{
    Reason{"stop", StopReason::kEndTurn},
    Reason{"length", StopReason::kMaxTokens},
    Reason{"tool_calls", StopReason::kToolUse},
    Reason{"function_call", StopReason::kToolUse},
    Reason{"content_filter", StopReason::kContentFilter},
    Reason{"model_length", StopReason::kContextWindow},          // Mistral
    Reason{"insufficient_system_resource", StopReason::kError},  // DeepSeek
    Reason{"error", StopReason::kError},                         // OpenRouter
};

// Unknown reasons count as the end of the turn.
StopReason read_reason(std::string_view name) {
  for (const Reason& one : kReasons) {
    if (one.name == name) return one.reason;
  }
  return StopReason::kEndTurn;
}

}  // namespace

void AnswerBuilder::write_to(std::vector<AnswerEvent>& out) {
  out_ = &out;
  blocks_.write_to(out);
}

Result<void> AnswerBuilder::take(JsonValue root) {
  if (root.find("error").has_value() || root.find("object").equals("error")) {
    error(root);
    return {};
  }
  if (id_.empty()) id_ = root.find("id").text();
  if (const JsonValue tier = root.find("service_tier"); tier.is(JsonKind::kString)) {
    tier_ = tier.text();
  }
  read_usage(root.find("usage"));
  for (const JsonValue one : root.find("choices")) {
    if (one.find("index").integer().value_or(0) == 0) return choice(one);
  }
  return {};
}

Result<void> AnswerBuilder::choice(JsonValue choice) {
  if (!started_) {
    started_ = true;
    out_->emplace_back();
  }
  const JsonValue delta = choice.find("delta");
  TRY_VOID(message(delta.exists() ? delta : choice.find("message")));
  if (const JsonValue reason = choice.find("finish_reason"); reason.is(JsonKind::kString)) {
    finish_reason_ = reason.text();
  }
  return {};
}

// Some servers say the same reasoning under both names.
Result<void> AnswerBuilder::message(JsonValue message) {
  JsonValue reasoning = message.find("reasoning_content");
  if (!reasoning.is(JsonKind::kString)) reasoning = message.find("reasoning");
  TRY_VOID(text(Block::kReasoning, reasoning.text()));
  TRY_VOID(content(message.find("content")));
  if (const JsonValue refusal = message.find("refusal"); !refusal.string().empty()) {
    refused_ = true;
    TRY_VOID(text(Block::kText, refusal.text()));
  }
  for (const JsonValue one : message.find("tool_calls")) TRY_VOID(call(one));
  return {};
}

// A string; or parts, as Mistral's reasoning models send them.
Result<void> AnswerBuilder::content(JsonValue content) {
  if (!content.is(JsonKind::kArray)) return text(Block::kText, content.text());
  for (const JsonValue part : content) {
    TRY_VOID(text(Block::kText, part.find("text").text()));
    for (const JsonValue thought : part.find("thinking")) {
      TRY_VOID(text(Block::kReasoning, thought.find("text").text()));
    }
  }
  return {};
}

Result<void> AnswerBuilder::text(Block kind, std::string text) {
  if (text.empty()) return {};
  if (open_text_ != kind) {
    if (open_text_) blocks_.stop(next_block_ - 1);
    open_text_ = kind;
    ++next_block_;
  }
  return blocks_.text(next_block_ - 1, kind, std::move(text));
}

Result<void> AnswerBuilder::call(JsonValue call) {
  const JsonValue function = call.find("function");
  CallPiece piece;
  piece.index = call.find("index").integer();
  piece.id = call.find("id").text();
  piece.name = function.find("name").text();
  const JsonValue arguments = function.find("arguments");
  piece.arguments =
      arguments.is(JsonKind::kObject) ? std::string(arguments.raw()) : arguments.text();
  CallPieces::Call& taken = calls_.take(piece);
  if (taken.block < 0 && taken.name.empty()) {
    taken.waiting += piece.arguments;
    return {};
  }
  if (taken.block < 0) {
    TRY_VOID(begin(taken));
    piece.arguments.insert(0, taken.waiting);
  }
  return blocks_.text(taken.block, Block::kToolCall, std::move(piece.arguments));
}

Result<void> AnswerBuilder::begin(CallPieces::Call& call) {
  if (open_text_) blocks_.stop(next_block_ - 1);
  open_text_.reset();
  call.block = next_block_++;
  // The same call has the same id, however often its answer is read.
  std::string id = call.id;
  if (id.empty()) {
    const std::string place = id_ + ":" + std::to_string(call.block);
    id = "call_" + aws::hex(aws::sha256(place)).substr(0, 24);
  }
  return blocks_.start_tool(call.block, std::move(id), call.name);
}

void AnswerBuilder::read_usage(JsonValue usage) {
  if (!usage.is(JsonKind::kObject)) return;
  if (!usage_) usage_.emplace();
  JsonCursor cursor(usage.raw());
  read_chat_usage(cursor, *usage_, usage_whole_);
}

void AnswerBuilder::error(JsonValue root) {
  const UpstreamError told = read_error_in_answer(Dialect::kOpenAiChat, root.raw());
  const Refusal refusal = refusal_from_upstream(told);
  emit_usage(false);
  AnswerEvent event;
  event.kind = Kind::kError;
  event.error = {refusal.code, told.message};
  event.text = refusal.detail;
  event.error_type = told.type;
  out_->push_back(std::move(event));
  over_ = true;
}

void AnswerBuilder::emit_stop() {
  AnswerEvent event;
  event.kind = Kind::kStop;
  event.stop = read_reason(finish_reason_);
  // Some servers say "stop" of an answer that calls tools.
  if (event.stop == StopReason::kEndTurn && blocks_.any_tool()) event.stop = StopReason::kToolUse;
  if (event.stop == StopReason::kEndTurn && refused_) event.stop = StopReason::kContentFilter;
  if (event.stop == StopReason::kError) {
    event.text = "The model's answer was malformed.";
    event.error = {Code::kUpstreamFailed, "stopped with " + finish_reason_};
    event.error_type = finish_reason_;
  }
  out_->push_back(std::move(event));
}

// A running usage, as some servers send it with each chunk, is final only with the end.
void AnswerBuilder::emit_usage(bool final) {
  if (!usage_) return;
  AnswerEvent event;
  event.kind = Kind::kUsage;
  event.usage = *usage_;
  event.usage.source = final && usage_whole_ ? UsageSource::kReported : UsageSource::kPartial;
  event.served_tier = tier_;
  out_->push_back(std::move(event));
  usage_.reset();
}

Result<void> AnswerBuilder::end() {
  if (over_) return {};
  if (!started_) return broken_answer("no choices");
  over_ = true;
  blocks_.stop_all();
  emit_stop();
  emit_usage(true);
  AnswerEvent event;
  event.kind = Kind::kEnd;
  out_->push_back(std::move(event));
  return {};
}

Result<void> AnswerBuilder::finish() {
  if (over_ || !finish_reason_.empty()) return end();
  emit_usage(false);
  return fail(Code::kUpstreamFailed, "the provider's answer ended before its end");
}

}  // namespace sekisho::wire::openai_chat
