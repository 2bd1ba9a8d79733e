#pragma once
// The LedgerWorker: admission over levels and the journal records of one worker. Its thread only.

#include <atomic>
#include <functional>
#include <vector>

#include "ledger/lane.h"
#include "ledger/latest_day.h"
#include "ledger/ledger.h"

namespace sekisho::ledger {

class Worker final : public LedgerWorker {
 public:
  // `wake` asks the ledger's thread for a new segment (cheap when asked already). All outlive the
  // worker.
  struct Parts {
    const Clock& clock;
    Lane& lane;
    LatestDay& latest_day;
    const std::atomic<bool>& troubled;  // journal or books cannot be written at the moment
    std::move_only_function<void()> wake;
    std::move_only_function<Error() const> no_room;  // why there is no new segment
  };
  explicit Worker(Parts parts) : parts_(std::move(parts)) {}

  Result<std::expected<Hold, Denied>> admit(const Ask& ask, std::span<const Level> levels,
                                            std::shared_ptr<const void> policy) override;
  Money available(std::span<const Level> levels) override;
  std::optional<std::int64_t> tokens_left(std::span<const Level> levels) override;
  std::optional<Denied> would_deny(const Ask& ask, std::span<const Level> levels) override;

 private:
  enum class Step : std::uint8_t { kDone, kDenied, kMovedOn };
  struct Moment {
    WallTime wall{};  // as the clock says
    SteadyTime steady{};
    WallTime window_time{};  // never goes back
    CivilDay day;
  };
  void progress(Hold::State& call) override;
  void settle(const Hold::State& call, Money cost, Settlement how) override;
  void release(const Hold::State& call) override;

  bool has_room() const;
  bool troubled_too_long();
  Moment moment(std::span<const Level> levels);
  static void catch_up(Moment& moment, std::span<const Level> levels);
  const CivilDay& civil_day(const TimeZone& zone, WallTime at);
  Step take(const Ask& ask, const Level& level, const Moment& moment, Hold::Held& held,
            Denied::What& what);
  Step take_all(const Ask& ask, std::span<const Level> levels, const Moment& moment,
                Hold::State& call, Denied::What& what);
  void give_back(const Hold::State& call);
  Result<> check(const Ask& ask, std::span<const Level> levels) const;
  Denied explain(Denied::What what, const Ask& ask, std::span<const Level> levels,
                 std::size_t level, const Moment& moment) const;
  void write(const Hold::State& call, RecordKind kind, Money cost, Settlement how);

  struct ZoneDay {
    const TimeZone* zone;
    CivilDay day;
  };
  Parts parts_;
  std::vector<ZoneDay> days_;                 // the present day of each zone that was used
  std::size_t open_ = 0;                      // holds; each has a record's room set aside
  std::optional<SteadyTime> troubled_since_;  // as this worker met it
};

}  // namespace sekisho::ledger
