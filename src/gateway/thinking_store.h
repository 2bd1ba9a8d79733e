#pragma once
// Signed thinking by virtual key and tool call, for clients whose dialect loses it. Bounded in
// bytes and time, the oldest goes first; a miss means that the turn goes up without thinking (and
// the model is asked for none where it would refuse). What is kept is encrypted (AES-256-GCM) under
// a key of this process, bound to the virtual key and the call; nothing of it is written to disk.
//
// Shared by all workers: the turns of a conversation may come over any connection. Locked by
// shards, for the time of a map operation; only translated calls with thinking come here.

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "wire/answer.h"
#include "wire/thinking.h"

namespace sekisho::gateway {

class ThinkingStore {
 public:
  // `most_bytes` of kept thinking in all, with its keys.
  ThinkingStore(std::size_t most_bytes, Random& random);

  // `family` of the model that signed it: no other can read it.
  void keep(KeyId key, std::string_view family, std::string_view tool_id,
            const std::vector<wire::ThinkingBlock>& blocks, SteadyTime now);
  std::vector<wire::ThinkingBlock> find(KeyId key, std::string_view family,
                                        std::string_view tool_id, SteadyTime now);
  std::size_t bytes() const;

 private:
  struct Kept {
    std::array<std::uint8_t, 12> nonce;
    std::string sealed;
    SteadyTime until;
    std::uint64_t number;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Kept> kept;             // by place
    std::deque<std::pair<std::uint64_t, std::string>> age;  // number and place, the oldest first
    std::size_t bytes = 0;
    std::uint64_t next = 0;
    void drop_oldest();
  };
  static constexpr std::size_t kShards = 16;

  Shard& shard_of(std::string_view place);

  std::array<std::uint8_t, 32> secret_;
  std::array<std::uint8_t, 8> nonce_prefix_;
  std::size_t most_bytes_per_shard_;
  std::array<Shard, kShards> shards_;
};

// One call's view of it.
class ThinkingOfCall final : public wire::ThinkingSource {
 public:
  ThinkingOfCall(ThinkingStore& store, KeyId key, std::string_view family, SteadyTime now)
      : store_(store), key_(key), family_(family), now_(now) {}
  std::vector<wire::ThinkingBlock> find(std::string_view tool_id) const override {
    return store_.find(key_, family_, tool_id, now_);
  }

 private:
  ThinkingStore& store_;
  KeyId key_;
  std::string_view family_;
  SteadyTime now_;
};

inline constexpr std::size_t kKeptThinkingBytes = 1 << 20;  // of one answer; more is not kept
inline constexpr std::size_t kThinkingStoreBytes = 64 << 20;

// Gathers the thinking of an answer as its events pass, and keeps it when a call comes.
class ThinkingGatherer {
 public:
  void see(const wire::AnswerEvent& event);
  // The calls that came, each with the thinking that stood in front of it.
  struct OfCall {
    std::string tool_id;
    std::vector<wire::ThinkingBlock> blocks;
  };
  std::vector<OfCall> take() { return std::exchange(calls_, {}); }

 private:
  std::vector<wire::ThinkingBlock> blocks_;
  std::vector<OfCall> calls_;
  std::size_t bytes_ = 0;
};

}  // namespace sekisho::gateway
