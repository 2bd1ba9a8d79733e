#pragma once
// The models that the simulated providers serve, with limits, abilities and list prices: the
// simulator's own table, written apart from the gateway's catalogue so that the two can be
// compared. Prices are exact pico-dollars per token (USD per million × 1,000,000); public list
// prices as of 2026-11. Immutable; safe from any thread.

#include <cstdint>
#include <span>
#include <string_view>

namespace sekisho::sim {

enum class Provider : std::uint8_t { kBedrock, kOpenAi, kAnthropic, kGemini };
std::string_view provider_name(Provider provider);

struct Rates {
  std::int64_t input = 0, output = 0, cache_read = 0, cache_write_5m = 0, cache_write_1h = 0;
};

struct Model {
  Provider provider;
  std::string_view id;
  Rates rates;
  std::int64_t context = 200'000, max_output = 64'000;
  std::int64_t cache_minimum = 0;  // tokens of the shortest prefix that is cached; 0: no caching
  std::int64_t long_above = 0;     // prompts longer than this pay `long_rates`; 0: never
  Rates long_rates{};
  bool claude = false;
  bool thinking = false;          // has extended thinking / reasoning
  bool no_adaptive = false;       // thinking must be "enabled" with a budget
  bool adaptive_only = false;     // thinking must be adaptive, "enabled" is refused
  bool refuses_sampling = false;  // temperature, top_p, top_k are refused
  bool refuses_forced = false;    // tool_choice any / tool is refused
  bool refuses_prefill = false;   // the conversation must end with a user message
  bool signs_calls = false;       // Gemini 3: calls must come back with their thought signatures
  bool always_thinks = false;     // Gemini: a thinking budget of 0 is refused
  bool needs_profile = false;     // on-demand throughput is not supported for the bare id
  bool images = true, tools = true;
  bool tool_caching = true;         // cache points among tools
  bool long_caching = true;         // cache points that live for an hour
  bool json_schema = true;          // answers by a JSON schema
  std::int64_t min_max_tokens = 1;  // smallest accepted maximum
  bool completes = false;           // OpenAI: of the older completions API
  std::int64_t dimensions = 0;      // OpenAI: of an embedding; 0: no model for that
};

std::span<const Model> models();
const Model* find_model(Provider provider, std::string_view id);

}  // namespace sekisho::sim
