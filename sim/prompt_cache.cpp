#include "sim/prompt_cache.h"

#include <algorithm>
#include <optional>

namespace sekisho::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFiveMinutes = 5min, kOneHour = 1h, kAutomaticLife = 10min;
constexpr std::int64_t kAutomaticMinimum = 1024, kAutomaticStep = 128;

struct Prefix {
  std::uint64_t hash = 0;
  std::int64_t tokens = 0;
};

// prefix[i] covers blocks 0 … i. FNV-1a over lengths and bytes.
std::vector<Prefix> prefixes_of(const std::vector<PromptBlock>& blocks) {
  std::vector<Prefix> out;
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  std::int64_t tokens = 0;
  const auto mix = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3ULL; };
  for (const PromptBlock& block : blocks) {
    for (std::size_t size = block.content.size(), i = 0; i < 8; ++i, size >>= 8) {
      mix(static_cast<std::uint8_t>(size & 0xFF));
    }
    for (char c : block.content) mix(static_cast<std::uint8_t>(c));
    tokens += block.tokens;
    out.push_back({hash, tokens});
  }
  return out;
}

}  // namespace

SimUsage PromptCache::use(const std::string& account, const Model& model,
                          const std::vector<PromptBlock>& blocks, SteadyTime now) {
  Store& store = stores_[account + '\0' + std::string(model.id)];
  std::erase_if(store, [now](const auto& entry) { return entry.second.until <= now; });
  if (model.cache_minimum == 0) {
    SimUsage usage;
    for (const PromptBlock& block : blocks) usage.input += block.tokens;
    return usage;
  }
  const bool automatic = model.provider == Provider::kOpenAi || model.provider == Provider::kGemini;
  return automatic ? use_automatic(store, model, blocks, now)
                   : use_marks(store, model, blocks, now);
}

SimUsage PromptCache::use_marks(Store& store, const Model& model,
                                const std::vector<PromptBlock>& blocks, SteadyTime now) {
  const std::vector<Prefix> prefixes = prefixes_of(blocks);
  std::int64_t read = 0, hour_end = 0, last_end = 0;
  std::vector<std::size_t> marks;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].cache_mark && prefixes[i].tokens >= model.cache_minimum) marks.push_back(i);
  }
  for (std::size_t mark : marks) {
    const std::size_t first = mark >= kLookback ? mark - kLookback : 0;
    for (std::size_t i = mark + 1; i-- > first;) {
      const auto found = store.find(prefixes[i].hash);
      if (found == store.end()) continue;
      found->second.until = now + found->second.life;
      read = std::max(read, prefixes[i].tokens);
      break;
    }
  }
  for (std::size_t mark : marks) {
    const bool hour = *blocks[mark].cache_mark == Ttl::k1h;
    const Duration life = hour ? kOneHour : kFiveMinutes;
    if (hour) hour_end = prefixes[mark].tokens;
    last_end = prefixes[mark].tokens;
    Entry& entry = store[prefixes[mark].hash];
    entry.life = std::max(entry.life, life);
    entry.until = std::max(entry.until, now + life);
  }
  SimUsage usage;
  usage.cache_read = read;
  usage.cache_write_1h = std::max<std::int64_t>(0, hour_end - read);
  usage.cache_write_5m = std::max<std::int64_t>(0, last_end - std::max(read, hour_end));
  const std::int64_t all = prefixes.empty() ? 0 : prefixes.back().tokens;
  usage.input = all - usage.cache_read - usage.cache_write_1h - usage.cache_write_5m;
  return usage;
}

SimUsage PromptCache::use_automatic(Store& store, const Model& model,
                                    const std::vector<PromptBlock>& blocks, SteadyTime now) {
  const std::vector<Prefix> prefixes = prefixes_of(blocks);
  std::int64_t matched = 0;
  for (const Prefix& prefix : prefixes) {
    if (store.contains(prefix.hash)) matched = prefix.tokens;
    if (prefix.tokens >= model.cache_minimum) {
      store[prefix.hash] = {now + kAutomaticLife, kAutomaticLife};
    }
  }
  SimUsage usage;
  if (matched >= kAutomaticMinimum) usage.cache_read = matched / kAutomaticStep * kAutomaticStep;
  usage.input = (prefixes.empty() ? 0 : prefixes.back().tokens) - usage.cache_read;
  return usage;
}

}  // namespace sekisho::sim
