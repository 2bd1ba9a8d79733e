#pragma once
// The small organisation of the simulation: five keys of three users in two teams below one
// department, with limits at any level, changed at random. Owned by one schedule.

#include <map>
#include <vector>

#include "base/random.h"
#include "ledger/ledger.h"

namespace sekisho::ledger {

class SimulatedOrganisation {
 public:
  explicit SimulatedOrganisation(Random& random) : random_(random) {
    for (int i = 0; i < 4; ++i) change_limits();
    change_zone();
  }
  static constexpr std::uint64_t kKeys = 5;

  static CallFacts facts(std::uint64_t key) {
    CallFacts out;
    out.key = {static_cast<std::int64_t>(key)};
    out.user = {static_cast<std::int64_t>(1 + key % 3)};
    out.unit = {static_cast<std::int64_t>(2 + key % 2)};
    out.organisation = {1};
    out.model = {static_cast<std::int64_t>(1 + key % 2)};
    return out;
  }
  static std::vector<Scope> scopes(const CallFacts& call) {
    return {{ScopeKind::kKey, call.key.value},
            {ScopeKind::kUser, call.user.value},
            {ScopeKind::kUnit, call.unit.value},
            {ScopeKind::kUnit, 1},
            {ScopeKind::kOrganisation, 1}};
  }
  Result<std::vector<Level>> levels(const CallFacts& call, Ledger& ledger, WallTime now) {
    std::vector<Level> out;
    for (Scope scope : scopes(call)) {
      TRY(Account * account, ledger.account(scope, *zone_, now));
      out.push_back({account, limits_[scope], zone_, "level", "somebody"});
    }
    return out;
  }
  const TimeZone& zone() const { return *zone_; }

  void change_limits() {
    auto all = scopes(facts(1 + random_.below(kKeys)));
    Limits& limits = limits_[all[random_.below(all.size())]];
    limits = {};
    limits.window = static_cast<Window>(random_.below(kWindowKinds));
    if (random_.below(4) > 0) limits.budget = Money{1'000 * below(8'000)};
    if (random_.below(6) == 0) limits.parallel = 1 + below(4);
    if (random_.below(8) == 0) limits.requests_per_minute = 1 + below(20);
    if (random_.below(8) == 0) limits.tokens_per_minute = 1 + below(5'000);
  }
  void lift_limits() { limits_.clear(); }
  void change_zone() {
    constexpr const char* kZones[] = {"Asia/Tokyo", "America/New_York", "Europe/London",
                                      "Pacific/Apia"};
    zone_ = TimeZone::find(kZones[random_.below(std::size(kZones))]);
  }

 private:
  std::int64_t below(std::uint64_t bound) {
    return static_cast<std::int64_t>(random_.below(bound));
  }
  Random& random_;
  std::map<Scope, Limits> limits_;
  const TimeZone* zone_ = nullptr;
};

}  // namespace sekisho::ledger
