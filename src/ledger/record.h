#pragma once
// One journal record as it lies in the file (docs/storage.md, "Journal"). A value; trivially
// copyable; little-endian machines only. seal() sets number and checksum; is_good() checks both.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/limits.h"

namespace sekisho::ledger {

enum class RecordKind : std::uint8_t { kReserve = 1, kProgress = 2, kSettle = 3, kRelease = 4 };

inline constexpr std::uint8_t kChargedKey = 1, kChargedUser = 2, kChargedOrganisation = 4;

struct Record {
  std::uint32_t crc = 0;
  RecordKind kind = RecordKind::kReserve;
  std::uint8_t settlement = 0;
  std::uint8_t usage_source = 0;
  std::uint8_t charged = 0;  // kCharged…
  std::uint64_t number = 0;  // segment sequence × 2^32 + index
  std::array<std::uint8_t, 16> request{};
  std::int64_t at_ms = 0;
  std::int64_t window_ms = 0;
  std::int32_t day = 0;
  std::uint32_t unit_count = 0;
  std::int64_t organisation = 0, unit = 0, user = 0, key = 0, model = 0, deployment = 0;
  std::int64_t reserved = 0, cost = 0;
  std::int64_t input = 0, cache_read = 0, cache_write_5m = 0, cache_write_1h = 0, output = 0,
               reasoning = 0;
  std::int64_t tokens_reserved = 0;
  std::array<std::uint32_t, limits::kUnitDepth> units{};
  std::array<std::uint8_t, 16> zero{};

  friend bool operator==(const Record&, const Record&) = default;
};
inline constexpr std::size_t kRecordBytes = 256;
static_assert(sizeof(Record) == kRecordBytes);
static_assert(offsetof(Record, units) == 176);
static_assert(std::endian::native == std::endian::little);

std::uint32_t crc32c(std::span<const std::byte> bytes);
void seal(Record& record, std::uint64_t number);
bool is_good(const Record& record, std::uint64_t number);

}  // namespace sekisho::ledger
