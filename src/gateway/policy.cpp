#include "gateway/policy.h"

#include <algorithm>
#include <cstring>

#include "base/nearest.h"

namespace sekisho::gateway {

wire::Dialect dialect_of(UpstreamKind kind) {
  switch (kind) {
    case UpstreamKind::kOpenAi:
      return wire::Dialect::kOpenAiChat;
    case UpstreamKind::kAnthropic:
      return wire::Dialect::kAnthropicMessages;
    case UpstreamKind::kBedrock:
      return wire::Dialect::kBedrockConverse;
    case UpstreamKind::kGemini:
      return wire::Dialect::kGemini;
  }
  return wire::Dialect::kOpenAiChat;
}

bool speaks(UpstreamKind kind, wire::Dialect dialect) {
  if (dialect == dialect_of(kind)) return true;
  return kind == UpstreamKind::kOpenAi && (dialect == wire::Dialect::kOpenAiCompletions ||
                                           dialect == wire::Dialect::kOpenAiEmbeddings);
}

std::string_view provider_prefix(UpstreamKind kind) {
  switch (kind) {
    case UpstreamKind::kOpenAi:
      return "openai/";
    case UpstreamKind::kAnthropic:
      return "anthropic/";
    case UpstreamKind::kBedrock:
      return "bedrock/";
    case UpstreamKind::kGemini:
      return "gemini/";
  }
  return "";
}

std::size_t KeyHashHasher::operator()(const identity::KeyHash& hash) const noexcept {
  std::size_t value = 0;  // SHA-256 output is uniform already
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

const catalog::ModelGroup* Policy::find_model(std::string_view name) const {
  std::string wanted(name);
  if (auto it = model_index.find(wanted); it != model_index.end()) return &models[it->second];
  auto it = provider_names.find(wanted);
  return it == provider_names.end() ? nullptr : &models[it->second.front()];
}

const catalog::ModelGroup* Policy::find_model(std::string_view name, const KeyPolicy& key) const {
  const auto* first = find_model(name);
  if (!first || !refusing_set(key, *first)) return first;
  auto it = provider_names.find(std::string(name));
  if (it == provider_names.end() || model_index.contains(it->first)) return first;
  for (auto index : it->second) {
    if (!refusing_set(key, models[index])) return &models[index];
  }
  return first;
}

const Upstream* Policy::find_upstream(UpstreamId id) const {
  auto it = upstreams.find(id.value);
  return it == upstreams.end() ? nullptr : &it->second;
}

const KeyPolicy* Policy::find_key(KeyId id) const {
  auto it = keys_by_id.find(id.value);
  return it == keys_by_id.end() ? nullptr : it->second;
}

const identity::ModelSet* refusing_set(const KeyPolicy& key, const catalog::ModelGroup& group) {
  for (const auto& set : key.model_sets) {
    bool admitted = set.admits(group.name) ||
                    std::ranges::any_of(
                        group.aliases, [&](const std::string& alias) { return set.admits(alias); });
    if (!admitted) return &set;
  }
  return nullptr;
}

std::vector<const catalog::ModelGroup*> Policy::allowed_models(const KeyPolicy& key) const {
  std::vector<const catalog::ModelGroup*> allowed;
  for (const auto& group : models) {
    if (!refusing_set(key, group)) allowed.push_back(&group);
  }
  return allowed;
}

std::string Policy::nearest_model(const KeyPolicy& key, std::string_view name) const {
  std::vector<std::string_view> names;
  for (const auto* group : allowed_models(key)) names.push_back(group->name);
  return std::string(nearest(name, names));
}

}  // namespace sekisho::gateway
