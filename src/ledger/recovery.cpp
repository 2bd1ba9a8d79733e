#include "ledger/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "ledger/entry_writer.h"
#include "ledger/journal_files.h"
#include "ledger/open_calls.h"

namespace sekisho::ledger {
namespace {

class Recovery {
 public:
  Recovery(Disk& disk, const std::string& directory, Books& books)
      : disk_(disk), directory_(directory), books_(books) {}

  Result<Recovered> run() {
    TRY_VOID(books_.read([this](store::Database& database) { return load(database); }));
    TRY(auto names, list_segments(disk_, directory_));
    for (const auto& name : names) note_last(name.worker, name.sequence);
    // Twice: first to see that all is sound, so that a damaged journal leaves the books untouched.
    TRY_VOID(read_segments(disk_, directory_, names, done_, [](auto&&) { return Result<>(); }));
    TRY_VOID(read_segments(disk_, directory_, names, done_,
                           [this](SegmentContents&& contents) { return fold(contents); }));
    auto closing = open_.close_all();
    out_.closed = closing.size();
    std::ranges::copy(closing, std::back_inserter(waiting_));
    TRY_VOID(write(true));
    for (const auto& name : names) TRY_VOID(disk_.remove(directory_ + "/" + name.text()));
    return std::move(out_);
  }

 private:
  void note_last(std::uint32_t worker, std::uint64_t sequence) {
    auto& last = out_.last_sequence[worker];
    last = std::max(last, sequence);
  }

  Result<> load(store::Database& database) {
    TRY(auto done, database.query("SELECT worker, sequence FROM journal_done"));
    for (;;) {
      TRY(bool row, done.step());
      if (!row) break;
      auto worker = static_cast<std::uint32_t>(done.integer(0));
      done_[worker] = static_cast<std::uint64_t>(done.integer(1));
      note_last(worker, done_[worker]);
    }
    TRY(auto open, database.query("SELECT record FROM open_call"));
    for (;;) {
      TRY(bool row, open.step());
      if (!row) break;
      auto bytes = open.blob(0);
      Record record;
      if (bytes.size() != sizeof record) return fail(Code::kCorrupt, "a row of open_call");
      std::memcpy(static_cast<void*>(&record), bytes.data(), sizeof record);
      open_.restore(record);
    }
    TRY(auto latest, database.query("SELECT window_ms FROM ledger_state"));
    TRY(bool row, latest.step());
    if (row) out_.window_ms = latest.integer(0);
    return {};
  }

  Result<> fold(const SegmentContents& contents) {
    for (const auto& record : contents.records) {
      out_.window_ms = std::max(out_.window_ms, record.window_ms);
      if (auto entry = open_.apply(record, contents.name)) waiting_.push_back(*entry);
    }
    if (contents.torn) {
      ++out_.cut_records;
      out_.remarks.push_back(fmt::format("{}: torn record at offset {} cut off",
                                         contents.name.text(), *contents.torn));
    }
    if (contents.lost > 0) {
      out_.cut_records += contents.lost;
      out_.remarks.push_back(
          fmt::format("{}: {} records were never flushed", contents.name.text(), contents.lost));
    }
    return waiting_.size() < limits::kBooksBatch ? Result<>() : write(false);
  }

  Result<> write(bool last) {
    TRY_VOID(books_.write([&](store::Database& database) -> Result<> {
      TRY_VOID(write_entries(database, waiting_));
      if (!last) return {};
      TRY_VOID(database.run("DELETE FROM open_call"));
      for (const auto& [worker, sequence] : out_.last_sequence) {
        TRY_VOID(database.run("INSERT OR REPLACE INTO journal_done VALUES (?, ?)", worker,
                              static_cast<std::int64_t>(sequence)));
      }
      return {};
    }));
    waiting_.clear();
    return {};
  }

  Disk& disk_;
  const std::string& directory_;
  Books& books_;
  DoneSequences done_;
  OpenCalls open_;
  std::vector<Record> waiting_;
  Recovered out_;
};

}  // namespace

Result<Recovered> recover_journal(Disk& disk, const std::string& directory, Books& books) {
  return Recovery(disk, directory, books).run();
}

}  // namespace sekisho::ledger
