#pragma once
// Reads a segment as a file left it, by the rules of docs/storage.md, "Reading". Pure functions
// over bytes. Errors: kCorrupt (damaged: file and offset), kUnsupported (another format); never a
// guess.

#include <string>
#include <vector>

#include "ledger/segment.h"

namespace sekisho::ledger {

struct SegmentContents {
  SegmentName name;
  std::vector<Record> records;      // the good ones, in order
  std::size_t lost = 0;             // slots of pages that were never flushed, between good records
  std::optional<std::size_t> torn;  // offset of a bad record with nothing good after it
};

Result<SegmentContents> read_segment(std::span<const std::byte> bytes, const std::string& path);

// For repair: every good record wherever it stands, whatever lies between; only the header must be
// readable enough to know the segment (the file's name says the rest).
std::vector<Record> salvage_records(std::span<const std::byte> bytes, SegmentName name);

}  // namespace sekisho::ledger
