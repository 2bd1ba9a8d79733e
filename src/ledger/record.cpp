#include "ledger/record.h"

#include <nmmintrin.h>

#include <cstring>

namespace sekisho::ledger {
namespace {

std::uint32_t checksum(const Record& record) {
  return crc32c(std::as_bytes(std::span(&record, 1)).subspan(sizeof record.crc));
}

}  // namespace

// SSE 4.2, which the whole program requires (x86-64-v2).
std::uint32_t crc32c(std::span<const std::byte> bytes) {
  std::uint64_t crc = 0xFFFF'FFFF;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  auto rest = static_cast<std::uint32_t>(crc);
  for (; at < bytes.size(); ++at) {
    rest = _mm_crc32_u8(rest, std::to_integer<std::uint8_t>(bytes[at]));
  }
  return ~rest;
}

void seal(Record& record, std::uint64_t number) {
  record.number = number;
  record.crc = checksum(record);
}

bool is_good(const Record& record, std::uint64_t number) {
  return record.number == number && record.kind >= RecordKind::kReserve &&
         record.kind <= RecordKind::kRelease && record.unit_count <= limits::kUnitDepth &&
         record.settlement <= 3 && record.usage_source <= 3 && record.crc == checksum(record);
}

}  // namespace sekisho::ledger
