#pragma once
// Organisations, units, users and virtual keys in the database. A thin view of a store::Database:
// make one inside a job of the StoreThread, call, let it go. A change is all or nothing.
//
//   store.write(loop, [unit](store::Database& db) { return IdentityStore(db).create(unit); });
//
// Changes take the whole new value: get, alter, put back, within one job. Ids, hash, display form
// and creation time of a key never change. Deleting keeps the row (marked) for reports; it is gone
// for load_world() and for uniqueness.
//
// Errors: kInvalidArgument and kTooLarge name the field; kNotFound and kConflict name the thing.
// kStoreFailed from below.

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "identity/identity.h"
#include "identity/world.h"
#include "store/database.h"

namespace sekisho::identity {

// A key just made; `text` exists only here.
struct NewKey {
  VirtualKey key;
  std::string text;
};

struct Bootstrap {
  OrganisationId organisation;
  std::optional<NewKey> administrator;  // set when one was made now
};

// Absent members do not restrict. Rows come by ascending id, after `after`.
struct KeyFilter {
  std::optional<OrganisationId> organisation;
  std::optional<UserId> user;
  std::optional<UnitId> unit;  // exactly this unit
  std::optional<std::string> alias;
  bool with_deleted = false;
  KeyId after;
  std::size_t at_most = 100;
};

class IdentityStore {
 public:
  explicit IdentityStore(store::Database& database) : db_(database) {}

  Result<World> load_world();

  // The first organisation, and an administrator key if no usable one exists.
  Result<Bootstrap> bootstrap(const Organisation& organisation, Random& random, WallTime now);

  // Makes `text` (from a secret reference of the configuration) a usable administrator key.
  Result<Bootstrap> bootstrap_with(const Organisation& organisation, const std::string& text,
                                   Random& random, WallTime now);

  Result<OrganisationId> create(const Organisation& organisation);
  Result<> update(const Organisation& organisation);
  Result<Organisation> get(OrganisationId id);
  Result<std::vector<Organisation>> organisations();

  Result<UnitId> create(const Unit& unit);
  Result<> update(const Unit& unit);         // may move it; never into itself or below it
  Result<> remove(UnitId id, WallTime now);  // kConflict while anything is inside
  Result<Unit> get(UnitId id);
  Result<std::vector<Unit>> units(OrganisationId organisation, bool with_deleted = false);

  Result<UserId> create(const User& user);
  Result<> update(const User& user);
  Result<> remove(UserId id, WallTime now);  // and the user's keys
  Result<User> get(UserId id);
  Result<std::vector<User>> users(OrganisationId organisation, bool with_deleted = false);

  // `key`'s id, hash, display and created are given here. Without a unit, the owner's is taken.
  Result<NewKey> create(VirtualKey key, Random& random, WallTime now);
  // The same with a text that somebody chose. REQUIRES: hard to guess.
  Result<NewKey> create(VirtualKey key, std::string text, WallTime now);
  Result<VirtualKey> update(VirtualKey key);  // as it is kept: without a unit it has its owner's
  Result<> block(KeyId id, bool blocked);
  Result<> remove(KeyId id, WallTime now);
  Result<VirtualKey> get(KeyId id);
  Result<std::optional<VirtualKey>> find_key(const KeyHash& hash);  // a deleted one too
  Result<std::vector<VirtualKey>> keys(const KeyFilter& filter);

 private:
  Result<> check_unit_place(const Unit& unit);
  Result<> check_owner(const VirtualKey& key);
  Result<> place(VirtualKey& key);
  Result<> keep_an_administrator(const VirtualKey& losing);
  Result<bool> any(std::string_view sql, std::int64_t id);
  store::Database& db_;
};

}  // namespace sekisho::identity
