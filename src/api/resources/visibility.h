#pragma once
// The one place that decides what a caller may see and change, beyond the route's permission.
// Administrators and auditors see everything in their organisation. A unit head sees and manages
// the own unit and all below it, but cannot change the own unit's limits or give on more than that
// unit has, and has no power over administrators and auditors. A developer sees what is the own
// user's. A value with a reference to `world`, for one job.
//
// What may not be seen does not exist for the caller: kNotFound. Errors otherwise:
// kPermissionDenied, saying what is missing.

#include <string>
#include <vector>

#include "gateway/policy.h"
#include "identity/world.h"

namespace sekisho::api {

class Visibility {
 public:
  // `caller` comes from the policy snapshot of the request.
  Visibility(const identity::World& world, const gateway::KeyPolicy& caller);

  bool administrator() const { return administrator_; }
  bool everything() const { return everything_; }
  OrganisationId organisation() const { return caller_.organisation; }
  UserId own_user() const { return caller_.user; }
  UnitId own_unit() const { return unit_; }
  KeyId own_key() const { return caller_.key; }

  bool sees(const identity::Unit& unit) const;
  bool sees(const identity::User& user) const;
  bool sees(const identity::VirtualKey& key) const;
  bool sees(OrganisationId organisation) const { return organisation == caller_.organisation; }
  // A booked or recorded call with these owners.
  bool sees_call(OrganisationId organisation, UnitId unit, UserId user, KeyId key) const;

  Result<> may_manage(const identity::Unit& unit) const;  // its limits and place
  Result<> may_create_in(UnitId unit) const;              // keys, users, child units
  Result<> may_manage(const identity::User& user) const;
  Result<> may_manage(const identity::VirtualKey& key) const;
  // The value as it would stand: its place, owner and role must be the caller's to give.
  Result<> may_give(const identity::User& user) const;
  Result<> may_give(const identity::VirtualKey& key) const;
  // Limits and models given on must be within what the own unit has.
  Result<> within_own(const identity::LimitSettings& limits,
                      const std::vector<std::string>& models) const;

  // Units whose calls the caller may see, when not everything().
  std::vector<UnitId> units() const;
  bool head() const { return head_; }

 private:
  bool in_subtree(UnitId unit) const;
  bool above_head(const identity::User& user) const;
  const identity::World& world_;
  gateway::KeyPolicy caller_;
  UnitId unit_;  // the owner's, not the key's: powers belong to people
  bool administrator_, everything_, head_;
};

}  // namespace sekisho::api
