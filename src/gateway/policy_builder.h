#pragma once
// Builds a policy snapshot from what people manage (identity world, catalogue) and what belongs to
// the deployment (upstreams, settings). Control-plane thread; the result is immutable.

#include <functional>

#include "gateway/policy.h"
#include "identity/world.h"

namespace sekisho::gateway {

using AccountSource =
    std::function<Result<ledger::Account*>(ledger::Scope, const ledger::TimeZone&)>;

struct PolicySources {
  const identity::World& world;
  std::vector<catalog::ModelGroup> models;
  std::vector<Upstream> upstreams;
  Settings settings;
  // The ledger's account of a scope, created when missing.
  AccountSource account;
  std::shared_ptr<const identity::AwsKeys> aws_keys = nullptr;
};
// Errors: those of `account` (the books cannot be read).
Result<PolicyPtr> build_policy(PolicySources sources, std::uint64_t version);

// Settings as people give them → limits of one level.
ledger::Limits limits_of(const identity::LimitSettings& settings);
// The levels above a key in the fixed order key, user, units from the innermost, organisation.
Result<std::vector<ledger::Level>> levels_of(const identity::World& world,
                                             const identity::VirtualKey& key,
                                             const AccountSource& account);

}  // namespace sekisho::gateway
