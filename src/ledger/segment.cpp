#include "ledger/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sekisho::ledger {
namespace {

template <class T>
void put(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

template <class T>
bool parse_digits(std::string_view text, T& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && text[0] != '-';
}

}  // namespace

std::string SegmentName::text() const {
  return fmt::format("w{:02}-{:010}.sj", worker, sequence);
}

std::optional<SegmentName> SegmentName::parse(std::string_view text) {
  SegmentName out;
  auto dash = text.find('-');
  if (!text.starts_with('w') || !text.ends_with(".sj") || dash == text.npos || dash < 2) {
    return std::nullopt;
  }
  auto sequence = text.substr(dash + 1, text.size() - dash - 4);
  if (sequence.empty() || !parse_digits(text.substr(1, dash - 1), out.worker) ||
      !parse_digits(sequence, out.sequence) || out.text() != text) {
    return std::nullopt;
  }
  return out;
}

std::array<std::byte, kHeaderBytes> make_header(SegmentName name, std::size_t bytes) {
  std::array<std::byte, kHeaderBytes> head{};
  std::memcpy(head.data(), "SEKIJRNL", 8);
  put(head.data() + 8, kJournalFormat);
  put(head.data() + 12, name.worker);
  put(head.data() + 16, name.sequence);
  put(head.data() + 24, static_cast<std::uint64_t>(bytes));
  put(head.data() + 32, static_cast<std::uint32_t>(kRecordBytes));
  put(head.data() + kHeaderCrcAt, crc32c(std::span(head).first(kHeaderCrcAt)));
  return head;
}

void write_watermark(std::byte* slot, std::uint64_t records) {
  put(slot, records);
  put(slot + 8, crc32c({slot, 8}));
}

std::optional<std::uint64_t> read_watermark(const std::byte* slot) {
  std::uint64_t records;
  std::uint32_t crc;
  std::memcpy(&records, slot, 8);
  std::memcpy(&crc, slot + 8, 4);
  if (crc != crc32c({slot, 8})) return std::nullopt;
  return records;
}

Segment::Segment(std::unique_ptr<MappedFile> file, SegmentName name)
    : file_(std::move(file)),
      name_(name),
      capacity_((file_->bytes().size() - kHeaderBytes) / kRecordBytes),
      records_(reinterpret_cast<Record*>(file_->bytes().data() + kHeaderBytes)) {}

Result<std::unique_ptr<Segment>> Segment::create(Disk& disk, const std::string& directory,
                                                 SegmentName name, std::size_t bytes) {
  auto head = make_header(name, bytes);
  TRY(auto file, disk.create(directory + "/" + name.text(), bytes, head));
  return std::unique_ptr<Segment>(new Segment(std::move(file), name));
}

void Segment::append(Record& record) {
  std::size_t index = written_.load(std::memory_order_relaxed);
  seal(record, record_number(name_.sequence, index));
  std::memcpy(static_cast<void*>(records_ + index), &record, kRecordBytes);
  written_.store(index + 1, std::memory_order_release);
}

// After a failed flush the records are in memory only: if they are still what was written, they are
// written once more.
Result<> Segment::flush(std::size_t records) {
  if (flush_failed_) {
    for (std::size_t i = synced(); i < records; ++i) {
      if (!is_good(records_[i], record_number(name_.sequence, i))) {
        return fail(Code::kStoreFailed, "disk: records that could not be flushed are gone");
      }
    }
    TRY_VOID(file_->rewrite(kHeaderBytes + records * kRecordBytes));
  }
  auto flushed = file_->sync();
  flush_failed_ = !flushed;
  return flushed;
}

// The watermark itself reaches the disk with the next flush; an older one only protects less. The
// two slots are written in turn, so that one is always whole.
Result<> Segment::sync() {
  std::size_t seen = written();
  if (seen == synced()) return {};
  TRY_VOID(flush(seen));
  write_watermark(file_->bytes().data() + kWatermarkAt[slot_], seen);
  slot_ ^= 1;
  synced_.store(seen, std::memory_order_release);
  return {};
}

std::size_t Segment::warm(std::size_t records) {
  auto from = written();
  records = std::min(records, capacity_ - from);
  file_->warm(kHeaderBytes + from * kRecordBytes, records * kRecordBytes);
  return records;
}

}  // namespace sekisho::ledger
