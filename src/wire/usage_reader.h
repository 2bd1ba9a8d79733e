#pragma once
// Reads providers' usage objects into the normal form. A count is a whole number of zero or more;
// anything else (null, text, a fraction, a negative number) counts as missing, and what is missing
// stays as it was. Absurdly large ones are cut to a range in which sums stay exact. Figures without
// both prompt and output are no bill: the readers say so.

#include <cstdint>
#include <optional>

#include "wire/json_walk.h"
#include "wire/usage.h"

namespace sekisho::wire {

// The cursor's next value as a count; anything but a whole number of zero or more is nullopt.
std::optional<std::int64_t> read_count(JsonCursor& cursor);

// OpenAI chat completions: prompt_tokens includes cached and written tokens; input_tokens and
// output_tokens, as some servers name them, are read too. Of prompt and output one may be missing
// if total_tokens gives it. What is known replaces `usage` but for its source; `whole` says whether
// prompt and output both are. False after a fault of the JSON.
bool read_chat_usage(JsonCursor& cursor, Usage& usage, bool& whole);

// Anthropic: several objects per answer, each cumulative; a null keeps what came before. With
// `iterations` (compaction, fallbacks) their sum is what is billed, not the top-level figures.
class AnthropicUsage {
 public:
  // The next value: an object, or null. False after a fault of the JSON.
  bool read(JsonCursor& cursor);
  // The figures so far; the source is the caller's business.
  Usage usage() const;
  bool seen() const { return seen_; }
  bool whole() const { return counts_.whole() && iterations_whole_; }
  bool output_in_last() const { return output_in_last_; }  // the last object had an output count
  std::string_view served_tier() const { return tier_; }
  // Absent when the answer does not say.
  std::optional<bool> fast() const { return fast_; }
  std::optional<bool> us() const { return us_; }

 private:
  struct Counts {
    std::int64_t input = 0, cache_read = 0, cache_write = 0, write_5m = 0, write_1h = 0, output = 0,
                 thinking = 0;
    bool has_input = false, has_output = false, unreadable = false;
    bool whole() const { return has_input && has_output && !unreadable; }
    Usage usage() const;
  };
  bool read_object(JsonCursor& cursor, Counts& counts, bool top);
  bool read_other(JsonCursor& cursor, std::string_view key, Counts& counts, bool top);
  bool read_iterations(JsonCursor& cursor);

  Counts counts_;
  std::optional<Usage> iterations_;
  std::string tier_;
  std::optional<bool> fast_, us_;
  bool seen_ = false, output_in_last_ = false, iterations_whole_ = true;
};

}  // namespace sekisho::wire
