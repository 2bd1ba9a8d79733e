#pragma once
// One schedule of the ledger's simulation: from a seed, what a gateway's workers, clients,
// upstreams, operators, clocks, disks and power supplies do to a ledger, one act after the other,
// and after each act the law. The same seed gives the same schedule to the bit. One thread.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/fault_seams.h"
#include "ledger/record.h"
#include "ledger/simulated_calls.h"
#include "ledger/simulated_organisation.h"
#include "ledger/test_ledger.h"

namespace sekisho::ledger {

struct ScheduleCounts {
  std::uint64_t calls = 0, denied = 0, no_room = 0, entries = 0, kills = 0, power_cuts = 0,
                torn = 0, deaths_inside = 0, restarts = 0;
  std::uint64_t digest = 0;  // of all that happened
  ScheduleCounts& operator+=(const ScheduleCounts& other);
};

class Schedule {
 public:
  // `database` has the ledger's schema; its rows are deleted.
  Schedule(std::uint64_t seed, store::Database& database);
  ~Schedule() { end_process(); }
  Result<ScheduleCounts> run();  // kInternal: the law is broken, and how

 private:
  using Told = SimulatedCall::Told;

  // ledger_simulation_calls_test.cpp: what calls do.
  Result<> act_on_calls();
  Result<> admit();
  Result<> check_admitted(const SimulatedCall& call, std::span<const Level> levels) const;
  Result<> check_denied(const Ask& ask, std::span<const Level> levels, const Denied& denied) const;
  Result<> check_accounts(const SimulatedCall& call);
  std::int64_t day_of(std::span<const Level> levels) const;
  bool progress_is_certain(const SimulatedCall& call) const;
  void progress(SimulatedCall& call);
  void settle(SimulatedCall& call);
  void fail_upstream(SimulatedCall& call);
  void hang_up(SimulatedCall& call);
  void told(SimulatedCall& call, Told what, Booked booked = {});

  // ledger_simulation_test.cpp: what the world does.
  Result<> act();
  Result<> act_on_world();
  Result<> keep();
  void step_clock();
  void disturb();
  void end_disturbances();
  Result<> crash(bool power);
  bool tear_last_record();
  bool is_last_told(const Record& record) const;
  Result<> start_process();
  void end_process();
  Result<> restart(SimulatedCalls::Loss loss);
  Result<> restart_gracefully();
  Result<> finish();

  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::int64_t amount(std::int64_t at_most) {  // a multiple of a token's price
    return static_cast<std::int64_t>(below(static_cast<std::uint64_t>(at_most / 1'000) + 1)) *
           1'000;
  }
  void note(std::uint64_t value) { counts_.digest = (counts_.digest ^ value) * 0x100000001B3; }

  std::uint64_t seed_;
  SeededRandom random_;
  ManualClock clock_;
  SimDisk disk_{random_};
  Fuse fuse_;
  FusedDisk fused_disk_{disk_, fuse_};
  store::Database& database_;
  FusedBooks books_{database_, fuse_};
  SimulatedOrganisation organisation_{random_};
  ScheduleCounts counts_;

  struct WorkerState {
    std::unique_ptr<LedgerWorker> worker;
    std::size_t appended = 0;  // since a segment was made ready
  };
  std::unique_ptr<Ledger> ledger_;
  std::vector<WorkerState> workers_;
  std::size_t segment_records_ = 16;
  SimulatedCalls calls_;
  SimulatedCall* last_told_ = nullptr;
};

}  // namespace sekisho::ledger
