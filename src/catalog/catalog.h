#pragma once
// Models, deployments and prices, as values. The catalogue that workers read is part of the policy
// snapshot; CatalogStore (catalog_store.h) keeps what people manage.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/money.h"
#include "wire/translate.h"
#include "wire/usage.h"

namespace sekisho::catalog {

// Prices per token in pico-dollars, each rate from a source, none derived from a ratio.
// Where a provider has no such kind, the rate is absent; usage of an absent kind is billed at the
// dearest rate that could apply and marked (cost_of).
struct Rates {
  Price input, output;
  std::optional<Price> cache_read, cache_write_5m, cache_write_1h, reasoning;
  friend bool operator==(const Rates&, const Rates&) = default;
};
struct PriceTier {  // applies to ALL tokens when prompt() > above
  std::int64_t above = 0;
  Rates rates;
  friend bool operator==(const PriceTier&, const PriceTier&) = default;
};
// Both modes cost more wherever they are sold.
inline constexpr std::int64_t kNoPriceOfItsOwn = 100;
struct Prices {
  Rates base;
  std::vector<PriceTier> tiers;  // ascending by `above`
  std::string source;            // "AWS Bedrock pricing page" …
  std::string effective_date;    // ISO 8601: the day on which the source stated it
  // Percent of every rate with Anthropic's `speed: fast` and `inference_geo: us`, or
  // kNoPriceOfItsOwn: then a call that asks for it is refused.
  std::int64_t fast_percent = 100, us_percent = 100;
  friend bool operator==(const Prices&, const Prices&) = default;
};

// What one image is billed as where nobody says: the most of any model whose arithmetic is
// published (gpt-4o-mini). Such figures above kWindowImageTokens are for the bill alone: of a
// context window no image takes more than that.
inline constexpr std::int64_t kMostImageTokens = 48'169, kWindowImageTokens = 24'600;

// The most tokens that one image is billed as at models of a family; kMostImageTokens if unknown.
std::int64_t image_tokens_of(std::string_view family);

// What a model is, apart from where it is bought.
struct ModelFacts {
  std::string name;                                 // canonical: "claude-sonnet-4-6"
  std::int64_t context_window = 0, max_output = 0;  // 0 = unknown
  std::int64_t cache_minimum_tokens = 0;  // a shorter prefix is silently not cached; 0 = unknown
  std::int64_t image_tokens = kMostImageTokens;  // that one image is billed as, at most
  wire::TargetModel target;
};

// One row of the starter table: a model id at a kind of provider.
struct StarterRow {
  std::string provider;        // "bedrock", "anthropic", "openai", "gemini"
  std::string upstream_model;  // "us.anthropic.claude-sonnet-4-6"
  ModelFacts facts;
  Prices prices;
};
const std::vector<StarterRow>& starter_table();
const StarterRow* find_starter(std::string_view provider, std::string_view upstream_model);

struct Deployment {
  DeploymentId id;
  UpstreamId upstream;
  std::string upstream_name;
  std::string upstream_model;
  std::string region;
  std::int64_t weight = 1;
  std::optional<Prices> prices;  // none = unpriced
};
struct ModelGroup {
  ModelId id;
  std::string name;  // what clients ask for
  std::vector<std::string> aliases;
  ModelFacts facts;
  std::vector<Deployment> deployments;  // in order of preference
  bool allow_unpriced = false;
  bool auto_prompt_caching = false;  // cache points for clients that set none
};

struct Cost {
  Money total;
  bool unpriced_kind = false;  // a kind of token had no rate of its own
};

// Which cache writes a request can cause: those for a longer life are dearer, so a bound that may
// leave them out is tighter. Reads can always happen.
enum class CacheWrites : std::uint8_t { kNone, kShort, kLong };

// What scales all rates of a call, in ten-thousandths, so that the product of two percentages is
// exact.
inline constexpr std::int64_t kPlainScale = 10'000;
std::int64_t scale_of(const Prices& prices, bool fast, bool us);

// The amount booked for `usage`: summed in pico-dollars, rounded once, half up. Negative counts are
// taken as 0, absurd ones as kMostTokens; reasoning is part of output. A kind without a rate is
// billed at the dearest rate that its tokens can have (a read: input; a write: input or the other
// write) and marked.
Cost cost_of(const Prices& prices, const wire::Usage& usage, std::int64_t scale = kPlainScale);
// What prompt caching saved of a call's cost: what the same tokens had cost without it, less what
// they cost. Negative where writes were not read.
Money cache_saving(const Prices& prices, const wire::Usage& usage);
// The same at the dearest rates that are known, whichever prompt length they are for: stands in for
// a rate that is not known. Never below cost_of.
Money dearest_cost_of(const Prices& prices, const wire::Usage& usage, std::int64_t scale);
// An amount that no usage with prompt() <= prompt_tokens and output <= output_tokens can exceed,
// whatever share of it the cache reads, writes or misses and whichever tier applies. Rounded up.
Money worst_case(const Prices& prices, std::int64_t prompt_tokens, std::int64_t output_tokens,
                 CacheWrites writes = CacheWrites::kLong, std::int64_t scale = kPlainScale);
// The largest output bound whose worst case is within `money`; nullopt if not even zero fits.
std::optional<std::int64_t> affordable_output(const Prices& prices, std::int64_t prompt_tokens,
                                              Money money, CacheWrites writes = CacheWrites::kLong,
                                              std::int64_t scale = kPlainScale);

inline constexpr std::int64_t kMostTokens = 1'000'000'000'000;  // of one call; keeps sums exact

}  // namespace sekisho::catalog
