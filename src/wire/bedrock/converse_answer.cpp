#include "wire/bedrock/converse_answer.h"

#include <algorithm>

#include "wire/bedrock/converse_stop.h"
#include "wire/bedrock/converse_usage.h"

namespace sekisho::wire::bedrock {

using Kind = AnswerEvent::Kind;

void ConverseAnswer::write_to(std::vector<AnswerEvent>& out) {
  out_ = &out;
  blocks_.write_to(out);
}

void ConverseAnswer::start() {
  if (started_) return;
  started_ = true;
  out_->emplace_back();
}

void ConverseAnswer::stop(JsonValue message_stop) {
  if (stopped_) return;
  stopped_ = true;
  start();
  blocks_.stop_all();
  AnswerEvent event;
  event.kind = Kind::kStop;
  const std::string reason(message_stop.find("stopReason").string());
  event.stop = read_stop_reason(reason);
  if (event.stop == StopReason::kEndTurn && blocks_.any_tool()) event.stop = StopReason::kToolUse;
  if (event.stop == StopReason::kError) {
    event.text = "The model's answer was malformed.";
    event.error = {Code::kUpstreamFailed, "stopped with " + reason};
    event.error_type = reason;
  }
  const JsonValue fields = message_stop.find("additionalModelResponseFields");
  event.stop_sequence = read_stop_sequence(fields);
  thinking_tokens_ = read_thinking_tokens(fields);
  out_->push_back(std::move(event));
}

void ConverseAnswer::metadata(JsonValue metadata) {
  if (const JsonValue usage = metadata.find("usage"); usage.is(JsonKind::kObject)) {
    usage_ = read_usage(usage);
  }
  if (const JsonValue tier = metadata.find("serviceTier").find("type"); tier.exists()) {
    served_tier_ = tier.text();
  }
}

void ConverseAnswer::emit_usage() {
  if (!usage_) return;
  AnswerEvent event;
  event.kind = Kind::kUsage;
  event.usage = *usage_;
  event.usage.reasoning = std::min(thinking_tokens_, usage_->output);
  event.served_tier = served_tier_;
  out_->push_back(std::move(event));
  usage_.reset();
}

void ConverseAnswer::error(AnswerEvent event) {
  failed_ = true;
  emit_usage();
  out_->push_back(std::move(event));
}

Result<void> ConverseAnswer::finish() {
  if (failed_) return {};
  emit_usage();
  if (!stopped_) return fail(Code::kUpstreamFailed, "the provider's answer ended before its end");
  AnswerEvent event;
  event.kind = Kind::kEnd;
  out_->push_back(std::move(event));
  return {};
}

}  // namespace sekisho::wire::bedrock
