#include "wire/bedrock/converse_usage.h"

#include <algorithm>
#include <optional>

namespace sekisho::wire::bedrock {
namespace {

// No request has more; what a provider claims beyond it would overflow sums and prices.
constexpr std::int64_t kMostTokens = 1'000'000'000'000;

// A whole number of zero or more; anything else is missing.
std::optional<std::int64_t> count(JsonValue figure) {
  const auto read = figure.integer();
  if (!read || *read < 0) return std::nullopt;
  return std::min(*read, kMostTokens);
}

std::int64_t tokens(JsonValue figure) {
  return count(figure).value_or(0);
}

std::int64_t tokens(JsonValue usage, std::string_view name, std::string_view twin) {
  const JsonValue figure = usage.find(name);
  return tokens(figure.has_value() ? figure : usage.find(twin));
}

// "1h", "T1H", "PT1H", "1H"
bool is_one_hour(std::string_view ttl) {
  return ttl.ends_with("1h") || ttl.ends_with("1H");
}

}  // namespace

Usage read_usage(JsonValue usage) {
  Usage out;
  if (!usage.is(JsonKind::kObject)) return out;
  auto input = count(usage.find("inputTokens")), output = count(usage.find("outputTokens"));
  out.source = input && output ? UsageSource::kReported : UsageSource::kPartial;
  out.input = input.value_or(0);
  out.output = output.value_or(0);
  out.cache_read = tokens(usage, "cacheReadInputTokens", "cacheReadInputTokenCount");
  const std::int64_t written = tokens(usage, "cacheWriteInputTokens", "cacheWriteInputTokenCount");
  std::int64_t five_minutes = 0;
  for (const JsonValue detail : usage.find("cacheDetails")) {
    auto& bucket = is_one_hour(detail.find("ttl").string()) ? out.cache_write_1h : five_minutes;
    bucket = std::min(bucket + tokens(detail.find("inputTokens")), kMostTokens);
  }
  // Whether the total counts one-hour writes or not, none is lost and none counted twice.
  out.cache_write_5m = std::max(five_minutes, written - out.cache_write_1h);
  const std::int64_t cached = out.cache_read + out.cache_write_5m + out.cache_write_1h;
  const auto total = usage.find("totalTokens").integer();
  // Figures beside the input that the total leaves out are in the input (some OpenAI models). Of
  // one-hour writes that only the details tell, no total needs to know.
  const bool inclusive = out.cache_read + written > 0 && total && *total == out.input + out.output;
  if (inclusive) out.input = std::max<std::int64_t>(out.input - cached, 0);
  return out;
}

std::int64_t read_thinking_tokens(JsonValue fields) {
  if (const JsonValue figure = fields.find("thinking_tokens"); figure.exists()) {
    return tokens(figure);
  }
  for (const JsonValue field : fields) {
    if (const std::int64_t found = read_thinking_tokens(field)) return found;
  }
  return 0;
}

}  // namespace sekisho::wire::bedrock
