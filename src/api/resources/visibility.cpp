#include "api/resources/visibility.h"

#include <algorithm>
#include <array>

#include "api/resources/grants.h"

namespace sekisho::api {
namespace {

Failure denied(const std::string& what) {
  return fail(Code::kPermissionDenied, what + "; an administrator may do it");
}

Failure missing(const std::string& what) {
  return fail(Code::kNotFound, "there is no such " + what);
}

}  // namespace

Visibility::Visibility(const identity::World& world, const gateway::KeyPolicy& caller)
    : world_(world),
      caller_(caller),
      unit_(caller.unit),
      administrator_(caller.role == "administrator"),
      everything_(administrator_ || caller.role == "auditor"),
      head_(caller.role == "unit_head") {
  if (const auto* user = world.find(caller.user)) unit_ = user->unit;
}

bool Visibility::in_subtree(UnitId unit) const {
  auto chain = identity::unit_chain(world_, unit);
  return unit_ && std::ranges::any_of(chain, [&](const auto* above) { return above->id == unit_; });
}

bool Visibility::above_head(const identity::User& user) const {
  return user.role == "administrator" || user.role == "auditor";
}

bool Visibility::sees(const identity::Unit& unit) const {
  if (unit.organisation != caller_.organisation) return false;
  return everything_ || unit.id == unit_ || (head_ && in_subtree(unit.id));
}

bool Visibility::sees(const identity::User& user) const {
  if (user.organisation != caller_.organisation) return false;
  return everything_ || user.id == caller_.user || (head_ && in_subtree(user.unit));
}

bool Visibility::sees(const identity::VirtualKey& key) const {
  return sees_call(key.organisation, key.unit, key.user, key.id);
}

bool Visibility::sees_call(OrganisationId organisation, UnitId unit, UserId user, KeyId key) const {
  if (organisation != caller_.organisation) return false;
  bool own = key == caller_.key || (user && user == caller_.user);
  return everything_ || own || (head_ && in_subtree(unit));
}

Result<> Visibility::may_manage(const identity::Unit& unit) const {
  if (!sees(unit)) return missing("unit");
  if (administrator_ || (head_ && unit.id != unit_)) return {};
  return denied("this key may not change unit '" + unit.name + "'");
}

Result<> Visibility::may_create_in(UnitId unit) const {
  if (administrator_ || (head_ && unit && in_subtree(unit))) return {};
  return denied("this key may put things only inside its own unit");
}

Result<> Visibility::may_manage(const identity::User& user) const {
  if (!sees(user)) return missing("user");
  if (administrator_) return {};
  if (above_head(user)) return denied("user '" + user.name + "' is " + user.role);
  if (head_ && in_subtree(user.unit)) return {};
  return denied("user '" + user.name + "' belongs to another unit");
}

Result<> Visibility::may_manage(const identity::VirtualKey& key) const {
  if (!sees(key)) return missing("virtual key");
  if (administrator_) return {};
  const auto* owner = world_.find(key.user);
  if (key.administrator || (owner && above_head(*owner))) {
    return denied("virtual key '" + key.alias + "' has rights that this key has not");
  }
  if (head_ && in_subtree(key.unit)) return {};
  return denied("virtual key '" + key.alias + "' belongs to another unit");
}

Result<> Visibility::may_give(const identity::User& user) const {
  if (administrator_) return {};
  if (above_head(user)) return denied("the role '" + user.role + "' cannot be given by this key");
  TRY_VOID(may_create_in(user.unit));
  return within_own(user.limits, user.models);
}

Result<> Visibility::may_give(const identity::VirtualKey& key) const {
  if (administrator_) return {};
  if (key.administrator) return denied("administrator keys cannot be given by this key");
  auto unit = key.unit;
  if (key.user) {
    const auto* owner = world_.find(key.user);
    if (!owner || !sees(*owner)) return missing("user");
    if (above_head(*owner)) {
      return denied("user '" + owner->name + "' has rights that this key has not");
    }
    if (!unit) unit = owner->unit;
  }
  TRY_VOID(may_create_in(unit));
  return within_own(key.limits, key.models);
}

Result<> Visibility::within_own(const identity::LimitSettings& limits,
                                const std::vector<std::string>& models) const {
  if (administrator_) return {};
  const auto* unit = world_.find(unit_);
  if (!unit) return denied("this key belongs to no unit");
  if (auto more = more_than(limits, unit->limits); !more.empty()) {
    return denied(more + " of unit '" + unit->name + "'");
  }
  for (const auto* above : identity::unit_chain(world_, unit_)) {
    if (auto model = not_covered(models, above->models); !model.empty()) {
      return denied("model '" + model + "' is not among those of unit '" + above->name + "'");
    }
  }
  return {};
}

std::vector<UnitId> Visibility::units() const {
  std::vector<UnitId> units;
  for (const auto& unit : world_.units) {
    if (head_ && in_subtree(unit.id)) units.push_back(unit.id);
  }
  return units;
}

}  // namespace sekisho::api
