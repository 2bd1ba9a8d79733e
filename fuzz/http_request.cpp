// The request parser on foreign bytes. Laws: no crash; how the bytes are cut, and who reads the
// body, changes nothing; it never consumes more than there is; what it accepted, the writer can
// write and the parser reads back as the same message.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/h1_parse_driver.h"
#include "http/h1_writer.h"

namespace {

using namespace sekisho::http;

void check(bool law) {
  if (!law) std::abort();
}

void check_round_trip(const RequestHead& head, const testing::Outcome& outcome) {
  if (head.target.front() != '/') return;
  Headers plain;
  for (const auto& [name, value] : head.headers.fields()) {
    if (equals_ignoring_case(name, "host") || equals_ignoring_case(name, "connection") ||
        equals_ignoring_case(name, "content-length") ||
        equals_ignoring_case(name, "transfer-encoding")) {
      continue;
    }
    plain.add(name, value);
  }
  std::string text;
  check(write_request_head(text, {head.method, head.target, "host"}, plain,
                           Framing::with_length(outcome.body.size()))
            .has_value());
  text += outcome.body;
  RequestParser parser;
  const auto again = testing::parse_pieces(parser, {text});
  // The fields that were set anew may push a head over its limits.
  if (again.error.status == 431 || again.error.status == 414) return;
  check(again.ended && again.body == outcome.body);
  check(parser.head().method == head.method && parser.head().target == head.target);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = 1 + data[0];
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < bytes.size(); at += step) pieces.push_back(bytes.substr(at, step));

  constexpr std::uint64_t kMaxBody = 4096;
  RequestParser whole(kMaxBody), cut(kMaxBody), direct(kMaxBody);
  const auto outcome = testing::parse_pieces(whole, {bytes}, true);
  check(testing::parse_pieces(cut, pieces, true) == outcome);
  check(testing::parse_pieces(direct, pieces, true, true) == outcome);
  check(outcome.consumed <= bytes.size());
  check(outcome.ended != (outcome.error.status != 0));
  check(outcome.body.size() <= kMaxBody);
  if (outcome.ended) check_round_trip(whole.head(), outcome);
  return 0;
}
