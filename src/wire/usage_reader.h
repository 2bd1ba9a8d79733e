#pragma once
// Reads providers' usage objects into the normal form. Counts that are missing or null stay as they
// were; negative and absurd ones are cut to a range in which sums stay exact.

#include <cstdint>
#include <optional>

#include "wire/json_walk.h"
#include "wire/usage.h"

namespace sekisho::wire {

// The cursor's next value as a count; anything but a number is skipped and is nullopt.
std::optional<std::int64_t> read_count(JsonCursor& cursor);

// OpenAI chat completions: prompt_tokens includes cached and written tokens. Replaces `usage` but
// for its source. False after a fault of the JSON.
bool read_chat_usage(JsonCursor& cursor, Usage& usage);

// Anthropic: several objects per answer, each cumulative; a null keeps what came before. With
// `iterations` (compaction, fallbacks) their sum is what is billed, not the top-level figures.
class AnthropicUsage {
 public:
  // The next value: an object, or null. False after a fault of the JSON.
  bool read(JsonCursor& cursor);
  // The figures so far; the source is the caller's business.
  Usage usage() const;
  bool seen() const { return seen_; }
  std::string_view served_tier() const { return tier_; }
  bool fast() const { return fast_; }
  bool us() const { return us_; }

 private:
  struct Counts {
    std::int64_t input = 0, cache_read = 0, cache_write = 0, write_5m = 0, write_1h = 0, output = 0,
                 thinking = 0;
    Usage usage() const;
  };
  bool read_object(JsonCursor& cursor, Counts& counts, bool top);
  bool read_other(JsonCursor& cursor, std::string_view key, Counts& counts, bool top);
  bool read_iterations(JsonCursor& cursor);

  Counts counts_;
  std::optional<Usage> iterations_;
  std::string tier_;
  bool fast_ = false, us_ = false, seen_ = false;
};

}  // namespace sekisho::wire
