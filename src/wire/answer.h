#pragma once
// The canonical answer: a sequence of events that every decoder yields and every encoder takes,
// for streams and for whole answers alike (a whole answer is decoded into the same sequence).
// Guards sit between decoder and encoder and change only `text`.
// Order per answer: kStart, then per block kBlockStart, deltas, kBlockStop (blocks may not
// interleave: decoders serialise), then kStop, kUsage, kEnd. kError may come anywhere and is last.
// kUsage may come early as well, with the figures so far (kPartial): each replaces those before.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/usage.h"

namespace sekisho::wire {

enum class StopReason : std::uint8_t {
  kEndTurn,
  kToolUse,
  kMaxTokens,
  kStopSequence,
  kContentFilter,
  kContextWindow,
  kPauseTurn,
  kError
};

struct AnswerEvent {
  enum class Kind : std::uint8_t {
    kStart,
    kBlockStart,
    kDelta,
    kBlockStop,
    kStop,
    kUsage,
    kError,
    kEnd
  };
  enum class Block : std::uint8_t { kText, kReasoning, kRedactedReasoning, kToolCall, kCitation };
  Kind kind = Kind::kStart;
  Block block = Block::kText;
  std::uint32_t index = 0;  // of the block, from 0, contiguous
  // kDelta: text, reasoning text, or a fragment of the tool call's argument JSON.
  // kRedactedReasoning: base64 data. kError: a sentence for people.
  std::string text;
  std::string signature;           // kDelta of kReasoning: signature (whole) when it arrives
  std::string tool_id, tool_name;  // kBlockStart of kToolCall
  StopReason stop = StopReason::kEndTurn;
  std::string stop_sequence;
  Usage usage;  // kUsage
  std::string served_tier;
  std::optional<bool> served_fast, served_us;  // kUsage: Anthropic's modes with prices of their own
  Error error;                                 // kError; also kStop of StopReason::kError
  std::string error_type;  // kError: the provider's name of the fault, an identifier or empty
};

class AnswerDecoder {
 public:
  virtual ~AnswerDecoder() = default;
  // Appends the events that `bytes` complete. An error is a broken upstream (kUpstreamFailed).
  virtual Result<void> feed(std::string_view bytes, std::vector<AnswerEvent>& out) = 0;
  // The upstream ended. Yields the rest; an answer without its proper end is kUpstreamFailed.
  virtual Result<void> finish(std::vector<AnswerEvent>& out) = 0;
};

class AnswerEncoder {
 public:
  virtual ~AnswerEncoder() = default;
  // Appends wire bytes. Encoders of whole answers append everything at kEnd (or kError).
  virtual void encode(const AnswerEvent& event, std::string& out) = 0;
  virtual std::string_view ping() const { return {}; }  // what to send in a silent gap
};

}  // namespace sekisho::wire
