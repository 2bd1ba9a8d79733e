#include "gateway/conversation_memory.h"

#include <algorithm>
#include <cstring>

namespace sekisho::gateway {
namespace {

constexpr std::size_t kStride = 4096;

// A cheap guess whether `body` continues `old`: equal samples at growing offsets. Returns how many
// of them agree.
int agreeing_samples(std::string_view old, std::string_view body) {
  constexpr std::size_t kSample = 32;
  int agreed = 0;
  for (std::size_t eighth = 0; eighth < 8; ++eighth) {
    auto at = old.size() / 8 * eighth;
    if (at + kSample > old.size() || at + kSample > body.size()) break;
    if (std::memcmp(old.data() + at, body.data() + at, kSample) != 0) break;
    ++agreed;
  }
  return agreed;
}

}  // namespace

std::size_t common_prefix(std::string_view a, std::string_view b) {
  auto n = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i + kStride <= n && std::memcmp(a.data() + i, b.data() + i, kStride) == 0) i += kStride;
  while (i + 8 <= n && std::memcmp(a.data() + i, b.data() + i, 8) == 0) i += 8;
  while (i < n && a[i] == b[i]) ++i;
  return i;
}

std::size_t common_suffix(std::string_view a, std::string_view b, std::size_t at_most) {
  auto n = std::min({a.size(), b.size(), at_most});
  auto same = [&](std::size_t done, std::size_t length) {
    return std::memcmp(a.data() + a.size() - done - length, b.data() + b.size() - done - length,
                       length) == 0;
  };
  std::size_t i = 0;
  while (i + kStride <= n && same(i, kStride)) i += kStride;
  while (i + 8 <= n && same(i, 8)) i += 8;
  while (i < n && same(i, 1)) ++i;
  return i;
}

Continuation ConversationMemory::find(KeyId key, wire::Dialect dialect, std::string_view session,
                                      std::string_view body) {
  auto entry = by_key_.find(key);
  if (entry == by_key_.end()) return {};
  auto& list = entry->second;
  const List::iterator* best = nullptr;
  int best_agreed = 0;
  std::size_t looked = 0;
  for (auto it = list.rbegin(); it != list.rend() && looked < kCandidates; ++it, ++looked) {
    const Turn& turn = **it;
    if (turn.dialect != dialect || (!session.empty() && turn.session != session)) continue;
    int agreed = agreeing_samples(turn.body.view(), body);
    if (agreed > best_agreed) {
      best_agreed = agreed;
      best = &*it;
      if (agreed >= 7) break;
    }
  }
  if (!best) return {};
  auto it = *best;
  Continuation found;
  found.turn = &*it;
  found.number = it->number;
  found.prefix = common_prefix(it->body.view(), body);
  found.model = it->model;
  found.deployment = it->deployment;
  found.measured_prompt = it->measured_prompt;
  if (found.prefix < kWorthwhile) return {};
  auto shorter = std::min(it->body.size(), body.size());
  found.suffix = common_suffix(it->body.view(), body, shorter - found.prefix);
  touch(it);
  return found;
}

void ConversationMemory::touch(List::iterator it) {
  turns_.splice(turns_.begin(), turns_, it);
  auto& list = by_key_[it->key];
  if (!list.empty() && list.back() == it) return;
  std::erase(list, it);
  list.push_back(it);
}

std::size_t ConversationMemory::charge(const Turn& turn) {
  return turn.body.capacity() + sizeof(Turn) +
         turn.envelope.blocks.capacity() * sizeof(wire::TextBlock) +
         turn.envelope.checkpoints.capacity() * sizeof(wire::Envelope::Checkpoint) +
         turn.findings.capacity() * sizeof(BlockFinding);
}

void ConversationMemory::drop(List::iterator it) {
  used_ -= charge(*it);
  auto entry = by_key_.find(it->key);
  std::erase(entry->second, it);
  if (entry->second.empty()) by_key_.erase(entry);
  turns_.erase(it);
}

void ConversationMemory::make_room_in_session(const Turn& turn) {
  auto entry = by_key_.find(turn.key);
  if (turn.session.empty() || entry == by_key_.end()) return;
  auto& list = entry->second;
  std::size_t looked = 0, kept = 0;
  for (auto it = list.rbegin(); it != list.rend() && looked < kCandidates; ++it, ++looked) {
    if ((*it)->session != turn.session || ++kept < kTurnsOfSession) continue;
    return drop(*it);
  }
}

void ConversationMemory::keep(Turn turn, std::uint64_t continued) {
  if (turn.body.size() < kWorthwhile || charge(turn) > cap_ / 4) return;
  if (continued != 0) {
    auto entry = by_key_.find(turn.key);
    if (entry != by_key_.end()) {
      auto old =
          std::ranges::find_if(entry->second, [&](auto it) { return it->number == continued; });
      if (old != entry->second.end()) drop(*old);
    }
  }
  make_room_in_session(turn);
  turn.number = ++last_number_;
  turn.body.leave_budget();  // what is remembered must not starve what is in flight
  used_ += charge(turn);
  turns_.push_front(std::move(turn));
  by_key_[turns_.front().key].push_back(turns_.begin());
  while (used_ > cap_ && turns_.size() > 1) drop(std::prev(turns_.end()));
}

void ConversationMemory::clear() {
  turns_.clear();
  by_key_.clear();
  used_ = 0;
}

}  // namespace sekisho::gateway
