#include "wire/anthropic/answer_reading.h"

#include <array>

#include "wire/json_walk.h"
#include "wire/refusal.h"

namespace sekisho::wire::anthropic {
namespace {

using Kind = AnswerEvent::Kind;
using Block = AnswerEvent::Block;

struct Reason {
  std::string_view name;
  StopReason reason;
};

constexpr std::array kReasons{
    Reason{"end_turn", StopReason::kEndTurn},
    Reason{"max_tokens", StopReason::kMaxTokens},
    Reason{"stop_sequence", StopReason::kStopSequence},
    Reason{"tool_use", StopReason::kToolUse},
    Reason{"pause_turn", StopReason::kPauseTurn},
    Reason{"refusal", StopReason::kContentFilter},
    Reason{"model_context_window_exceeded", StopReason::kContextWindow},
};

StopReason read_stop_reason(JsonValue reason) {
  for (const Reason& one : kReasons) {
    if (reason.equals(one.name)) return one.reason;
  }
  return StopReason::kEndTurn;
}

AnswerEvent event_of(Kind kind) {
  AnswerEvent event;
  event.kind = kind;
  return event;
}

}  // namespace

void AnswerReading::write_to(std::vector<AnswerEvent>& out) {
  out_ = &out;
  blocks_.write_to(out);
}

void AnswerReading::start() {
  if (started_) return;
  started_ = true;
  out_->emplace_back();
}

Result<void> AnswerReading::block_start(std::int64_t index, JsonValue block) {
  start();
  const JsonValue type = block.find("type");
  if (type.equals("text")) return blocks_.text(index, Block::kText, block.find("text").text());
  if (type.equals("thinking")) {
    TRY_VOID(blocks_.text(index, Block::kReasoning, block.find("thinking").text()));
    return blocks_.signature(index, block.find("signature").text());
  }
  if (type.equals("redacted_thinking")) {
    return blocks_.text(index, Block::kRedactedReasoning, block.find("data").text());
  }
  if (type.equals("tool_use")) {
    const JsonValue input = block.find("input");
    input_index_ = index;
    input_ = input.begin() != input.end() ? std::string(input.raw()) : std::string();
    return blocks_.start_tool(index, block.find("id").text(), block.find("name").text());
  }
  blocks_.ignore(index);
  return {};
}

Result<void> AnswerReading::block_delta(std::int64_t index, JsonValue delta) {
  start();
  const JsonValue type = delta.find("type");
  if (type.equals("text_delta")) {
    return blocks_.text(index, Block::kText, delta.find("text").text());
  }
  if (type.equals("input_json_delta")) {
    std::string piece = delta.find("partial_json").text();
    if (index == input_index_ && !piece.empty()) input_.clear();
    return blocks_.text(index, Block::kToolCall, std::move(piece));
  }
  if (type.equals("thinking_delta")) {
    return blocks_.text(index, Block::kReasoning, delta.find("thinking").text());
  }
  if (type.equals("signature_delta")) {
    return blocks_.signature(index, delta.find("signature").text());
  }
  return {};  // citations and whatever comes later
}

Result<void> AnswerReading::block_stop(std::int64_t index) {
  if (index == input_index_) {
    input_index_ = -1;
    TRY_VOID(blocks_.text(index, Block::kToolCall, std::exchange(input_, {})));
  }
  blocks_.stop(index);
  return {};
}

Result<void> AnswerReading::usage(JsonValue holder) {
  const JsonValue usage = holder.find("usage");
  if (!usage.is(JsonKind::kObject)) return {};
  JsonCursor cursor(usage.raw());
  if (usage_.read(cursor)) return {};
  return fail(Code::kUpstreamFailed, "the provider's usage: " + cursor.error().detail);
}

void AnswerReading::emit_usage(UsageSource source) {
  if (!usage_.seen()) return;
  AnswerEvent event = event_of(Kind::kUsage);
  event.usage = usage_.usage();
  event.usage.source = source;
  event.served_tier = usage_.served_tier();
  event.served_fast = usage_.fast();
  event.served_us = usage_.us();
  out_->push_back(std::move(event));
}

void AnswerReading::early_usage() {
  emit_usage(UsageSource::kPartial);
}

void AnswerReading::stop(JsonValue holder) {
  const JsonValue reason = holder.find("stop_reason");
  if (!reason.has_value()) return;
  stop_ = event_of(Kind::kStop);
  stop_->stop = read_stop_reason(reason);
  stop_->stop_sequence = holder.find("stop_sequence").text();
}

void AnswerReading::error(JsonValue error, std::string_view whole) {
  failed_ = true;
  emit_usage(UsageSource::kPartial);
  const UpstreamError told = read_error_in_answer(Dialect::kAnthropicMessages, whole);
  const Refusal refusal = refusal_from_upstream(told);
  AnswerEvent event = event_of(Kind::kError);
  event.error = {refusal.code, told.type + ": " + error.find("message").text()};
  event.error_type = told.type;
  event.text = refusal.detail;
  out_->push_back(std::move(event));
}

Result<void> AnswerReading::end() {
  if (failed_) return {};
  start();
  blocks_.stop_all();
  if (!stop_) stop_ = event_of(Kind::kStop);
  if (stop_->stop == StopReason::kEndTurn && blocks_.any_tool()) stop_->stop = StopReason::kToolUse;
  out_->push_back(std::move(*stop_));
  // An output that only message_start gave is not what the model wrote.
  const bool final = usage_.whole() && usage_.output_in_last();
  emit_usage(final ? UsageSource::kReported : UsageSource::kPartial);
  out_->push_back(event_of(Kind::kEnd));
  return {};
}

}  // namespace sekisho::wire::anthropic
