#include "http/h1_writer.h"

#include <array>
#include <charconv>

#include "http/h1_syntax.h"

namespace sekisho::http {
namespace {

constexpr std::string_view kLengthName = "Content-Length: ";
constexpr std::string_view kChunkedLine = "Transfer-Encoding: chunked\r\n";
constexpr std::string_view kCloseLine = "Connection: close\r\n";
constexpr std::string_view kKeepAliveLine = "Connection: keep-alive\r\n";
constexpr std::size_t kMaxDecimalDigits = 20;

bool is_framing_name(std::string_view name) {
  return equals_ignoring_case(name, "content-length") ||
         equals_ignoring_case(name, "transfer-encoding") ||
         equals_ignoring_case(name, "connection");
}

// Checks every field and sums up what they take on the wire.
Result<std::size_t> measure(const Headers& headers, bool host_is_framing) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers.fields()) {
    if (!is_token(name)) {
      return fail(Code::kInvalidArgument, "illegal character in a header name");
    }
    if (is_framing_name(name) || (host_is_framing && equals_ignoring_case(name, "host"))) {
      return fail(Code::kInvalidArgument, "header " + name + " is set by the transport");
    }
    if (!is_field_value(value)) {
      return fail(Code::kInvalidArgument, "illegal character in the value of header " + name);
    }
    bytes += name.size() + value.size() + 4;
  }
  return bytes;
}

std::size_t framing_bytes(const Framing& framing) {
  std::size_t bytes = 0;
  if (framing.kind == Framing::Kind::kLength) bytes += kLengthName.size() + kMaxDecimalDigits + 2;
  if (framing.kind == Framing::Kind::kChunked) bytes += kChunkedLine.size();
  if (framing.close) bytes += kCloseLine.size();
  if (framing.keep_alive) bytes += kKeepAliveLine.size();
  return bytes;
}

void append_rest(std::string& out, const Headers& headers, const Framing& framing) {
  for (const auto& [name, value] : headers.fields()) {
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (framing.kind == Framing::Kind::kLength) {
    std::array<char, kMaxDecimalDigits> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), framing.length).ptr;
    out.append(kLengthName).append(digits.begin(), end).append("\r\n");
  } else if (framing.kind == Framing::Kind::kChunked) {
    out.append(kChunkedLine);
  }
  if (framing.close) {
    out.append(kCloseLine);
  } else if (framing.keep_alive) {
    out.append(kKeepAliveLine);
  }
  out.append("\r\n");
}

}  // namespace

Result<void> write_request_head(std::string& out, const RequestLine& line, const Headers& headers,
                                const Framing& framing) {
  if (!is_token(line.method)) return fail(Code::kInvalidArgument, "illegal request method");
  if (!is_target(line.target)) return fail(Code::kInvalidArgument, "illegal request target");
  if (!is_authority(line.authority)) return fail(Code::kInvalidArgument, "illegal Host");
  TRY(const std::size_t fields, measure(headers, true));
  constexpr std::string_view kVersionAndHost = " HTTP/1.1\r\nHost: ";
  out.reserve(out.size() + line.method.size() + 1 + line.target.size() + kVersionAndHost.size() +
              line.authority.size() + 2 + fields + framing_bytes(framing) + 2);
  out.append(line.method).append(" ").append(line.target).append(kVersionAndHost);
  out.append(line.authority).append("\r\n");
  append_rest(out, headers, framing);
  return {};
}

Result<void> write_response_head(std::string& out, int status, const Headers& headers,
                                 const Framing& framing) {
  if (status < 100 || status > 599) return fail(Code::kInvalidArgument, "illegal status");
  TRY(const std::size_t fields, measure(headers, false));
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  const auto reason = reason_phrase(status);
  out.reserve(out.size() + kVersion.size() + 4 + reason.size() + 2 + fields +
              framing_bytes(framing) + 2);
  const char digits[4] = {static_cast<char>('0' + status / 100),
                          static_cast<char>('0' + status / 10 % 10),
                          static_cast<char>('0' + status % 10), ' '};
  out.append(kVersion).append(digits, 4).append(reason).append("\r\n");
  append_rest(out, headers, framing);
  return {};
}

std::string_view write_chunk_prefix(std::span<char, kChunkPrefixBytes> out, std::size_t bytes) {
  char* end = std::to_chars(out.data(), out.data() + 16, bytes, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return {out.data(), end};
}

}  // namespace sekisho::http
