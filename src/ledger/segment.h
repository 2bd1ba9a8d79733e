#pragma once
// One journal segment in use: a header and fixed-size records in a mapped file (docs/storage.md).
// append() is for its one writer; written(), record() and sync() are for any thread.
// Invariant: records [0, written()) are complete; records [0, synced()) are on the disk.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "ledger/disk.h"
#include "ledger/record.h"

namespace sekisho::ledger {

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kHeaderBytes = kPageBytes;
inline constexpr std::uint32_t kJournalFormat = 1;

struct SegmentName {
  std::uint32_t worker = 0;
  std::uint64_t sequence = 0;
  std::string text() const;  // "w00-0000000001.sj"
  static std::optional<SegmentName> parse(std::string_view text);
  friend auto operator<=>(const SegmentName&, const SegmentName&) = default;
};

constexpr std::uint64_t record_number(std::uint64_t sequence, std::uint64_t index) {
  return (sequence << 32) + index;
}

class Segment {
 public:
  // REQUIRES: bytes is a multiple of 4,096 and more than 4,096.
  static Result<std::unique_ptr<Segment>> create(Disk& disk, const std::string& directory,
                                                 SegmentName name, std::size_t bytes);

  const SegmentName& name() const { return name_; }
  std::size_t capacity() const { return capacity_; }
  std::size_t left() const { return capacity_ - written(); }
  std::size_t written() const { return written_.load(std::memory_order_acquire); }
  std::size_t synced() const { return synced_.load(std::memory_order_acquire); }

  void append(Record& record);  // REQUIRES: left() > 0
  // REQUIRES: index < written().
  const Record& record(std::size_t index) const { return records_[index]; }
  Result<> sync();  // then moves the watermark; one caller at a time
  // Makes the places of the next `records` ready, so that append() meets no page fault; a flush
  // undoes it. Returns how many of them are in this segment.
  std::size_t warm(std::size_t records);

 private:
  Result<> flush(std::size_t records);
  Segment(std::unique_ptr<MappedFile> file, SegmentName name);
  std::unique_ptr<MappedFile> file_;
  SegmentName name_;
  std::size_t capacity_;
  Record* records_;
  std::size_t slot_ = 0;  // of the next watermark; the syncing thread's, like the next
  bool flush_failed_ = false;
  std::atomic<std::size_t> written_{0}, synced_{0};
};

// Parts of the header, shared with the reader.
inline constexpr std::size_t kHeaderCrcAt = 36;
inline constexpr std::size_t kWatermarkAt[2] = {512, 1024};
std::array<std::byte, kHeaderBytes> make_header(SegmentName name, std::size_t bytes);
void write_watermark(std::byte* slot, std::uint64_t records);
std::optional<std::uint64_t> read_watermark(const std::byte* slot);

}  // namespace sekisho::ledger
