#pragma once
// What a test wants the simulated provider to do, as one JSON object: in the request header
// `x-sim-scenario`, in a marker `[[sim:{…}]]` inside a user message, or queued by
// `POST /_sim/scenario`. A bare name (`[[sim:echo]]`) stands for {"scenario": name}.
// Unknown members are refused. Plain values.
//
//   scenario   text | echo | long | write_file | tools | secret | refusal | max_tokens
//   text       the words to answer (text, secret), or the closing words of write_file and tools
//   tokens     length of `long` (100)
//   path, content   of the file that write_file makes an agent write
//   tools      [{"name","input"}]: calls to make at once; empty = each offered tool, up to three
//   reasoning  thinking text before the answer, where the request turned thinking on
//   usage      {"input","cache_read","cache_write_5m","cache_write_1h","output","reasoning"}
//   pace       tokens per second (0 = burst); chunk: bytes per delta (16)
//   delay_ms   before the first byte; gap_ms: silence after the first piece of a stream
//   fault      {"kind", "at", "status", "type", "message", "retry_after", "delay_ms"}

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/bill.h"
#include "sim/prompt.h"

namespace sekisho::sim {

enum class FaultKind : std::uint8_t {
  kNone,
  kStatus,        // an error status instead of an answer, with `type`, `message`, `retry_after`
  kHang,          // nothing more from piece `at` on; at 0 no head either
  kReset,         // connection reset before piece `at`
  kClose,         // connection closed in order, but too early, before piece `at`
  kHalfFrame,     // half of piece `at`, then closed
  kGarbage,       // bytes that are no frame instead of piece `at`
  kBadCrc,        // the last byte of piece `at` changed
  kDrip,          // every byte apart, `delay_ms` between two
  kException,     // the provider's error inside the stream before piece `at`
  kWrongOrder,    // piece `at` and the next one change places
  kMissingUsage,  // no usage in the answer
};

struct Fault {
  FaultKind kind = FaultKind::kNone;
  std::optional<std::int64_t> at;  // index of a piece; else the middle one
  int status = 500;
  std::string type, message;
  std::optional<std::int64_t> retry_after;  // seconds
  std::int64_t delay_ms = 1;
};

struct Scenario {
  std::string name = "text";
  std::string text, path, content, reasoning;
  std::int64_t tokens = 100, pace = 0, chunk = 16, delay_ms = 0, gap_ms = 0;
  std::vector<ToolCall> tools;
  std::optional<SimUsage> usage;
  Fault fault;

  static Result<Scenario> from_json(const Json& json);
  // A bare name or a JSON object.
  static Result<Scenario> parse(std::string_view spelling);
};

// The content of the last marker in `text` (between "[[sim:" and "]]"), if there is one.
std::optional<std::string_view> find_marker(std::string_view text);
// `text` without its markers.
std::string without_markers(std::string_view text);

}  // namespace sekisho::sim
