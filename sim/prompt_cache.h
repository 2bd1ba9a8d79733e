#pragma once
// A model of the providers' prompt caches, one per account and model, on the simulator's clock.
//
// With marks (Claude, Nova): a prefix is what stands before a cache mark, in the order tools,
// system, messages. At each mark the longest stored prefix is looked for, also at up to 20 blocks
// before the mark; what is found is read and its life renewed; what stands between it and the last
// mark is written, the part up to the last one-hour mark as a one-hour write, the rest as a
// five-minute write. A prefix below the model's minimum is silently not cached.
// Automatic (OpenAI): the longest stored sequence of blocks, in steps of 128 tokens from 1024 on.
// One loop's thread only.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sim/bill.h"
#include "sim/models.h"
#include "sim/prompt.h"

namespace sekisho::sim {

class PromptCache {
 public:
  static constexpr std::size_t kLookback = 20;

  // Counts the prompt's tokens by kind and stores its prefixes.
  SimUsage use(const std::string& account, const Model& model,
               const std::vector<PromptBlock>& blocks, SteadyTime now);
  void clear() { stores_.clear(); }

 private:
  struct Entry {
    SteadyTime until;
    Duration life;
  };
  using Store = std::map<std::uint64_t, Entry>;  // by hash of the prefix

  static SimUsage use_marks(Store& store, const Model& model,
                            const std::vector<PromptBlock>& blocks, SteadyTime now);
  static SimUsage use_automatic(Store& store, const Model& model,
                                const std::vector<PromptBlock>& blocks, SteadyTime now);
  std::map<std::string, Store> stores_;
};

}  // namespace sekisho::sim
