#include "wire/usage_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sekisho::wire {
namespace {

// Larger than any answer, small enough that sums of a few stay exact.
constexpr std::int64_t kMostTokens = 1'000'000'000'000;

// Reads an object's counts: each key of `names` into its place.
struct Place {
  std::string_view key;
  std::int64_t* value;
  bool* found = nullptr;
};

bool read_counts(JsonCursor& cursor, std::initializer_list<Place> places) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    auto place = std::ranges::find(places, name, &Place::key);
    if (place == places.end()) {
      cursor.skip();
    } else if (auto count = read_count(cursor)) {
      *place->value = *count;
    }
  }
  return cursor.ok();
}

}  // namespace

std::optional<std::int64_t> read_count(JsonCursor& cursor) {
  if (cursor.peek() != JsonType::kNumber) {
    cursor.skip();
    return std::nullopt;
  }
  auto span = cursor.read_number();
  if (!span) return std::nullopt;
  std::string_view digits = cursor.of(*span);
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size() || digits[0] == '-') return std::nullopt;
  if (error == std::errc::result_out_of_range) value = kMostTokens;
  return std::min(value, kMostTokens);
}

namespace {

struct ChatCounts {
  std::optional<std::int64_t> prompt, output, total;
  std::int64_t cached = 0, written = 0, reasoning = 0, hit = 0;

  // The figure that is missing, where the sum and the other one give it exactly.
  void complete() {
    if (!total) return;
    if (prompt && !output && *total >= *prompt) output = *total - *prompt;
    if (output && !prompt && *total >= *output) prompt = *total - *output;
  }
};

void read_into(JsonCursor& cursor, std::optional<std::int64_t>& count) {
  if (auto read = read_count(cursor)) count = read;
}

bool read_chat_counts(JsonCursor& cursor, ChatCounts& counts) {
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    if (name == "prompt_tokens" || name == "input_tokens") {
      read_into(cursor, counts.prompt);
    } else if (name == "completion_tokens" || name == "output_tokens") {
      read_into(cursor, counts.output);
    } else if (name == "total_tokens") {
      read_into(cursor, counts.total);
    } else if (name == "prompt_tokens_details" || name == "input_tokens_details") {
      read_counts(cursor,
                  {{"cached_tokens", &counts.cached}, {"cache_write_tokens", &counts.written}});
    } else if (name == "completion_tokens_details" || name == "output_tokens_details") {
      read_counts(cursor, {{"reasoning_tokens", &counts.reasoning}});
    } else if (name == "prompt_cache_hit_tokens") {  // DeepSeek's spelling
      counts.hit = read_count(cursor).value_or(0);
    } else {
      cursor.skip();
    }
  }
  return cursor.ok();
}

}  // namespace

bool read_chat_usage(JsonCursor& cursor, Usage& usage, bool& whole) {
  ChatCounts counts;
  if (!read_chat_counts(cursor, counts)) return false;
  counts.complete();
  whole = counts.prompt && counts.output;
  if (counts.prompt) {
    std::int64_t cached = counts.cached == 0 ? counts.hit : counts.cached;
    usage.cache_read = std::min(cached, *counts.prompt);
    usage.cache_write_5m = std::min(counts.written, *counts.prompt - usage.cache_read);
    usage.cache_write_1h = 0;
    usage.input = *counts.prompt - usage.cache_read - usage.cache_write_5m;
  }
  if (counts.output) {
    usage.output = *counts.output;
    usage.reasoning = std::min(counts.reasoning, usage.output);
  }
  return true;
}

Usage AnthropicUsage::Counts::usage() const {
  Usage out;
  out.input = input;
  out.cache_read = cache_read;
  out.cache_write_1h = write_1h;
  // What the split by lifetime leaves out of the total was written for the default five minutes.
  out.cache_write_5m = std::max(write_5m, cache_write - write_1h);
  out.output = output;
  out.reasoning = std::min(thinking, output);
  return out;
}

bool AnthropicUsage::read(JsonCursor& cursor) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  seen_ = true;
  bool had_output = std::exchange(counts_.has_output, false);
  bool fine = read_object(cursor, counts_, true);
  output_in_last_ = counts_.has_output;
  counts_.has_output |= had_output;
  return fine;
}

bool AnthropicUsage::read_object(JsonCursor& cursor, Counts& counts, bool top) {
  const Place places[] = {{"input_tokens", &counts.input, &counts.has_input},
                          {"output_tokens", &counts.output, &counts.has_output},
                          {"cache_read_input_tokens", &counts.cache_read},
                          {"cache_creation_input_tokens", &counts.cache_write}};
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    auto place = std::ranges::find(places, name, &Place::key);
    if (place == std::end(places)) {
      if (!read_other(cursor, name, counts, top)) return false;
    } else if (cursor.peek() == JsonType::kNull) {
      cursor.skip();
    } else if (auto count = read_count(cursor)) {
      *place->value = *count;
      if (place->found) *place->found = true;
    } else {
      counts.unreadable = true;
    }
  }
  return cursor.ok();
}

bool AnthropicUsage::read_other(JsonCursor& cursor, std::string_view key, Counts& counts,
                                bool top) {
  if (key == "cache_creation") {
    return read_counts(cursor, {{"ephemeral_5m_input_tokens", &counts.write_5m},
                                {"ephemeral_1h_input_tokens", &counts.write_1h}});
  }
  if (key == "output_tokens_details") {
    return read_counts(cursor, {{"thinking_tokens", &counts.thinking}});
  }
  if (top && key == "iterations") return read_iterations(cursor);
  bool wanted = top && (key == "service_tier" || key == "speed" || key == "inference_geo");
  if (!wanted || cursor.peek() != JsonType::kString) return cursor.skip();
  auto text = cursor.read_string();
  if (!text) return false;
  std::string_view value = cursor.of(text->raw);
  if (key == "service_tier") tier_ = value;
  if (key == "speed") fast_ = value == "fast";
  if (key == "inference_geo") us_ = value == "us";
  return true;
}

bool AnthropicUsage::read_iterations(JsonCursor& cursor) {
  if (cursor.peek() != JsonType::kArray) return cursor.skip();
  Usage sum;
  bool any = false, whole = true;
  for (JsonArray array(cursor); array.next();) {
    if (cursor.peek() != JsonType::kObject) return cursor.expected("an iteration to be an object");
    Counts one;
    if (!read_object(cursor, one, false)) return false;
    Usage part = one.usage();
    any = true;
    whole &= one.whole();
    auto add = [](std::int64_t& to, std::int64_t more) { to = std::min(to + more, kMostTokens); };
    add(sum.input, part.input);
    add(sum.cache_read, part.cache_read);
    add(sum.cache_write_5m, part.cache_write_5m);
    add(sum.cache_write_1h, part.cache_write_1h);
    add(sum.output, part.output);
    add(sum.reasoning, part.reasoning);
  }
  if (any) iterations_ = sum;
  iterations_whole_ = whole;
  return cursor.ok();
}

Usage AnthropicUsage::usage() const {
  Usage out = iterations_.value_or(counts_.usage());
  if (out.reasoning == 0) out.reasoning = std::min(counts_.thinking, out.output);
  return out;
}

}  // namespace sekisho::wire
