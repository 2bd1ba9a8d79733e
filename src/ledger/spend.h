#pragma once
// Questions to the books, to be asked on a reading connection: what was spent, by whom, on what, in
// whole days of the organisation's calendar; and single entries. What the journal holds is in the
// books within limits::kBooksInterval; live figures of an account are Account::state().
//
// Entries come newest first. A page ends when it is full or when limits::kLedgerScan entries were
// looked at; `next` goes on from there (pass it as `before`). No `next`: nothing older is left.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "ledger/account.h"
#include "ledger/money_flow.h"
#include "store/database.h"
#include "wire/usage.h"

namespace sekisho::ledger {

struct SpendFilter {
  std::optional<OrganisationId> organisation;
  std::vector<UnitId> units;  // any of them (a subtree is given as its list); empty = all
  std::optional<UserId> user;
  std::optional<KeyId> key;
  std::optional<ModelId> model;
  std::optional<DeploymentId> deployment;
  // Days since 1970-01-01 (CivilDay::day); from <= day < until.
  std::optional<std::int64_t> from_day, until_day;
};

struct SpendTotals {
  std::int64_t requests = 0;
  wire::Usage usage;  // its source says nothing here
  Money cost;
};
Result<SpendTotals> spend_total(store::Database& database, const SpendFilter& filter);

enum class SpendGroup : std::uint8_t {
  kDay,
  kOrganisation,
  kUnit,
  kUser,
  kKey,
  kModel,
  kDeployment
};
struct SpendRow {
  std::int64_t group = 0;  // the day, or the id (0 = none)
  SpendTotals totals;
};
// Days in order; everything else dearest first. At most limits::kListPage rows from `offset` on.
Result<std::vector<SpendRow>> spend_by(store::Database& database, const SpendFilter& filter,
                                       SpendGroup group, std::size_t offset = 0);

// Several groups at once, in the order given. Days first where they are the first group, then
// dearest first.
struct SpendTableRow {
  std::vector<std::int64_t> groups;
  SpendTotals totals;
};
Result<std::vector<SpendTableRow>> spend_table(store::Database& database, const SpendFilter& filter,
                                               std::span<const SpendGroup> groups,
                                               std::size_t offset = 0);

// What is booked on a scope's account from that day on.
Result<Money> account_spent(store::Database& database, Scope scope, std::int64_t from_day);

struct Entry {
  CallFacts call;  // `at` to the millisecond
  std::int64_t day = 0;
  wire::Usage usage;
  Money cost, reserved;
  Settlement settlement = Settlement::kReported;
};
Result<std::optional<Entry>> find_entry(store::Database& database, const RequestId& request);

struct EntryPage {
  std::vector<Entry> entries;
  std::optional<RequestId> next;
};
Result<EntryPage> list_entries(store::Database& database, const SpendFilter& filter,
                               std::optional<RequestId> before, std::size_t at_most);

}  // namespace sekisho::ledger
