#pragma once
// Runs a parser over given pieces of a byte stream, the way a connection does, and writes down
// what came out. For tests and fuzzers.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "http/h1_parser.h"

namespace sekisho::http::testing {

// What one message amounted to.
struct Outcome {
  std::string head;  // first line and fields, one per line
  std::string body;
  bool ended = false;
  bool keep_alive = false;
  ParseError error;
  std::size_t consumed = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

inline std::string describe(const RequestHead& head) {
  std::string text = head.method + " " + head.target + " 1." + std::to_string(head.minor_version);
  for (const auto& [name, value] : head.headers.fields()) text += "\n" + name + "=" + value;
  return text;
}

inline std::string describe(const ResponseHead& head) {
  std::string text =
      std::to_string(head.status) + " " + head.reason + " 1." + std::to_string(head.minor_version);
  for (const auto& [name, value] : head.headers.fields()) text += "\n" + name + "=" + value;
  return text;
}

// Parses one message that arrives in `pieces`; `close` says that the peer closes after them.
// `direct`: body bytes whose place is known are taken past next(), as a server may do.
template <class Parser>
Outcome parse_pieces(Parser& parser, const std::vector<std::string_view>& pieces,
                     bool close = false, bool direct = false) {
  Outcome out;
  std::string buffer;
  const auto act = [&](const ParseStep& step) {
    out.consumed += step.consumed;
    out.body += step.body;
    if (step.event == ParseEvent::kHead) {
      out.head = describe(parser.head());
      out.keep_alive = parser.keep_alive();
    }
    out.ended = step.event == ParseEvent::kEnd;
    out.error = parser.error();
    return step.event == ParseEvent::kHead || step.event == ParseEvent::kBody;
  };
  for (const auto piece : pieces) {
    buffer += piece;
    for (;;) {
      if (direct && parser.direct_body_bytes() > 0 && !buffer.empty()) {
        const auto n = std::min<std::uint64_t>(parser.direct_body_bytes(), buffer.size());
        out.body += buffer.substr(0, n);
        out.consumed += n;
        buffer.erase(0, n);
        parser.took_body_bytes(n);
      }
      const auto step = parser.next(buffer);
      const bool more = act(step);
      buffer.erase(0, step.consumed);
      if (!more) break;
    }
    if (out.ended || out.error) return out;
  }
  if (close) act(parser.finish());
  return out;
}

inline std::vector<std::string_view> bytewise(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < text.size(); ++i) pieces.push_back(text.substr(i, 1));
  return pieces;
}

}  // namespace sekisho::http::testing
