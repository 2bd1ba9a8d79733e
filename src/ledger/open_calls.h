#pragma once
// Folds journal records by request: what is open, and what has become an entry. One thread.

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "ledger/account.h"
#include "ledger/money_flow.h"
#include "ledger/segment.h"

namespace sekisho::ledger {

class OpenCalls {
 public:
  struct Call {
    Record record;         // its latest
    bool has_row = false;  // in open_call, perhaps of an older record
    // The oldest segment with a record that is newer than the row. Later ones may not have been
    // flushed yet: when this one goes, the row must be brought up to date.
    std::optional<SegmentName> newer_than_row;
  };

  // What a settle record books; nothing for the other kinds.
  std::optional<Record> apply(const Record& record, SegmentName segment);
  // A row of open_call, read at the start.
  void restore(const Record& record);
  // How a crash's open calls are booked: each with its best known amount.
  std::vector<Record> close_all();

  const std::unordered_map<RequestId, Call>& calls() const { return calls_; }
  // Open calls of which the segment may hold the only record on the disk.
  std::vector<RequestId> need_row_without(SegmentName segment) const;
  void mark_row(RequestId request);
  // Requests that had a row in open_call and have ended; the caller deletes the rows.
  const std::vector<RequestId>& ended_rows() const { return ended_rows_; }
  void forget_ended_rows() { ended_rows_.clear(); }

 private:
  std::unordered_map<RequestId, Call> calls_;
  std::vector<RequestId> ended_rows_;
};

// The accounts that a record charges.
std::vector<Scope> charged_scopes(const Record& record);

}  // namespace sekisho::ledger
