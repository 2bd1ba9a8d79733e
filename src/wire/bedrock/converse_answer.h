#pragma once
// The ends that both shapes of a Converse answer share: events in the canonical order, with the
// stop held until all blocks are closed and usage behind it, whichever came first on the wire.
// Internal to bedrock.

#include <optional>
#include <string>
#include <vector>

#include "wire/answer.h"
#include "wire/block_serialiser.h"
#include "wire/json_slice.h"

namespace sekisho::wire::bedrock {

class ConverseAnswer {
 public:
  void write_to(std::vector<AnswerEvent>& out);
  void start();  // once, whatever calls it
  BlockSerialiser& blocks() { return blocks_; }
  void stop(JsonValue message_stop);  // stopReason, additionalModelResponseFields
  void metadata(JsonValue metadata);  // usage, serviceTier
  void error(AnswerEvent event);
  bool failed() const { return failed_; }
  Result<void> finish();

 private:
  void emit_usage();

  std::vector<AnswerEvent>* out_ = nullptr;
  BlockSerialiser blocks_;
  bool started_ = false, stopped_ = false, failed_ = false;
  std::optional<Usage> usage_;
  std::int64_t thinking_tokens_ = 0;
  std::string served_tier_;
};

}  // namespace sekisho::wire::bedrock
