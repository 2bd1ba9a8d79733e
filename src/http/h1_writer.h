#pragma once
// Renders HTTP/1.1 heads and chunk framing into a string that the caller owns and reuses. The
// space is reserved once, exactly. Nothing that could break out of its line is written: a method
// or name that is no token, a value with a control character, framing fields among `headers`
// (Content-Length, Transfer-Encoding, Connection, and Host in requests) answer kInvalidArgument
// naming the field, and `out` stays as it was.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace sekisho::http {

struct Framing {
  enum class Kind : std::uint8_t {
    kNone,     // no field at all: requests without a body, 204, 304, until-close answers
    kLength,   // Content-Length: length
    kChunked,  // Transfer-Encoding: chunked
  };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;
  bool close = false;       // Connection: close
  bool keep_alive = false;  // Connection: keep-alive, for HTTP/1.0 peers

  static Framing with_length(std::uint64_t bytes) { return {Kind::kLength, bytes}; }
  static Framing chunked() { return {Kind::kChunked}; }
};

struct RequestLine {
  std::string_view method;
  std::string_view target;
  std::string_view authority;  // value of Host
};

// Appends the whole head with its empty line.
Result<void> write_request_head(std::string& out, const RequestLine& line, const Headers& headers,
                                const Framing& framing);
Result<void> write_response_head(std::string& out, int status, const Headers& headers,
                                 const Framing& framing);

inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
inline constexpr std::string_view kLineEnd = "\r\n";  // behind the data of a chunk
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::size_t kChunkPrefixBytes = 18;  // 16 hex digits and CRLF

// The line before `bytes` of chunk data. REQUIRES: bytes > 0 (zero would end the body).
std::string_view write_chunk_prefix(std::span<char, kChunkPrefixBytes> out, std::size_t bytes);

}  // namespace sekisho::http
