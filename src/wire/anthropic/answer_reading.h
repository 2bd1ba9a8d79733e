#pragma once
// What the stream and the whole answer share: events in the canonical order, the stop held until
// all blocks are closed and the usage behind it. One answer's, on one thread. Internal to
// anthropic.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/answer.h"
#include "wire/block_serialiser.h"
#include "wire/json_slice.h"
#include "wire/usage_reader.h"

namespace sekisho::wire::anthropic {

class AnswerReading {
 public:
  void write_to(std::vector<AnswerEvent>& out);
  void start();  // once, whatever calls it
  Result<void> block_start(std::int64_t index, JsonValue block);
  Result<void> block_delta(std::int64_t index, JsonValue delta);
  Result<void> block_stop(std::int64_t index);
  Result<void> usage(JsonValue holder);  // its usage, if there is one
  void early_usage();                    // tells what is known by now
  void stop(JsonValue holder);           // stop_reason and stop_sequence, if they are there
  void error(JsonValue error, std::string_view whole);
  bool failed() const { return failed_; }
  Result<void> end();  // the dialect's own end

 private:
  void emit_usage(UsageSource source);

  std::vector<AnswerEvent>* out_ = nullptr;
  BlockSerialiser blocks_;
  std::optional<AnswerEvent> stop_;
  AnthropicUsage usage_;
  // A call whose arguments came whole with its start, as long as no delta came.
  std::int64_t input_index_ = -1;
  std::string input_;
  bool started_ = false, failed_ = false;
};

}  // namespace sekisho::wire::anthropic
