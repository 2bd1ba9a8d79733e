#pragma once
// Money flow of one call: admit (reserve at every level, all or nothing, in fixed order) → progress
// → settle or release. Every step is first a journal record (journal.h), then a counter. A Hold that
// is destroyed unsettled settles itself with the best known amount and is marked so: no served
// request goes unbilled, whatever path the code takes.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"
#include "base/result.h"
#include "ledger/account.h"
#include "wire/usage.h"

namespace sekisho::ledger {

// How an entry came to its amount.
enum class Settlement : std::uint8_t {
  kReported,   // from the provider's final usage
  kPartial,    // stream cut: the provider's figures so far plus an estimate of what passed
  kEstimated,  // no usage from the provider
  kReserved,   // nothing known (crash): the whole reservation is booked
};

struct CallFacts {  // who and what, for the ledger entry
  RequestId request;
  WallTime at{};
  OrganisationId organisation;
  UnitId unit;
  UserId user;
  KeyId key;
  ModelId model;
  DeploymentId deployment;
};

struct Ask {  // what admission wants to hold
  CallFacts call;
  Money worst_case;
  std::int64_t tokens = 0;  // for tokens per minute
};

struct Denied {
  enum class What : std::uint8_t { kBudget, kRequests, kTokens, kParallel };
  What what = What::kBudget;
  std::size_t level = 0;  // index in the levels given
  Money committed, cap;   // kBudget
  std::int64_t present = 0, limit = 0;  // the others
  std::string resets;     // ISO 8601; empty = never
  std::optional<std::int64_t> retry_after_s;
};

class Ledger;
class Hold {
 public:
  Hold() = default;
  Hold(Hold&&) noexcept;
  Hold& operator=(Hold&&) noexcept;
  ~Hold();

  explicit operator bool() const { return ledger_ != nullptr; }
  Money reserved() const { return reserved_; }
  // The deployment may change on failover before anything was served.
  void deployment(DeploymentId id) { facts_.deployment = id; }
  // Best known usage and cost so far (message_start, estimates); journalled at most every
  // `limits` step so that a crash books it. Cheap to call per event.
  void progress(const wire::Usage& usage, Money cost);
  // Books exactly one entry and corrects every level. Call once.
  void settle(const wire::Usage& usage, Money cost, Settlement how);
  // Nothing was served: no entry, everything given back.
  void release();

 private:
  friend class LedgerWorker;
  Ledger* ledger_ = nullptr;
  class LedgerWorker* worker_ = nullptr;
  CallFacts facts_;
  Money reserved_, known_cost_;
  wire::Usage known_usage_;
  std::int64_t tokens_ = 0;
  SteadyTime taken_at_{};
  struct Held {
    const Level* level;
    std::int64_t window;
  };
  std::array<Held, 20> held_{};
  std::size_t levels_ = 0;
  std::shared_ptr<const void> policy_;  // keeps the levels alive
};

// Per worker; owns that worker's journal segment writer. Loop thread only.
class LedgerWorker {
 public:
  virtual ~LedgerWorker() = default;
  // `policy` owns what `levels` points to. kStoreFailed (journal cannot grow: disk full) comes as
  // an Error in the outer Result; a limit comes as Denied.
  virtual Result<std::expected<Hold, Denied>> admit(const Ask& ask, std::span<const Level> levels,
                                                    std::shared_ptr<const void> policy) = 0;
  // What every level would still allow, without taking anything (for lowering max_tokens and for
  // explain).
  virtual Money available(std::span<const Level> levels) = 0;
  virtual std::optional<Denied> would_deny(const Ask& ask, std::span<const Level> levels) = 0;
};

}  // namespace sekisho::ledger
