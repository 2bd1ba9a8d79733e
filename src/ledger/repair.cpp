#include <fmt/format.h>

#include <algorithm>

#include "ledger/journal_files.h"
#include "ledger/recovery.h"

namespace sekisho::ledger {
namespace {

// Records get new numbers: they stand close together now.
Result<> write_segment(Disk& disk, const std::string& directory, SegmentName name,
                       std::span<Record> records) {
  std::size_t bytes = kHeaderBytes + (records.size() + 1) * kRecordBytes;
  bytes = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  TRY(auto segment, Segment::create(disk, directory, name, bytes));
  for (auto& record : records) segment->append(record);
  return segment->sync();
}

class Repair {
 public:
  Repair(Disk& disk, const std::string& directory) : disk_(disk), directory_(directory) {}

  Result<std::vector<std::string>> run() {
    TRY(auto names, list_segments(disk_, directory_));
    for (std::size_t i = 0; i < names.size(); ++i) {
      bool follows = i > 0 && names[i - 1].worker == names[i].worker;
      if (follows) TRY_VOID(fill_gap(names[i - 1], names[i]));
      bool last = i + 1 == names.size() || names[i + 1].worker != names[i].worker;
      TRY_VOID(look_at(names[i], last));
    }
    return std::move(done_);
  }

 private:
  Result<> fill_gap(SegmentName from, SegmentName to) {
    for (auto name = from; ++name.sequence < to.sequence;) {
      TRY_VOID(write_segment(disk_, directory_, name, {}));
      done_.push_back(name.text() + " was missing: its records are lost");
    }
    return {};
  }

  Result<> look_at(SegmentName name, bool last) {
    std::string path = directory_ + "/" + name.text();
    std::vector<Record> good;
    {
      TRY(auto file, disk_.open(path));
      auto contents = read_segment(file->bytes(), path);
      if (contents && (last || !contents->torn)) return {};
      if (!contents && contents.error().code != Code::kCorrupt) {
        return Failure(contents.error());
      }
      good = salvage_records(file->bytes(), name);
    }
    TRY_VOID(disk_.rename(path, path + ".damaged"));
    TRY_VOID(write_segment(disk_, directory_, name, good));
    done_.push_back(fmt::format("{} was damaged: kept {} good records, the old file is {}.damaged",
                                name.text(), good.size(), name.text()));
    return {};
  }

  Disk& disk_;
  const std::string& directory_;
  std::vector<std::string> done_;
};

}  // namespace

Result<std::vector<std::string>> repair_journal(Disk& disk, const std::string& directory) {
  return Repair(disk, directory).run();
}

}  // namespace sekisho::ledger
