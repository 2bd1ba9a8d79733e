#pragma once
// All calls of one schedule, and what accounts and books must say of them: the law of the
// simulation. Every check answers kInternal and one sentence when the ledger breaks it.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "ledger/simulated_call.h"
#include "store/database.h"

namespace sekisho::ledger {

inline Failure broken_law(std::string what) {
  return fail(Code::kInternal, std::move(what));
}

class SimulatedCalls {
 public:
  struct Loss {
    bool power = false;  // else the process was only killed
    RequestId torn{};    // whose last record was torn
  };

  SimulatedCall& admitted(std::unique_ptr<SimulatedCall> call) {
    add(*call, call->worst);
    return *calls_.emplace_back(std::move(call));
  }
  // Something was told to the ledger about a call.
  void told(SimulatedCall& call, SimulatedCall::Fact fact) {
    Money before = call.committed();
    call.history.push_back(fact);
    add(call, call.committed() - before);
  }
  std::uint64_t entries() const {
    return static_cast<std::uint64_t>(std::ranges::count_if(calls_, [](const auto& call) {
      return call->history.back().told == SimulatedCall::Told::kSettle;
    }));
  }
  std::vector<SimulatedCall*> open() const {
    std::vector<SimulatedCall*> out;
    for (const auto& call : calls_) {
      if (!call->certain && call->open()) out.push_back(call.get());
    }
    return out;
  }
  // A flush has worked: nothing told so far can be lost.
  void flushed() {
    for (auto& call : calls_) call->safe = call->history.size();
  }
  // The books have been written: entries cannot be lost.
  void booked() {
    for (auto& call : calls_) {
      bool settled = call->history.back().told == SimulatedCall::Told::kSettle;
      if (settled) call->safe = call->history.size();
    }
  }
  void drop_holds() {
    for (auto& call : calls_) call->hold = Hold();
  }

  Money committed(Scope scope, std::int64_t window) const {
    auto found = sums_.find({scope, window});
    return found == sums_.end() ? Money{} : found->second;
  }
  std::int64_t parallel(Scope scope) const {
    std::int64_t count = 0;
    for (const auto* call : open()) count += std::ranges::count(call->charged, scope);
    return count;
  }

  // Law: what an account holds is the sum of its entries and open reservations, to the nano-dollar.
  Result<> check(const Account& account) const {
    for (std::size_t i = 0; i < kWindowKinds; ++i) {
      auto state = account.state(static_cast<Window>(i));
      Money expected = committed(account.scope(), state.window);
      if (state.window == 0 || state.committed == expected) continue;
      return broken_law(fmt::format("account {}/{} holds {} in window {}, its calls make {}",
                                    static_cast<int>(account.scope().kind), account.scope().id,
                                    state.committed.nano_usd, state.window, expected.nano_usd));
    }
    return {};
  }

  // Law: one entry for each served call, of its amount; the sums are those of the entries. From
  // here on, calls are what the books say.
  Result<> settle_with_books(store::Database& books, Loss loss) {
    TRY(auto entries, read_entries(books));
    std::size_t found = 0;
    for (auto& call : calls_) {
      auto entry = entries.find(call->facts.request);
      std::optional<Booked> booked;
      if (entry != entries.end()) booked = entry->second;
      found += booked ? 1 : 0;
      TRY_VOID(check_entry(*call, booked, loss));
      call->become(booked);
    }
    if (found != entries.size()) return broken_law("the books have an entry of no call");
    sums_.clear();
    for (auto& call : calls_) add(*call, call->committed());
    return check_sums(books);
  }

 private:
  using DaySums = std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, std::int64_t>;

  void add(const SimulatedCall& call, Money amount) {
    if (amount == Money{}) return;
    auto windows = windows_of_day(call.day);
    for (Scope scope : call.charged) {
      for (std::int64_t window : windows) sums_[{scope, window}] += amount;
    }
  }

  static Result<std::map<RequestId, Booked>> read_entries(store::Database& books) {
    std::map<RequestId, Booked> out;
    TRY(auto rows, books.query("SELECT request, cost, settlement FROM ledger_entry"));
    for (;;) {
      TRY(bool row, rows.step());
      if (!row) return out;
      RequestId request;
      std::ranges::copy(rows.blob(0), request.bytes.begin());
      out[request] = {static_cast<Settlement>(rows.integer(2)), rows.money(1)};
    }
  }

  static Result<> check_entry(const SimulatedCall& call, const std::optional<Booked>& entry,
                              Loss loss) {
    std::size_t at_least = loss.power ? call.safe : call.history.size();
    if (call.facts.request == loss.torn) at_least = std::min(at_least, call.history.size() - 1);
    if (!call.may_show(entry, at_least)) {
      return broken_law(fmt::format(
          "call {}: {} of {} things told are safe, the last one {} with {}"
          "; reserved {}; the books show {} {}",
          call.facts.request.text(), at_least, call.history.size(),
          static_cast<int>(call.history.back().told), call.history.back().booked.cost.nano_usd,
          call.worst.nano_usd, entry ? settlement_name(entry->how) : "nothing",
          entry ? entry->cost.nano_usd : 0));
    }
    if (entry && entry->how == Settlement::kReserved && entry->cost < call.bill) {
      return broken_law("a call that was booked at its reservation cost more");
    }
    return {};
  }

  Result<> check_sums(store::Database& books) const {
    DaySums expected;
    std::int64_t cost = 0, requests = 0;
    for (const auto& call : calls_) {
      if (call->history.back().told != SimulatedCall::Told::kSettle) continue;
      ++requests;
      cost += call->committed().nano_usd;
      for (Scope scope : call->charged) {
        expected[{static_cast<std::int64_t>(scope.kind), scope.id, call->day}] +=
            call->committed().nano_usd;
      }
    }
    DaySums shown;
    TRY(auto rows, books.query("SELECT kind, id, day, cost FROM account_day"));
    for (;;) {
      TRY(bool row, rows.step());
      if (!row) break;
      shown[{rows.integer(0), rows.integer(1), rows.integer(2)}] = rows.integer(3);
    }
    if (shown != expected) return broken_law("the sums of accounts are not those of the entries");
    TRY(auto total, books.query("SELECT ifnull(sum(requests), 0), ifnull(sum(cost), 0)"
                                " FROM spend_day"));
    TRY(bool row, total.step());
    if (row && total.integer(0) == requests && total.integer(1) == cost) return {};
    return broken_law("the sums of days are not those of the entries");
  }

  std::vector<std::unique_ptr<SimulatedCall>> calls_;
  std::map<std::pair<Scope, std::int64_t>, Money> sums_;
};

}  // namespace sekisho::ledger
