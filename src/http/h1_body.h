#pragma once
// Where an HTTP/1.1 body ends (RFC 9112 §6 and §7): by length, by chunks, by the connection's
// close, or at once. Sans-IO: bytes in, slices of those same bytes out; nothing is copied or kept.
// Chunk extensions are ignored but bounded, trailers are checked and dropped.
//
// The caller presents unconsumed bytes again together with what came after them.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sekisho::http {

enum class ParseEvent : std::uint8_t {
  kMore,   // nothing more can be told from these bytes
  kHead,   // the head is complete
  kBody,   // `body` is the next piece, a slice of the input
  kEnd,    // the message is complete; bytes behind `consumed` belong to the next one
  kError,  // see error(); the connection cannot be used further
};

struct ParseError {
  int status = 0;           // for requests: the answer's status; 502 for responses
  std::string_view reason;  // static text, never foreign bytes

  explicit operator bool() const { return status != 0; }
  friend bool operator==(const ParseError&, const ParseError&) = default;
};

struct ParseStep {
  ParseEvent event = ParseEvent::kMore;
  std::size_t consumed = 0;
  std::string_view body = {};
};

class BodyDecoder {
 public:
  enum class Kind : std::uint8_t { kNone, kLength, kChunked, kUntilClose };

  // A body longer than `max_bytes` is refused with 413: at once when its length is announced.
  void start(Kind kind, std::uint64_t length, std::uint64_t max_bytes);
  ParseStep next(std::string_view input);
  // The peer closed its side.
  ParseStep finish();

  // Bytes that are certainly body and come next on the wire (0: unknown). The caller may read
  // them to where it wants them and then say so with took().
  std::uint64_t direct_bytes() const;
  void took(std::uint64_t bytes);  // REQUIRES: bytes <= direct_bytes()

  Kind kind() const { return kind_; }
  const ParseError& error() const { return error_; }

 private:
  enum class State : std::uint8_t { kData, kChunkLine, kChunkEnd, kTrailers, kDone, kFailed };

  ParseStep failed(int status, std::string_view reason);
  ParseStep data(std::string_view input, std::size_t offset);
  // These consume framing from `input` at `at`; false: more bytes are needed, or it failed.
  bool chunk_line(std::string_view input, std::size_t& at);
  bool chunk_end(std::string_view input, std::size_t& at);
  bool trailer_line(std::string_view input, std::size_t& at);
  bool chunk_size(std::string_view line);

  Kind kind_ = Kind::kNone;
  State state_ = State::kDone;
  std::uint64_t left_ = 0;  // of the body, or of the current chunk
  std::uint64_t total_ = 0;
  std::uint64_t max_bytes_ = 0;
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_count_ = 0;
  std::size_t trailer_bytes_ = 0;
  ParseError error_;
};

}  // namespace sekisho::http
