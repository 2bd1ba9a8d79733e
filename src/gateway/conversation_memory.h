#pragma once
// What the last turn of a live conversation taught us, so that a turn costs what is new in it:
// raw body, envelope (with walk checkpoints), findings per text block, tokens measured by the
// provider. Per worker, one memory cap, least recently used first out, never shared between keys.
// Kept bodies count against that cap alone, not against the budget of bodies in flight.
// It is only memory: dropping any of it at any moment changes no byte of any answer, no verdict and
// no bill (property test: with it = without it).

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "http/body.h"
#include "wire/envelope.h"

namespace sekisho::gateway {

// A finding in a text block, as raw bytes relative to the block's first byte.
struct BlockFinding {
  std::uint32_t block = 0;  // index in Envelope::blocks
  std::uint16_t rule = 0;
  std::uint32_t begin = 0, end = 0;
  friend bool operator==(const BlockFinding&, const BlockFinding&) = default;
};

struct Turn {
  std::uint64_t number = 0;  // given by keep()
  KeyId key;
  wire::Dialect dialect = wire::Dialect::kOpenAiChat;
  std::string session;  // client's own session id; may be empty
  http::Buffer body;
  wire::Envelope envelope;
  bool translated = false;  // it went up in another dialect
  bool scanned = false;
  std::string rules_version;
  std::vector<BlockFinding> findings;  // sorted by block, then begin
  ModelId model;
  DeploymentId deployment;
  // Tokens, by the provider, as a bound of what the same bytes can be again; 0 = unknown.
  std::int64_t measured_prompt = 0;
  std::string betas;             // beta headers that went along
  std::uint8_t system_mode = 0;  // what the system prompt told, see signals.h
};

// How a new body relates to a remembered one: the same first `prefix` and last `suffix` bytes
// (prefix + suffix never exceed either body).
struct Continuation {
  // Valid only until the memory is used again, so never across an await; the rest are copies.
  const Turn* turn = nullptr;
  std::uint64_t number = 0;  // 0 = nothing was found
  std::size_t prefix = 0, suffix = 0;
  ModelId model;
  DeploymentId deployment;
  std::int64_t measured_prompt = 0;
  explicit operator bool() const { return number != 0; }
};

class ConversationMemory {
 public:
  explicit ConversationMemory(std::size_t cap_bytes) : cap_(cap_bytes) {}

  // The remembered turn of this key that shares most with `body`; nothing when none shares at
  // least kWorthwhile bytes. The pointer is valid until the next call of a non-const member.
  Continuation find(KeyId key, wire::Dialect dialect, std::string_view session,
                    std::string_view body);
  // Keeps `turn`; replaces the turn numbered `continued` if that is still here (the conversation
  // went on).
  void keep(Turn turn, std::uint64_t continued);
  void clear();
  std::size_t bytes() const { return used_; }
  std::size_t turns() const { return turns_.size(); }

 private:
  static constexpr std::size_t kWorthwhile = 1024;
  static constexpr std::size_t kCandidates = 64;  // most recent turns of a key that are looked at
  // Of one session of a client: its main thread and those of its helpers. A turn that continues
  // none of them began anew; the one not used for longest is hardly waited for.
  static constexpr std::size_t kTurnsOfSession = 8;
  using List = std::list<Turn>;
  static std::size_t charge(const Turn& turn);
  void drop(List::iterator it);
  void make_room_in_session(const Turn& turn);
  void touch(List::iterator it);

  std::size_t cap_, used_ = 0;
  std::uint64_t last_number_ = 0;
  List turns_;                                                     // most recently used first
  std::unordered_map<KeyId, std::vector<List::iterator>> by_key_;  // most recent last
};

// Length of the common first and last bytes (compared with memcmp-like speed).
std::size_t common_prefix(std::string_view a, std::string_view b);
std::size_t common_suffix(std::string_view a, std::string_view b, std::size_t at_most);

}  // namespace sekisho::gateway
