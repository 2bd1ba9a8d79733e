#include "gateway/thinking_store.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>

#include "base/limits.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kEntryBytes = 160;  // of the containers, about
constexpr auto kLife = std::chrono::hours(24);

std::string place_of(KeyId key, std::string_view family, std::string_view tool_id) {
  std::string place = std::to_string(key.value);
  place.append("/").append(family).append("/").append(tool_id);
  return place;
}

void put(std::string& out, std::string_view text) {
  auto size = static_cast<std::uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
}

std::string packed(const std::vector<wire::ThinkingBlock>& blocks) {
  std::string out;
  for (const auto& block : blocks) {
    for (const auto* part : {&block.text, &block.signature, &block.redacted}) put(out, *part);
  }
  return out;
}

// REQUIRES: packed() made it (the seal says so).
std::vector<wire::ThinkingBlock> unpacked(std::string_view in) {
  auto next = [&in] {
    std::uint32_t size = 0;
    std::memcpy(&size, in.data(), sizeof size);
    std::string out(in.substr(sizeof size, size));
    in.remove_prefix(sizeof size + size);
    return out;
  };
  std::vector<wire::ThinkingBlock> out;
  while (!in.empty()) {
    auto& block = out.emplace_back();
    for (auto* part : {&block.text, &block.signature, &block.redacted}) *part = next();
  }
  return out;
}

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

// Empty if the library refuses, which it does not.
std::string seal(const std::uint8_t* secret, const std::uint8_t* nonce, std::string_view place,
                 std::string_view text) {
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string out(text.size() + kTagBytes, '\0');
  int size = 0;
  bool good = cipher &&
              EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, secret, nonce) == 1 &&
              EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes_of(place),
                                static_cast<int>(place.size())) == 1 &&
              EVP_EncryptUpdate(cipher.get(), bytes_of(out), &size, bytes_of(text),
                                static_cast<int>(text.size())) == 1 &&
              EVP_EncryptFinal_ex(cipher.get(), bytes_of(out) + size, &size) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                                  out.data() + text.size()) == 1;
  return good ? out : std::string();
}

std::string unseal(const std::uint8_t* secret, const std::uint8_t* nonce, std::string_view place,
                   std::string sealed) {
  if (sealed.size() < kTagBytes) return {};
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  auto text_bytes = sealed.size() - kTagBytes;
  std::string out(text_bytes, '\0');
  int size = 0;
  bool good = cipher &&
              EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, secret, nonce) == 1 &&
              EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes_of(place),
                                static_cast<int>(place.size())) == 1 &&
              EVP_DecryptUpdate(cipher.get(), bytes_of(out), &size, bytes_of(sealed),
                                static_cast<int>(text_bytes)) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes,
                                  sealed.data() + text_bytes) == 1 &&
              EVP_DecryptFinal_ex(cipher.get(), bytes_of(out) + size, &size) == 1;
  return good ? out : std::string();
}

}  // namespace

ThinkingStore::ThinkingStore(std::size_t most_bytes, Random& random)
    : most_bytes_per_shard_(most_bytes / kShards) {
  random.fill(secret_);
  random.fill(nonce_prefix_);
}

ThinkingStore::Shard& ThinkingStore::shard_of(std::string_view place) {
  return shards_[std::hash<std::string_view>()(place) % kShards];
}

void ThinkingStore::Shard::drop_oldest() {
  auto [number, place] = std::move(age.front());
  age.pop_front();
  auto it = kept.find(place);
  if (it == kept.end() || it->second.number != number) return;  // was kept anew since
  bytes -= it->second.sealed.size() + 2 * place.size() + kEntryBytes;
  kept.erase(it);
}

void ThinkingStore::keep(KeyId key, std::string_view family, std::string_view tool_id,
                         const std::vector<wire::ThinkingBlock>& blocks, SteadyTime now) {
  if (blocks.empty() || tool_id.empty() || tool_id.size() > limits::kIdentifierBytes) return;
  auto place = place_of(key, family, tool_id);
  auto text = packed(blocks);
  auto index = std::hash<std::string_view>()(place) % kShards;
  auto& shard = shards_[index];
  std::lock_guard lock(shard.mutex);
  // Never the same twice under one secret: the shard and its counter.
  Kept kept{{}, {}, now + kLife, shard.next++};
  std::memcpy(kept.nonce.data(), nonce_prefix_.data(), 4);
  auto counter = (static_cast<std::uint64_t>(index) << 56) | kept.number;
  std::memcpy(kept.nonce.data() + 4, &counter, sizeof counter);
  kept.sealed = seal(secret_.data(), kept.nonce.data(), place, text);
  auto size = kept.sealed.size() + 2 * place.size() + kEntryBytes;
  if (kept.sealed.empty() || size > most_bytes_per_shard_) return;
  while (!shard.age.empty() && shard.bytes + size > most_bytes_per_shard_) shard.drop_oldest();
  auto& entry = shard.kept[place];
  if (!entry.sealed.empty()) shard.bytes -= entry.sealed.size() + 2 * place.size() + kEntryBytes;
  shard.age.emplace_back(kept.number, place);
  entry = std::move(kept);
  shard.bytes += size;
  // Those that were kept anew leave their former numbers behind.
  while (shard.age.size() > 2 * shard.kept.size() + 16) shard.drop_oldest();
}

std::vector<wire::ThinkingBlock> ThinkingStore::find(KeyId key, std::string_view family,
                                                     std::string_view tool_id, SteadyTime now) {
  auto place = place_of(key, family, tool_id);
  auto& shard = shard_of(place);
  Kept kept;
  {
    std::lock_guard lock(shard.mutex);
    auto it = shard.kept.find(place);
    if (it == shard.kept.end() || it->second.until <= now) return {};
    kept = it->second;
  }
  return unpacked(unseal(secret_.data(), kept.nonce.data(), place, std::move(kept.sealed)));
}

std::size_t ThinkingStore::bytes() const {
  std::size_t sum = 0;
  for (const auto& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    sum += shard.bytes;
  }
  return sum;
}

void ThinkingGatherer::see(const wire::AnswerEvent& event) {
  using Kind = wire::AnswerEvent::Kind;
  using Block = wire::AnswerEvent::Block;
  bool thinking = event.block == Block::kReasoning || event.block == Block::kRedactedReasoning;
  if (event.kind == Kind::kBlockStart && thinking) {
    blocks_.emplace_back();
  } else if (event.kind == Kind::kDelta && thinking && !blocks_.empty()) {
    auto& block = blocks_.back();
    bytes_ += event.text.size() + event.signature.size();
    if (bytes_ > kKeptThinkingBytes) return;
    (event.block == Block::kReasoning ? block.text : block.redacted) += event.text;
    block.signature += event.signature;
  } else if (event.kind == Kind::kBlockStart && event.block == Block::kToolCall) {
    bool whole = bytes_ <= kKeptThinkingBytes && !blocks_.empty() &&
                 std::ranges::all_of(blocks_, [](const auto& block) {
                   return !block.signature.empty() || !block.redacted.empty();
                 });
    if (whole) calls_.push_back({event.tool_id, blocks_});
  }
}

}  // namespace sekisho::gateway
