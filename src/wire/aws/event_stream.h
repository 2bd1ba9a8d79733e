#pragma once
// application/vnd.amazon.eventstream: u32 total | u32 headers | crc32(first 8) | headers | payload
// | crc32(all before), big-endian. Sans-IO decoder (split-invariant, bounded) and encoder.
//
// The decoder is one stream's, used by one thread. It refuses, finally: a wrong checksum, a frame
// over limits::kEventStreamFrameBytes or headers over kEventStreamHeaderBytes (before it buffers
// them), a header that overruns its block, an unknown header type, a duplicate header name.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sekisho::wire::aws {

struct EventMessage {
  struct Header {
    std::string name;
    std::uint8_t type = 7;
    std::string value;  // strings and byte arrays as they are; numbers as big-endian bytes
    friend bool operator==(const Header&, const Header&) = default;
  };
  std::vector<Header> headers;
  std::string payload;
  std::string_view header(std::string_view name) const;  // "" when absent
  friend bool operator==(const EventMessage&, const EventMessage&) = default;
};

class EventStreamDecoder {
 public:
  // Appends complete messages; to `frames`, where given, the bytes of each. Errors
  // (kUpstreamFailed) are final.
  Result<void> feed(std::string_view bytes, std::vector<EventMessage>& out,
                    std::vector<std::string>* frames = nullptr);
  // True when no partial message is held.
  bool at_boundary() const { return buffer_.empty(); }

 private:
  // Messages wholly inside `bytes`; the number of bytes that they took.
  Result<std::size_t> decode(std::string_view bytes, std::vector<EventMessage>& out,
                             std::vector<std::string>* frames);

  std::string buffer_;
  std::optional<Error> failure_;
};

// Where the payload of a whole frame begins, and how many bytes of it are the last checksum.
std::size_t payload_offset(std::string_view frame);
inline constexpr std::size_t kFrameTrailerBytes = 4;
// A whole frame whose payload was edited gets its lengths and checksums right again. REQUIRES: its
// headers are as they were.
void reseal_frame(std::string& frame);

// REQUIRES: header names of 1 to 255 bytes, values of type 6 and 7 below 64 KiB, values of the
// other types of the width of their type.
std::string encode_message(const EventMessage& message);
std::string encode_event(std::string_view event_type, std::string_view json_payload);
std::string encode_exception(std::string_view exception_type, std::string_view json_payload);

}  // namespace sekisho::wire::aws
