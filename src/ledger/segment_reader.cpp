#include "ledger/segment_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace sekisho::ledger {
namespace {

enum class Slot : std::uint8_t { kGood, kZero, kBad };
constexpr std::size_t kSlotsPerPage = kPageBytes / kRecordBytes;

// Between the header's fields.
constexpr std::pair<std::size_t, std::size_t> kHeaderZeros[] = {
    {kHeaderCrcAt + 4, kWatermarkAt[0]},
    {kWatermarkAt[0] + 12, kWatermarkAt[1]},
    {kWatermarkAt[1] + 12, kHeaderBytes}};

template <class T>
T get(std::span<const std::byte> bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool all_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{}; });
}

std::size_t offset_of(std::size_t slot) {
  return kHeaderBytes + slot * kRecordBytes;
}

Failure damaged(const std::string& path, std::size_t offset, const char* what) {
  return fail(Code::kCorrupt, fmt::format("{} is damaged at offset {}: {}; `sekisho doctor` "
                                          "shows the way",
                                          path, offset, what));
}

Result<SegmentName> read_header(std::span<const std::byte> bytes, const std::string& path) {
  if (bytes.size() < kHeaderBytes || std::memcmp(bytes.data(), "SEKIJRNL", 8) != 0) {
    return damaged(path, 0, "not a journal segment");
  }
  auto format = get<std::uint32_t>(bytes, 8);
  bool intact = get<std::uint32_t>(bytes, kHeaderCrcAt) == crc32c(bytes.first(kHeaderCrcAt));
  if (intact && format != kJournalFormat) {
    return fail(Code::kUnsupported, fmt::format("{} has journal format {}; this version of Sekisho "
                                                "reads format {}",
                                                path, format, kJournalFormat));
  }
  SegmentName name{get<std::uint32_t>(bytes, 12), get<std::uint64_t>(bytes, 16)};
  if (!intact || get<std::uint32_t>(bytes, 32) != kRecordBytes) {
    return damaged(path, 8, "bad header");
  }
  if (get<std::uint64_t>(bytes, 24) != bytes.size()) {
    return damaged(path, bytes.size(), "the file is shorter or longer than its header says");
  }
  for (auto [from, to] : kHeaderZeros) {
    if (!all_zero(bytes.subspan(from, to - from))) return damaged(path, from, "bad header");
  }
  if (!path.ends_with(name.text())) return damaged(path, 12, "the header names another segment");
  return name;
}

Result<std::size_t> read_watermarks(std::span<const std::byte> bytes, const std::string& path) {
  std::size_t best = 0;
  std::size_t unreadable = 0;
  for (std::size_t at : kWatermarkAt) {
    if (all_zero(bytes.subspan(at, 16))) continue;
    auto watermark = read_watermark(bytes.data() + at);
    watermark ? best = std::max<std::size_t>(best, *watermark) : ++unreadable;
  }
  // One slot may be torn by a kill in the middle of writing it; not both.
  if (unreadable == 2) return damaged(path, kWatermarkAt[0], "bad watermark");
  return best;
}

class Slots {
 public:
  Slots(std::span<const std::byte> bytes, std::uint64_t sequence)
      : bytes_(bytes), sequence_(sequence) {}
  std::size_t count() const { return (bytes_.size() - kHeaderBytes) / kRecordBytes; }
  Record record(std::size_t i) const { return get<Record>(bytes_, offset_of(i)); }
  Slot kind(std::size_t i) const {
    if (is_good(record(i), record_number(sequence_, i))) return Slot::kGood;
    return all_zero(bytes_.subspan(offset_of(i), kRecordBytes)) ? Slot::kZero : Slot::kBad;
  }

 private:
  std::span<const std::byte> bytes_;
  std::uint64_t sequence_;
};

}  // namespace

Result<SegmentContents> read_segment(std::span<const std::byte> bytes, const std::string& path) {
  TRY(auto name, read_header(bytes, path));
  TRY(std::size_t watermark, read_watermarks(bytes, path));
  Slots slots(bytes, name.sequence);
  std::size_t end = slots.count();  // one past the last good record
  std::optional<std::size_t> bad_tail;
  while (end > 0 && slots.kind(end - 1) != Slot::kGood) {
    --end;
    if (slots.kind(end) == Slot::kBad) bad_tail = end;
  }
  if (end < watermark) return damaged(path, offset_of(end), "a flushed record is missing");
  SegmentContents out{name, {}, 0, {}};
  out.records.reserve(end);
  bool hole = false;
  for (std::size_t i = 0; i < end; ++i) {
    if (i % kSlotsPerPage == 0) hole = false;
    switch (slots.kind(i)) {
      case Slot::kGood:
        if (hole) return damaged(path, offset_of(i - 1), "a record is missing");
        out.records.push_back(slots.record(i));
        break;
      case Slot::kBad:
        return damaged(path, offset_of(i), "a record's checksum is wrong");
      case Slot::kZero:
        if (i < watermark) return damaged(path, offset_of(i), "a flushed record is missing");
        hole = true;
        ++out.lost;
        break;
    }
  }
  if (bad_tail) out.torn = offset_of(*bad_tail);
  return out;
}

std::vector<Record> salvage_records(std::span<const std::byte> bytes, SegmentName name) {
  std::vector<Record> out;
  if (bytes.size() < kHeaderBytes) return out;
  Slots slots(bytes, name.sequence);
  for (std::size_t i = 0; i < slots.count(); ++i) {
    if (slots.kind(i) == Slot::kGood) out.push_back(slots.record(i));
  }
  return out;
}

}  // namespace sekisho::ledger
