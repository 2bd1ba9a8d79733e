#include <algorithm>

#include "http/h1_parser.h"
#include "http/h1_syntax.h"

namespace sekisho::http {
namespace {

constexpr std::size_t kMaxMethodBytes = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void RequestParser::reset() {
  restart();
  head_ = RequestHead();
  head_.headers.reserve(kUsualFields);
  hosts_ = 0;
  expects_continue_ = false;
}

bool RequestParser::start_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return fail(400, "malformed request line");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return fail(400, "illegal character in the method");
  if (!is_target(target)) return fail(400, "illegal character in the request target");
  if (!version(line.substr(last + 1))) return false;
  if (method.size() > kMaxMethodBytes || method == "CONNECT") return fail(501, "unknown method");
  head_.method = method;
  head_.target = target;
  return true;
}

bool RequestParser::version(std::string_view text) {
  if (text.size() != 8 || !text.starts_with("HTTP/") || !is_digit(text[5]) || text[6] != '.' ||
      !is_digit(text[7])) {
    return fail(400, "malformed HTTP version");
  }
  if (text[5] != '1' || text[7] > '1') return fail(505, "HTTP version not supported");
  head_.minor_version = text[7] - '0';
  return true;
}

bool RequestParser::field(std::string_view name, std::string_view value) {
  if (name.size() == 4 && equals_ignoring_case(name, "host")) {
    if (++hosts_ > 1) return fail(400, "more than one Host");
    if (!is_authority(value)) return fail(400, "malformed Host");
  } else if (name.size() == 6 && equals_ignoring_case(name, "expect")) {
    if (!equals_ignoring_case(value, "100-continue")) return fail(417, "unknown expectation");
    expects_continue_ = true;
  }
  return true;
}

bool RequestParser::check_target() {
  std::string& target = head_.target;
  if (target.front() == '/') return true;
  if (target == "*" && head_.method == "OPTIONS") return true;
  const auto scheme_end = target.find("://");
  if (scheme_end == std::string::npos) return fail(400, "malformed request target");
  const auto scheme = std::string_view(target).substr(0, scheme_end);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
    return fail(400, "unknown scheme in the request target");
  }
  const auto start = scheme_end + 3;
  const auto end = std::min(target.find_first_of("/?", start), target.size());
  const auto authority = std::string_view(target).substr(start, end - start);
  if (hosts_ == 0 || !equals_ignoring_case(authority, head_.headers.get("host"))) {
    return fail(400, "request target and Host differ");
  }
  std::string origin_form = target.substr(end);
  if (origin_form.empty() || origin_form.front() != '/') origin_form.insert(0, "/");
  target = std::move(origin_form);
  return true;
}

bool RequestParser::fields_end() {
  if (!check_framing(head_.minor_version)) return false;
  if (hosts_ == 0 && head_.minor_version >= 1) return fail(400, "no Host");
  if (!check_target()) return false;
  set_keep_alive(head_.minor_version);
  phase_ = Phase::kBody;
  if (fields_.chunked) {
    body_.start(BodyDecoder::Kind::kChunked, 0, max_body_);
  } else if (fields_.length_count > 0) {
    body_.start(BodyDecoder::Kind::kLength, fields_.length, max_body_);
  } else {
    body_.start(BodyDecoder::Kind::kNone, 0, 0);
  }
  return true;
}

}  // namespace sekisho::http
