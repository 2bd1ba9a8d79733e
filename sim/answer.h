#pragma once
// What the simulated model says, before any dialect: blocks in order and the reason for stopping.
// make_answer() is deterministic: the same prompt and scenario give the same answer.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/prompt.h"
#include "sim/scenario.h"

namespace sekisho::sim {

enum class Stop : std::uint8_t { kEndTurn, kToolUse, kMaxTokens, kStopSequence, kRefusal };

struct AnswerPart {
  enum class Kind : std::uint8_t { kText, kThinking, kCall };
  Kind kind = Kind::kText;
  std::string text;       // of kText and kThinking
  std::string signature;  // of kThinking
  ToolCall call;
  std::int64_t tokens() const;
};

struct Answer {
  std::vector<AnswerPart> parts;
  Stop stop = Stop::kEndTurn;
  std::string stop_sequence;
  std::int64_t output_tokens() const;  // at least 1
  std::int64_t thinking_tokens() const;
};

// `id_prefix` shapes the ids of tool calls ("tooluse_", "toolu_", "call_"); `seed` makes them
// unique per call.
Answer make_answer(const Prompt& prompt, const Scenario& scenario, std::string_view id_prefix,
                   std::uint64_t seed);

// Thinking signatures: made from the text, so that one that was changed, or text that was changed
// under it, is recognised when it comes back. With `shown` false the text stays at the provider.
std::string sign_thinking(std::string_view text, bool shown);
bool thinking_signature_holds(std::string_view text, std::string_view signature);

}  // namespace sekisho::sim
