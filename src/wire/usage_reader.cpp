#include "wire/usage_reader.h"

#include <algorithm>
#include <charconv>

namespace sekisho::wire {
namespace {

// Larger than any answer, small enough that sums of a few stay exact.
constexpr std::int64_t kMostTokens = 1'000'000'000'000;

// Reads an object's counts: each key of `names` into its place.
struct Place {
  std::string_view key;
  std::int64_t* value;
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
  auto error = std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
  if (error == std::errc::result_out_of_range) value = digits[0] == '-' ? 0 : kMostTokens;
  return std::clamp<std::int64_t>(value, 0, kMostTokens);
}

bool read_chat_usage(JsonCursor& cursor, Usage& usage) {
  std::int64_t prompt = 0, output = 0, cached = 0, written = 0, reasoning = 0, hit = 0;
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    if (name == "prompt_tokens") {
      prompt = read_count(cursor).value_or(0);
    } else if (name == "completion_tokens") {
      output = read_count(cursor).value_or(0);
    } else if (name == "prompt_tokens_details") {
      read_counts(cursor, {{"cached_tokens", &cached}, {"cache_write_tokens", &written}});
    } else if (name == "completion_tokens_details") {
      read_counts(cursor, {{"reasoning_tokens", &reasoning}});
    } else if (name == "prompt_cache_hit_tokens") {  // DeepSeek's spelling
      hit = read_count(cursor).value_or(0);
    } else {
      cursor.skip();
    }
  }
  if (!cursor.ok()) return false;
  if (cached == 0) cached = hit;
  usage.cache_read = std::min(cached, prompt);
  usage.cache_write_5m = std::min(written, prompt - usage.cache_read);
  usage.cache_write_1h = 0;
  usage.input = prompt - usage.cache_read - usage.cache_write_5m;
  usage.output = output;
  usage.reasoning = std::min(reasoning, output);
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
  return read_object(cursor, counts_, true);
}

bool AnthropicUsage::read_object(JsonCursor& cursor, Counts& counts, bool top) {
  const Place places[] = {{"input_tokens", &counts.input},
                          {"output_tokens", &counts.output},
                          {"cache_read_input_tokens", &counts.cache_read},
                          {"cache_creation_input_tokens", &counts.cache_write}};
  for (JsonObject object(cursor); auto key = object.next();) {
    std::string_view name = cursor.of(key->raw);
    auto place = std::ranges::find(places, name, &Place::key);
    if (place == std::end(places)) {
      if (!read_other(cursor, name, counts, top)) return false;
    } else if (auto count = read_count(cursor)) {
      *place->value = *count;
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
  bool any = false;
  for (JsonArray array(cursor); array.next();) {
    if (cursor.peek() != JsonType::kObject) return cursor.expected("an iteration to be an object");
    Counts one;
    if (!read_object(cursor, one, false)) return false;
    Usage part = one.usage();
    any = true;
    auto add = [](std::int64_t& to, std::int64_t more) { to = std::min(to + more, kMostTokens); };
    add(sum.input, part.input);
    add(sum.cache_read, part.cache_read);
    add(sum.cache_write_5m, part.cache_write_5m);
    add(sum.cache_write_1h, part.cache_write_1h);
    add(sum.output, part.output);
    add(sum.reasoning, part.reasoning);
  }
  if (any) iterations_ = sum;
  return cursor.ok();
}

Usage AnthropicUsage::usage() const {
  Usage out = iterations_.value_or(counts_.usage());
  if (out.reasoning == 0) out.reasoning = std::min(counts_.thinking, out.output);
  return out;
}

}  // namespace sekisho::wire
