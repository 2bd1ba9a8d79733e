#include "http/h1_parser.h"
#include "http/h1_syntax.h"

namespace sekisho::http {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void ResponseParser::reset(bool to_head) {
  restart();
  head_ = ResponseHead();
  head_.headers.reserve(kUsualFields);
  to_head_ = to_head;
  interim_ = 0;
}

// HTTP-version SP 3DIGIT [SP reason]; the blank before an empty reason is often left out.
bool ResponseParser::start_line(std::string_view line) {
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || (line[7] != '0' && line[7] != '1') ||
      line[8] != ' ') {
    return fail(502, "malformed status line");
  }
  const auto digits = line.substr(9, 3);
  if (!is_digit(digits[0]) || !is_digit(digits[1]) || !is_digit(digits[2]) ||
      (line.size() > 12 && line[12] != ' ')) {
    return fail(502, "malformed status line");
  }
  const auto reason = line.size() > 13 ? line.substr(13) : std::string_view();
  if (!is_field_value(reason)) return fail(502, "illegal character in the reason phrase");
  head_.minor_version = line[7] - '0';
  head_.status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
  if (head_.status < 100 || head_.status > 599) return fail(502, "status out of range");
  head_.reason = reason;
  return true;
}

bool ResponseParser::fields_end() {
  const int status = head_.status;
  if (status == 101) return fail(502, "protocol switch that nobody asked for");
  if (status < 200) {
    if (fields_.length_count + fields_.transfer_encoding_count > 0) {
      return fail(502, "framing header in an interim response");
    }
    if (++interim_ > limits::kInterimResponses) return fail(502, "too many interim responses");
    const auto seen = interim_;
    reset(to_head_);
    interim_ = seen;
    return true;
  }
  if (!check_framing(head_.minor_version)) return false;
  set_keep_alive(head_.minor_version);
  phase_ = Phase::kBody;
  if (to_head_ || status == 204 || status == 304) {
    body_.start(BodyDecoder::Kind::kNone, 0, 0);
  } else if (fields_.chunked) {
    body_.start(BodyDecoder::Kind::kChunked, 0, UINT64_MAX);
  } else if (fields_.length_count > 0) {
    body_.start(BodyDecoder::Kind::kLength, fields_.length, UINT64_MAX);
  } else {
    body_.start(BodyDecoder::Kind::kUntilClose, 0, UINT64_MAX);
    keep_alive_ = false;
  }
  return true;
}

}  // namespace sekisho::http
