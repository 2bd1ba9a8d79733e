#pragma once
// One message of Amazon's event-stream encoding, as Bedrock's streams have them.

#include <zlib.h>

#include <cstdint>
#include <string>

namespace sekisho::bench {

inline void put_number(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift);
}

inline std::uint32_t checksum(const std::string& bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

inline void put_header(std::string& out, const std::string& name, const std::string& value) {
  put_number(out, name.size(), 1);
  out += name;
  out += '\7';  // a string
  put_number(out, value.size(), 2);
  out += value;
}

inline std::string event_frame(const std::string& type, const std::string& payload) {
  std::string headers;
  put_header(headers, ":event-type", type);
  put_header(headers, ":content-type", "application/json");
  put_header(headers, ":message-type", "event");
  std::string out;
  put_number(out, 16 + headers.size() + payload.size(), 4);
  put_number(out, headers.size(), 4);
  put_number(out, checksum(out), 4);
  out += headers + payload;
  put_number(out, checksum(out), 4);
  return out;
}

}  // namespace sekisho::bench
