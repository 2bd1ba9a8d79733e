#pragma once
// The segments in a directory, by worker and sequence, and what they hold. Errors: kCorrupt.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ledger/disk.h"
#include "ledger/segment_reader.h"

namespace sekisho::ledger {

using DoneSequences = std::map<std::uint32_t, std::uint64_t>;  // by worker

// Sorted by worker, then sequence. Removes what a killed process left unfinished (".new").
Result<std::vector<SegmentName>> list_segments(Disk& disk, const std::string& directory);

// Reads every segment after `done`, in order, and checks that they follow each other. `visit` sees
// a segment only when it and what stands before it are sound.
Result<> read_segments(Disk& disk, const std::string& directory, std::span<const SegmentName> names,
                       const DoneSequences& done,
                       const std::function<Result<>(SegmentContents&&)>& visit);

}  // namespace sekisho::ledger
