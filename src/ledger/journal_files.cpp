#include "ledger/journal_files.h"

#include <fmt/format.h>

#include <algorithm>

namespace sekisho::ledger {
namespace {

Result<SegmentContents> read_file(Disk& disk, const std::string& path) {
  TRY(auto file, disk.open(path));
  return read_segment(file->bytes(), path);
}

}  // namespace

Result<std::vector<SegmentName>> list_segments(Disk& disk, const std::string& directory) {
  TRY(auto files, disk.list(directory));
  std::vector<SegmentName> out;
  for (const auto& file : files) {
    if (file.ends_with(".sj.new")) TRY_VOID(disk.remove(directory + "/" + file));
    if (auto name = SegmentName::parse(file)) out.push_back(*name);
  }
  std::ranges::sort(out);
  return out;
}

Result<> read_segments(Disk& disk, const std::string& directory, std::span<const SegmentName> names,
                       const DoneSequences& done,
                       const std::function<Result<>(SegmentContents&&)>& visit) {
  std::optional<SegmentName> before;
  std::optional<std::size_t> torn;  // in `before`
  for (const auto& name : names) {
    std::string path = directory + "/" + name.text();
    auto finished = done.find(name.worker);
    if (finished != done.end() && name.sequence <= finished->second) continue;
    if (!before || before->worker != name.worker) {
      torn.reset();
      before.reset();
      if (finished != done.end()) before = SegmentName{name.worker, finished->second};
    }
    if (before && name.sequence != before->sequence + 1) {
      SegmentName missing{name.worker, before->sequence + 1};
      return fail(Code::kCorrupt, fmt::format("{}/{} is missing", directory, missing.text()));
    }
    TRY(auto contents, read_file(disk, path));
    if (torn && !contents.records.empty()) {
      return fail(Code::kCorrupt,
                  fmt::format("{}/{} is damaged at offset {}: a record's checksum is wrong",
                              directory, before->text(), *torn));
    }
    if (contents.torn) torn = contents.torn;
    before = name;
    TRY_VOID(visit(std::move(contents)));
  }
  return {};
}

}  // namespace sekisho::ledger
