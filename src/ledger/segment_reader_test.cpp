#include "ledger/segment_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>

#include "ledger/sim_disk.h"

namespace sekisho::ledger {
namespace {

constexpr std::size_t kBytes = kHeaderBytes + 3 * kPageBytes;  // 48 records
constexpr std::size_t kCount = 40;

Record record(std::size_t i) {
  Record out;
  out.kind = i % 2 ? RecordKind::kSettle : RecordKind::kReserve;
  out.request[15] = static_cast<std::uint8_t>(i / 2);
  out.cost = 0x0101010101010101 * static_cast<std::int64_t>(i + 1);
  out.units.fill(static_cast<std::uint32_t>(i));
  out.unit_count = limits::kUnitDepth;
  return out;
}

// A segment with kCount records of which `synced` are known to be on the disk.
struct Sample {
  explicit Sample(std::size_t synced = 0) {
    SeededRandom random(1);
    SimDisk disk(random);
    auto segment = *Segment::create(disk, "d", {0, 5}, kBytes);
    for (std::size_t i = 0; i < kCount; ++i) {
      auto r = record(i);
      segment->append(r);
      expected.push_back(r);
      if (i + 1 == synced) EXPECT_TRUE(segment->sync());
    }
    bytes = disk.contents("d/" + name);
  }
  auto read() const { return read_segment(bytes, "d/" + name); }
  static std::size_t at(std::size_t index) { return kHeaderBytes + index * kRecordBytes; }
  void zero(std::size_t from, std::size_t to) { std::memset(bytes.data() + from, 0, to - from); }
  std::string name = "w00-0000000005.sj";
  std::vector<Record> expected;
  std::vector<std::byte> bytes;
};

void expect_corrupt(const Result<SegmentContents>& read, std::size_t offset) {
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kCorrupt);
  EXPECT_NE(read.error().detail.find("w00-0000000005.sj"), std::string::npos);
  EXPECT_NE(read.error().detail.find(fmt::format("offset {}", offset)), std::string::npos)
      << read.error().detail;
}

TEST(SegmentReader, ReadsWhatWasWritten) {
  Sample s(17);
  auto read = s.read();
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->records, s.expected);
  EXPECT_EQ(read->name, (SegmentName{0, 5}));
  EXPECT_FALSE(read->torn);
  EXPECT_EQ(read->lost, 0u);
}

TEST(SegmentReader, AKillAtAnyByteLeavesTheRecordsBeforeIt) {
  Sample whole;
  for (std::size_t cut = kHeaderBytes; cut < Sample::at(kCount); ++cut) {
    Sample s = whole;
    s.zero(cut, s.bytes.size());
    auto read = s.read();
    ASSERT_TRUE(read) << cut << read.error().detail;
    std::size_t complete = (cut - kHeaderBytes) / kRecordBytes;
    // A cut inside the zeros that end a record leaves it complete.
    ASSERT_GE(read->records.size(), complete);
    ASSERT_LE(read->records.size(), complete + 1);
    ASSERT_TRUE(
        std::ranges::equal(read->records, std::span(whole.expected).first(read->records.size())));
  }
}

TEST(SegmentReader, AFlippedByteInTheMiddleIsDetectedWhereverItIs) {
  Sample s(17);
  for (std::size_t at = 0; at < Sample::at(kCount - 1); ++at) {
    bool watermark = (at >= 512 && at < 528) || (at >= 1024 && at < 1040);
    for (auto flip : {std::byte{0x01}, std::byte{0x80}, std::byte{0xFF}}) {
      s.bytes[at] ^= flip;
      auto read = s.read();
      if (watermark && read) {
        ASSERT_EQ(read->records, s.expected);  // the other slot stands in
      } else {
        ASSERT_FALSE(read) << at;
        ASSERT_EQ(read.error().code, Code::kCorrupt);
      }
      s.bytes[at] ^= flip;
    }
  }
}

TEST(SegmentReader, ADamagedLastRecordIsATornTailUnlessItWasFlushed) {
  Sample s(17);
  s.bytes[Sample::at(kCount - 1) + 9] ^= std::byte{1};
  auto read = s.read();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->records.size(), kCount - 1);
  EXPECT_EQ(read->torn, Sample::at(kCount - 1));
  Sample flushed(kCount);
  flushed.bytes[Sample::at(kCount - 1) + 9] ^= std::byte{1};
  expect_corrupt(flushed.read(), Sample::at(kCount - 1));
}

TEST(SegmentReader, PagesThatWereNeverFlushedMayBeMissingAboveTheWatermark) {
  Sample s(8);
  s.zero(Sample::at(10), Sample::at(16));
  auto read = s.read();
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->records.size(), kCount - 6);
  EXPECT_EQ(read->lost, 6u);
  Sample flushed(12);
  flushed.zero(Sample::at(10), Sample::at(16));
  expect_corrupt(flushed.read(), Sample::at(10));
  Sample inside(8);
  inside.zero(Sample::at(10), Sample::at(12));
  expect_corrupt(inside.read(), Sample::at(11));
}

TEST(SegmentReader, AMissingTailBelowTheWatermarkIsDamage) {
  Sample s(30);
  s.zero(Sample::at(20), s.bytes.size());
  expect_corrupt(s.read(), Sample::at(20));
}

TEST(SegmentReader, AnotherFormatIsOneClearSentence) {
  Sample s;
  auto head = std::span(s.bytes);
  std::uint32_t old = 7;
  std::memcpy(head.data() + 8, &old, 4);
  std::uint32_t crc = crc32c(head.first(kHeaderCrcAt));
  std::memcpy(head.data() + kHeaderCrcAt, &crc, 4);
  EXPECT_EQ(s.read().error().detail,
            "d/w00-0000000005.sj has journal format 7; this version of Sekisho reads format 1");
}

TEST(SegmentReader, RefusesForeignShortAndMisnamedFiles) {
  Sample s;
  expect_corrupt(read_segment(std::span(s.bytes).first(100), "d/" + s.name), 0);
  expect_corrupt(read_segment(std::span(s.bytes).first(kHeaderBytes + 300), "d/" + s.name),
                 kHeaderBytes + 300);
  s.name = "w00-0000000006.sj";
  EXPECT_EQ(s.read().error().code, Code::kCorrupt);
}

TEST(SegmentName, ParsesOnlyItsOwnSpelling) {
  SegmentName name{3, 12};
  EXPECT_EQ(name.text(), "w03-0000000012.sj");
  EXPECT_EQ(SegmentName::parse(name.text()), name);
  EXPECT_EQ(SegmentName::parse((SegmentName{120, 1}).text()), (SegmentName{120, 1}));
  for (auto bad : {"", "lock", "w3-0000000012.sj", "w03-12.sj", "w03-0000000012.sj.new",
                   "w-0-0000000001.sj", "w03--000000012.sj", "w03-.sj", "w99999999999-1.sj"}) {
    EXPECT_FALSE(SegmentName::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace sekisho::ledger
