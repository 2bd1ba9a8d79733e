#pragma once
// Carries what the workers have journalled into the books: follows every lane, folds records into
// calls, writes entries in bulk, then deletes segments whose records are all in the database. One
// caller at a time. A failed write (disk full) loses nothing: the entries wait here and in the
// journal, and the next round tries them again.

#include <cstdint>
#include <map>
#include <vector>

#include "ledger/books.h"
#include "ledger/lane.h"
#include "ledger/open_calls.h"

namespace sekisho::ledger {

class BookKeeper {
 public:
  explicit BookKeeper(Books& books) : books_(books) {}

  // One round over the lanes: at most limits::kBooksBatch records. True when nothing is left.
  Result<bool> round(std::span<Lane* const> lanes);
  std::uint64_t entries() const { return entries_; }

 private:
  struct Position {
    std::uint64_t sequence = 0;  // of the segment being read
    std::size_t records = 0;     // read from it
  };
  std::size_t follow(const Lane& lane, std::size_t at_most);
  std::vector<SegmentName> finished(const Lane& lane) const;
  Result<> write(store::Database& database, std::span<const SegmentName> finished,
                 std::span<const RequestId> kept, std::size_t& fresh);

  Books& books_;
  OpenCalls open_;
  std::map<std::uint32_t, Position> positions_;  // by worker
  std::vector<Record> waiting_;                  // settle records not yet in the database
  std::uint64_t entries_ = 0;
};

}  // namespace sekisho::ledger
