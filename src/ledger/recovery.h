#pragma once
// What a start does with the journal that an earlier process left: reads all of it, closes the
// calls that were open, writes everything to the books, deletes the segments. Doing it again, after
// being killed at any point, gives the same books. Errors: kCorrupt (file and offset; nothing has
// been changed), kStoreFailed.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/books.h"
#include "ledger/disk.h"
#include "ledger/segment.h"

namespace sekisho::ledger {

struct Recovered {
  std::map<std::uint32_t, std::uint64_t> last_sequence;  // by worker
  std::int64_t window_ms = 0;        // the latest window time that was ever charged
  std::uint64_t closed = 0;          // calls that were open
  std::uint64_t cut_records = 0;     // torn or never flushed
  std::vector<std::string> remarks;  // what was cut, for the log
};
Result<Recovered> recover_journal(Disk& disk, const std::string& directory, Books& books);

// For `doctor`: moves each damaged segment aside (".damaged") and puts its good records into a
// segment of the same name; closes gaps. Answers what it did. REQUIRES: nothing else uses the
// directory.
Result<std::vector<std::string>> repair_journal(Disk& disk, const std::string& directory);

}  // namespace sekisho::ledger
