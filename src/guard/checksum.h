#pragma once
// Checksums and encodings inside tokens.

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::guard {

std::uint32_t crc32(std::string_view bytes);

// GitHub and npm tokens end in six base-62 digits (0-9A-Za-z): the CRC-32 of the body before.
std::string base62_checksum(std::string_view body);
bool has_base62_checksum(std::string_view body_and_checksum);

// Base64 (padding optional) of printable "user:password" with both sides filled.
bool is_basic_credential(std::string_view base64);

}  // namespace sekisho::guard
