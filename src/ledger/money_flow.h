#pragma once
// What admission is asked, and how it answers. Values.

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"

namespace sekisho::ledger {

// How an entry came to its amount.
enum class Settlement : std::uint8_t {
  kReported,   // from the provider's final usage
  kPartial,    // stream cut: the provider's figures so far plus an estimate of what passed
  kEstimated,  // no usage from the provider
  kReserved,   // nothing known (crash): the whole reservation is booked
};
std::string_view settlement_name(Settlement settlement);  // "reported" …

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
  std::size_t level = 0;                // index in the levels given
  Money committed, cap;                 // kBudget
  std::int64_t present = 0, limit = 0;  // the others
  std::string resets;                   // ISO 8601; empty = never, or when a call ends (kParallel)
  std::optional<std::int64_t> retry_after_s;  // kTokens: absent = never, it asks beyond the limit
};

}  // namespace sekisho::ledger
