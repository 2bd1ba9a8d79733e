// The journal's reader, recovery and repair on segments that a writer filled and then something
// damaged. The input is a little program: records to append, flushes, new segments, bytes to
// damage; or, with a first byte of 255, the raw bytes of a segment; or, with 254, those at its
// begin, zeros after them. Laws: nothing crashes; a
// recovery says that the journal is damaged and changes nothing, or books each request at most
// once; what repair has been over can be recovered; a second recovery of the same files changes
// nothing.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "ledger/books.h"
#include "ledger/recovery.h"
#include "ledger/schema.h"
#include "ledger/segment_reader.h"
#include "ledger/sim_disk.h"
#include "store/scratch.h"

namespace {

using namespace sekisho;
using namespace sekisho::ledger;

constexpr std::size_t kSegmentBytes = kHeaderBytes + 2 * kPageBytes;  // 32 records
constexpr std::uint64_t kMostSegments = 4;

void require(bool law) {
  if (!law) std::abort();
}

class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  template <class T>
  T take() {
    T value{};
    std::size_t size = std::min(sizeof value, bytes_.size());
    std::memcpy(&value, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

Record take_record(Input& input) {
  Record out;
  out.kind = static_cast<RecordKind>(1 + input.take<std::uint8_t>() % 4);
  out.request[15] = input.take<std::uint8_t>();
  auto bits = input.take<std::uint8_t>();
  out.settlement = bits & 3;
  out.usage_source = (bits >> 2) & 3;
  out.charged = (bits >> 4) & 7;
  out.unit_count = input.take<std::uint8_t>() % (limits::kUnitDepth + 1);
  out.units.fill(7);
  out.day = input.take<std::int16_t>();
  out.key = input.take<std::int8_t>();
  out.cost = input.take<std::int32_t>();
  out.reserved = input.take<std::int32_t>();
  return out;
}

void damage(SimDisk& disk, Input& input) {
  auto files = *disk.list("j");
  auto& bytes = disk.contents("j/" + files[input.take<std::uint8_t>() % files.size()]);
  std::size_t at = input.take<std::uint16_t>() % bytes.size();
  auto length = input.take<std::uint8_t>();
  if (length == 0) {
    bytes[at] ^= std::byte{input.take<std::uint8_t>()};
  } else {
    std::size_t end = std::min(bytes.size(), at + std::size_t{length} * 16);
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(at),
              bytes.begin() + static_cast<std::ptrdiff_t>(end), std::byte{});
  }
}

void write_journal(SimDisk& disk, Input& input) {
  SegmentName name{0, 1};
  auto segment = *Segment::create(disk, "j", name, kSegmentBytes);
  while (!input.empty()) {
    auto act = input.take<std::uint8_t>() % 16;
    if (act == 0) {
      (void)segment->sync();
    } else if (act == 1) {
      damage(disk, input);
    } else if (act == 2 || segment->left() == 0) {
      if (name.sequence == kMostSegments) break;
      ++name.sequence;
      segment = *Segment::create(disk, "j", name, kSegmentBytes);
    } else {
      Record record = take_record(input);
      segment->append(record);
    }
  }
}

struct Totals {
  std::int64_t entries = 0, requests = 0, cost = 0, day_cost = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};

class Library {
 public:
  Library() {
    std::array schemas{schema()};
    database_ =
        *store::Database::open({.path = scratch_.file("books.db"), .durable = false}, schemas);
  }
  void clear() {
    require(database_
                ->script("DELETE FROM ledger_entry; DELETE FROM spend_day; DELETE FROM account_day;"
                         "DELETE FROM open_call; DELETE FROM journal_done;"
                         "DELETE FROM ledger_state")
                .has_value());
  }
  Result<Recovered> recover(SimDisk& disk) {
    DirectBooks books(*database_);
    return recover_journal(disk, "j", books);
  }
  void forget_done() { require(database_->script("DELETE FROM journal_done").has_value()); }
  Totals totals() {
    return {number("SELECT count(*) FROM ledger_entry"),
            number("SELECT ifnull(sum(requests), 0) FROM spend_day"),
            number("SELECT ifnull(sum(cost), 0) FROM ledger_entry"),
            number("SELECT ifnull(sum(cost), 0) FROM spend_day")};
  }

 private:
  std::int64_t number(const char* sql) {
    auto rows = database_->query(sql);
    require(rows && rows->step().value_or(false));
    return rows->integer(0);
  }
  store::ScratchDirectory scratch_;
  std::unique_ptr<store::Database> database_;
};

void copy_files(SimDisk& from, SimDisk& to) {
  for (const auto& file : *from.list("j")) {
    auto& bytes = from.contents("j/" + file);
    require(to.create("j/" + file, bytes.size(), bytes).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Library library;
  if (size > kSegmentBytes) return 0;
  SeededRandom random(1);
  SimDisk disk(random), again(random);
  if (size > 0 && data[0] >= 254) {
    auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    auto length = data[0] == 255 ? bytes.size() : kSegmentBytes;
    require(disk.create("j/w00-0000000001.sj", length, bytes).has_value());
  } else {
    Input input({data, size});
    write_journal(disk, input);
  }
  copy_files(disk, again);
  library.clear();
  auto recovered = library.recover(disk);
  if (!recovered) {
    auto code = recovered.error().code;
    require(code == Code::kCorrupt || code == Code::kUnsupported);
    require(library.totals() == Totals{});
    auto repaired = repair_journal(disk, "j");
    if (!repaired) {
      require(repaired.error().code == Code::kUnsupported);
      return 0;
    }
    for (const auto& file : *again.list("j")) (void)again.remove("j/" + file);
    copy_files(disk, again);
    require(library.recover(disk).has_value());
  }
  auto first = library.totals();
  require(first.entries == first.requests && first.cost == first.day_cost);
  library.forget_done();
  require(library.recover(again).has_value() && library.totals() == first);
  return 0;
}
