#include "http/h1_parser.h"

#include <cstring>

#include "http/h1_syntax.h"

namespace sekisho::http {
namespace {

// 1*DIGIT, saturating. False when it is not that.
bool parse_length(std::string_view text, std::uint64_t& out) {
  if (text.empty()) return false;
  out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    out = out > (UINT64_MAX - digit) / 10 ? UINT64_MAX : out * 10 + digit;
  }
  return true;
}

}  // namespace

void MessageParser::restart() {
  phase_ = Phase::kStartLine;
  body_ = BodyDecoder();
  fields_ = FramingFields();
  keep_alive_ = false;
  error_ = {};
  scanned_ = head_bytes_ = empty_lines_ = 0;
}

bool MessageParser::fail(int status, std::string_view reason) {
  phase_ = Phase::kFailed;
  error_ = {error_status(status), reason};
  keep_alive_ = false;
  return false;
}

ParseStep MessageParser::next(std::string_view input) {
  std::size_t at = 0;
  while (phase_ == Phase::kStartLine || phase_ == Phase::kFields) {
    const auto rest = input.substr(at);
    const auto* lf = static_cast<const char*>(
        rest.size() > scanned_ ? std::memchr(rest.data() + scanned_, '\n', rest.size() - scanned_)
                               : nullptr);
    const bool in_fields = phase_ == Phase::kFields;
    const auto limit = in_fields ? limits::kHeaderLineBytes : start_line_limit();
    const auto seen = lf ? static_cast<std::size_t>(lf - rest.data()) + 1 : rest.size();
    if (seen > limit + (lf ? 2 : 1)) {
      fail(in_fields ? 431 : start_line_too_long_status(),
           in_fields ? "header line too long" : "first line too long");
      break;
    }
    if (!lf) {
      scanned_ = rest.size();
      return {ParseEvent::kMore, at};
    }
    scanned_ = 0;
    at += seen;
    head_bytes_ += seen;
    if (head_bytes_ > limits::kHeadBytes) {
      fail(431, "header section too large");
    } else if (seen < 2 || rest[seen - 2] != '\r') {
      fail(400, "line ends with a bare LF");
    } else if (line(rest.substr(0, seen - 2)) && phase_ == Phase::kBody) {
      return {ParseEvent::kHead, at};
    }
  }
  if (phase_ == Phase::kFailed) return {ParseEvent::kError, at};
  if (phase_ == Phase::kDone) return {ParseEvent::kEnd, at};
  return body_step(body_.next(input));  // kHead has returned before: `at` is 0 here
}

ParseStep MessageParser::body_step(ParseStep step) {
  if (step.event == ParseEvent::kEnd) phase_ = Phase::kDone;
  if (step.event == ParseEvent::kError) fail(body_.error().status, body_.error().reason);
  return step;
}

ParseStep MessageParser::finish() {
  if (phase_ == Phase::kDone) return {ParseEvent::kEnd};
  if (phase_ == Phase::kBody) return body_step(body_.finish());
  if (phase_ != Phase::kFailed) fail(400, "connection closed before the end of the head");
  return {ParseEvent::kError};
}

bool MessageParser::line(std::string_view line) {
  if (phase_ == Phase::kStartLine) {
    if (line.empty()) {
      return ++empty_lines_ <= empty_lines_allowed() ||
             fail(400, "empty line instead of a message");
    }
    phase_ = Phase::kFields;
    return start_line(line);
  }
  return line.empty() ? fields_end() : field_line(line);
}

bool MessageParser::field_line(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') return fail(400, "folded header line");
  if (headers().fields().size() >= limits::kHeaderCount) return fail(431, "too many header fields");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return fail(400, "header line without a colon");
  const auto name = line.substr(0, colon);
  if (!name.empty() && (name.back() == ' ' || name.back() == '\t')) {
    return fail(400, "blank before the colon of a header");
  }
  if (!is_token(name)) return fail(400, "illegal character in a header name");
  const auto value = trim_blanks(line.substr(colon + 1));
  if (!is_field_value(value)) return fail(400, "illegal character in a header value");
  note_framing(name, value);
  if (!field(name, value)) return false;
  headers().add(name, value);
  return true;
}

void MessageParser::note_framing(std::string_view name, std::string_view value) {
  if (name.size() == 14 && equals_ignoring_case(name, "content-length")) {
    ++fields_.length_count;
    if (!parse_length(value, fields_.length)) fields_.length_malformed = true;
  } else if (name.size() == 17 && equals_ignoring_case(name, "transfer-encoding")) {
    ++fields_.transfer_encoding_count;
    std::size_t codings = 0;
    each_list_member(value, [&](std::string_view coding) {
      ++codings;
      if (!equals_ignoring_case(coding, "chunked")) fields_.unknown_coding = true;
    });
    fields_.chunked = codings == 1 && value.size() == 7;
  } else if (name.size() == 10 && equals_ignoring_case(name, "connection")) {
    each_list_member(value, [&](std::string_view option) {
      fields_.close = fields_.close || equals_ignoring_case(option, "close");
      fields_.keep_alive = fields_.keep_alive || equals_ignoring_case(option, "keep-alive");
    });
  }
}

bool MessageParser::check_framing(int minor_version) {
  if (fields_.transfer_encoding_count > 0) {
    if (fields_.length_count > 0) return fail(400, "both Content-Length and Transfer-Encoding");
    if (minor_version == 0) return fail(400, "Transfer-Encoding in HTTP/1.0");
    if (fields_.unknown_coding) return fail(501, "unknown transfer coding");
    if (fields_.transfer_encoding_count > 1 || !fields_.chunked) {
      return fail(400, "malformed Transfer-Encoding");
    }
  }
  if (fields_.length_count > 1) return fail(400, "more than one Content-Length");
  if (fields_.length_malformed) return fail(400, "malformed Content-Length");
  return true;
}

void MessageParser::set_keep_alive(int minor_version) {
  keep_alive_ = !fields_.close && (minor_version >= 1 || fields_.keep_alive);
}

}  // namespace sekisho::http
