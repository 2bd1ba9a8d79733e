#pragma once
// The policy snapshot: everything a worker needs to decide about a call, immutable once built,
// shared by pointer. Workers never look at the database. Built by the control plane
// (policy_builder.h), handed to every worker before the change that caused it is answered
// (policy_hub.h). Levels point to ledger accounts, which live as long as the process.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/catalog.h"
#include "guard/guard.h"
#include "http/client.h"
#include "identity/aws_keys.h"
#include "identity/identity.h"
#include "identity/world.h"
#include "ledger/account.h"
#include "wire/aws/sigv4.h"
#include "wire/dialect.h"
#include "wire/refusal.h"

namespace sekisho::gateway {

enum class UpstreamKind : std::uint8_t { kOpenAi, kAnthropic, kBedrock, kGemini };

// Where and how a provider is reached. `origin.tls` outlives every snapshot.
struct Upstream {
  UpstreamId id;
  std::string name;
  UpstreamKind kind = UpstreamKind::kOpenAi;
  http::Origin origin;
  std::string base_path;  // "" or "/v1", without a trailing slash
  std::string region;     // Bedrock
  std::string bearer;     // API key or Bedrock bearer key; empty = SigV4 for Bedrock
  std::optional<wire::aws::Credentials> aws;
  bool usage_in_stream = true;  // accepts stream_options.include_usage (OpenAI-compatible)
  // Which field carries a lowered output limit when the client sent none.
  std::string max_tokens_field = "max_tokens";
  // The member of an earlier answer that takes its reasoning back; "" = none does.
  std::string reasoning_field;
};

wire::Dialect dialect_of(UpstreamKind kind);  // the one that others are translated to
// Whether calls in this dialect are the provider's own.
bool speaks(UpstreamKind kind, wire::Dialect dialect);
// LiteLLM's name for the kind, in front of a model's: "bedrock/".
std::string_view provider_prefix(UpstreamKind kind);

// One virtual key with everything that applies to it.
struct KeyPolicy {
  KeyId key;
  identity::KeyHash hash{};
  UserId user;
  UnitId unit;
  OrganisationId organisation;
  std::string key_name, user_name, unit_name, organisation_name;
  bool administrator = false;
  bool blocked = false, user_blocked = false;
  std::optional<WallTime> expires;
  std::string role = "developer";
  std::vector<std::string> tags;
  // Every set must admit a model: of key, user, units, organisation, where they have one.
  std::vector<identity::ModelSet> model_sets;
  std::vector<ledger::Level> levels;
  wire::Language language = wire::Language::kJapanese;
};

enum class Capture : std::uint8_t { kOff, kRedacted, kFull };

struct Settings {
  guard::Policy secrets;
  bool inspect = true;
  // False where every rule is off too: then nothing is scanned, and records say so.
  bool inspects() const { return inspect && secrets.is_on(); }
  Capture capture = Capture::kOff;
  std::int64_t output_floor = 256;  // max_tokens is never lowered below this
  bool allow_unpriced = false;
  // Names as in wire::Envelope::provider_features: used although their cost cannot be bounded.
  std::vector<std::string> allowed_provider_tools;
};

struct KeyHashHasher {
  std::size_t operator()(const identity::KeyHash& hash) const noexcept;
};

struct Policy {
  std::uint64_t version = 0;
  std::unordered_map<identity::KeyHash, KeyPolicy, KeyHashHasher> keys;
  std::unordered_map<std::int64_t, const KeyPolicy*> keys_by_id;  // into `keys`
  std::shared_ptr<const identity::AwsKeys> aws_keys;              // null: nobody can sign
  std::vector<catalog::ModelGroup> models;
  std::unordered_map<std::string, std::size_t> model_index;  // names and aliases
  // What the providers call the models, bare and as /model/info says it ("bedrock/us.anthropic…"):
  // LiteLLM's clients ask for either. No name or alias; several groups may share one.
  std::unordered_map<std::string, std::vector<std::size_t>> provider_names;
  std::unordered_map<std::int64_t, Upstream> upstreams;
  Settings settings;

  const catalog::ModelGroup* find_model(std::string_view name) const;
  // Of groups that share a provider's name the first that `key` may use, else the first.
  const catalog::ModelGroup* find_model(std::string_view name, const KeyPolicy& key) const;
  const Upstream* find_upstream(UpstreamId id) const;
  const KeyPolicy* find_key(KeyId id) const;
  // Names that `key` may use, in catalogue order.
  std::vector<const catalog::ModelGroup*> allowed_models(const KeyPolicy& key) const;
  // The allowed model name nearest to `name` by edit distance; empty when none is near.
  std::string nearest_model(const KeyPolicy& key, std::string_view name) const;
};

// The first set of the key that admits neither the group's name nor an alias, or null.
const identity::ModelSet* refusing_set(const KeyPolicy& key, const catalog::ModelGroup& group);

using PolicyPtr = std::shared_ptr<const Policy>;

}  // namespace sekisho::gateway
