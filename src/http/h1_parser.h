#pragma once
// Strict HTTP/1.1 parsers, sans-IO: bytes in, events out (RFC 9112). A request that two
// implementations could understand differently is refused, because that difference is how requests
// are smuggled past a gateway.
//
// Use: present the unread bytes of the connection to next(), drop `consumed` of them, act on the
// event, and go on until kMore; then read more bytes behind those that are left, and present all
// of them again. Body pieces are slices of the presented bytes. What is not consumed is at most
// one line (limits::kHeaderLineBytes + 2 bytes), so a read buffer larger than that never fills.
// The outcome depends on the bytes alone, not on how they were split.
//
// One parser serves one connection and one loop; reset() before each further message. Heads are
// parsed into strings owned by the parser, which the caller may move out after kHead.
// Errors: ParseError with the status for the answer (requests) or 502 (responses).

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "http/h1_body.h"
#include "http/message.h"

namespace sekisho::http {

// Room for the fields of most messages, so that they need one allocation.
inline constexpr std::size_t kUsualFields = 16;

// What both directions share: lines, fields, framing.
class MessageParser {
 public:
  virtual ~MessageParser() = default;

  ParseStep next(std::string_view input);
  // The peer closed its side: kEnd when that is how this body ends, else kError.
  ParseStep finish();
  const ParseError& error() const { return error_; }

  // True once any byte of the message was consumed (leading empty line not counted).
  bool started() const { return phase_ != Phase::kStartLine; }
  bool head_done() const { return phase_ == Phase::kBody || phase_ == Phase::kDone; }
  bool done() const { return phase_ == Phase::kDone; }
  // Whether the connection may carry another message after this one. Valid after kHead.
  bool keep_alive() const { return keep_alive_; }

  BodyDecoder::Kind body_kind() const { return body_.kind(); }
  // The announced length; 0 when there is none or no body. Valid after kHead.
  std::uint64_t content_length() const { return fields_.length; }
  // See BodyDecoder: body bytes that the caller may read straight to their place.
  std::uint64_t direct_body_bytes() const {
    return phase_ == Phase::kBody ? body_.direct_bytes() : 0;
  }
  void took_body_bytes(std::uint64_t bytes) { body_.took(bytes); }

 protected:
  enum class Phase : std::uint8_t { kStartLine, kFields, kBody, kDone, kFailed };

  // The fields that decide framing and connection, collected while they come.
  struct FramingFields {
    std::uint64_t length = 0;  // saturated
    std::uint16_t length_count = 0;
    std::uint16_t transfer_encoding_count = 0;
    bool length_malformed = false;
    bool chunked = false;         // the only coding is chunked, once
    bool unknown_coding = false;  // some coding other than chunked
    bool close = false;
    bool keep_alive = false;
  };

  void restart();
  bool fail(int status, std::string_view reason);  // always false
  // Rules that hold for both directions; sets the error and answers false when one is broken.
  bool check_framing(int minor_version);
  void set_keep_alive(int minor_version);

  virtual Headers& headers() = 0;
  virtual std::size_t start_line_limit() const = 0;
  virtual int start_line_too_long_status() const = 0;
  // `line` without CRLF.
  virtual bool start_line(std::string_view line) = 0;
  // Called for each field after the shared rules.
  virtual bool field(std::string_view name, std::string_view value) = 0;
  virtual std::size_t empty_lines_allowed() const = 0;  // before the first line
  // The status that error() shows for a fault found here.
  virtual int error_status(int status) const { return status; }
  // The empty line came: check the whole, start body_. Sets phase_.
  virtual bool fields_end() = 0;

  Phase phase_ = Phase::kStartLine;
  BodyDecoder body_;
  FramingFields fields_;
  bool keep_alive_ = false;
  ParseError error_;

 private:
  bool line(std::string_view line);
  bool field_line(std::string_view line);
  void note_framing(std::string_view name, std::string_view value);
  ParseStep body_step(ParseStep step);

  std::size_t scanned_ = 0;  // bytes of the unconsumed line known to hold no LF
  std::size_t head_bytes_ = 0;
  std::size_t empty_lines_ = 0;
};

// Statuses: 400 malformed or ambiguous, 413 body over the limit (told after kHead, so that the
// refusal can be written in the client's dialect), 414 request line, 417 unknown expectation,
// 431 fields, 501 unknown coding or CONNECT, 505 version.
// An absolute-form target is accepted when its authority equals Host, and reduced to origin form.
class RequestParser final : public MessageParser {
 public:
  explicit RequestParser(std::uint64_t max_body = limits::kRequestBodyBytes)
      : max_body_(max_body) {}

  void reset();
  RequestHead& head() { return head_; }
  const RequestHead& head() const { return head_; }
  // The client waits for "100 Continue" before it sends the body. Valid after kHead.
  bool expects_continue() const { return expects_continue_ && head_.minor_version == 1; }

 private:
  Headers& headers() override { return head_.headers; }
  std::size_t start_line_limit() const override { return limits::kRequestLineBytes; }
  int start_line_too_long_status() const override { return 414; }
  std::size_t empty_lines_allowed() const override { return 1; }  // RFC 9112 §2.2
  bool start_line(std::string_view line) override;
  bool field(std::string_view name, std::string_view value) override;
  bool fields_end() override;
  bool version(std::string_view text);
  bool check_target();

  std::uint64_t max_body_;
  RequestHead head_;
  std::size_t hosts_ = 0;
  bool expects_continue_ = false;
};

// Interim answers (1xx) are skipped; 101 is refused because this client never asks to upgrade.
class ResponseParser final : public MessageParser {
 public:
  // `to_head`: the request was HEAD, so that no body follows.
  explicit ResponseParser(bool to_head = false) : to_head_(to_head) {}

  void reset(bool to_head = false);
  ResponseHead& head() { return head_; }
  const ResponseHead& head() const { return head_; }

 private:
  Headers& headers() override { return head_.headers; }
  std::size_t start_line_limit() const override { return limits::kRequestLineBytes; }
  int start_line_too_long_status() const override { return 502; }
  std::size_t empty_lines_allowed() const override { return 0; }
  bool start_line(std::string_view line) override;
  bool field(std::string_view, std::string_view) override { return true; }
  int error_status(int) const override { return 502; }
  bool fields_end() override;

  bool to_head_;
  std::size_t interim_ = 0;
  ResponseHead head_;
};

}  // namespace sekisho::http
