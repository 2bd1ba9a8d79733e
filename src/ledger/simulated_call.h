#pragma once
// What the simulation knows of one call, apart from the ledger: what the provider has billed, what
// the ledger has been told, and which entries the books may show of it after the process ended.

#include <optional>
#include <vector>

#include "ledger/ledger.h"

namespace sekisho::ledger {

struct Booked {
  Settlement how = Settlement::kReported;
  Money cost;
  friend bool operator==(const Booked&, const Booked&) = default;
};

struct SimulatedCall {
  enum class Told : std::uint8_t { kReserve, kProgress, kSettle, kRelease };
  struct Fact {
    Told told;
    Booked booked;  // kProgress: the amount known; kSettle: the entry
  };

  CallFacts facts;
  std::vector<Scope> charged;
  std::int64_t day = 0;
  Money worst, bill;
  std::size_t worker = 0;
  Hold hold;
  std::vector<Fact> history;
  std::size_t safe = 0;    // so many of its facts are on the disk or in the database
  bool certain = false;    // the books have been compared since it ended
  bool disturbed = false;  // the journal may have been too full for its progress

  bool open() const {
    return history.back().told == Told::kReserve || history.back().told == Told::kProgress;
  }
  // What counts against caps.
  Money committed() const {
    if (open()) return worst;
    return history.back().told == Told::kSettle ? history.back().booked.cost : Money{};
  }
  // From its end on: exactly one entry, or none.
  void become(std::optional<Booked> entry) {
    history.assign(1, entry ? Fact{Told::kSettle, *entry} : Fact{Told::kRelease, {}});
    safe = 1;
    certain = true;
  }
  // Whether `entry` is right if the last things told, all but `at_least` of them, may be lost.
  bool may_show(const std::optional<Booked>& entry, std::size_t at_least) const {
    for (std::size_t known = at_least; known <= history.size(); ++known) {
      if (shows(entry, known)) return true;
    }
    return false;
  }

 private:
  bool shows(const std::optional<Booked>& entry, std::size_t known) const {
    if (known == 0 || history[known - 1].told == Told::kRelease) return !entry;
    if (!entry) return false;
    if (history[known - 1].told == Told::kSettle) return *entry == history[known - 1].booked;
    bool reserved = *entry == Booked{Settlement::kReserved, worst};
    if (history[known - 1].told == Told::kReserve) return reserved;
    return (disturbed && reserved) || shows_progress(*entry, known);
  }
  // Progress is journalled whenever it has grown by a sixteenth of the reservation.
  bool shows_progress(const Booked& entry, std::size_t known) const {
    Money latest = history[known - 1].booked.cost;
    bool near = disturbed || latest.nano_usd - entry.cost.nano_usd <= worst.nano_usd / 16;
    if (entry.how != Settlement::kPartial || !near) return false;
    for (std::size_t i = 1; i < known; ++i) {
      if (history[i].booked.cost == entry.cost) return true;
    }
    return false;
  }
};

}  // namespace sekisho::ledger
