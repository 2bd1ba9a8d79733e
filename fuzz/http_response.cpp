// The response parser on foreign bytes: no crash, cuts change nothing, every fault is a 502. The
// first byte chooses the cut and, by its lowest bit, whether the request was HEAD.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "http/h1_parse_driver.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho::http;
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool to_head = (data[0] & 1) != 0;
  const std::size_t step = 1 + data[0] / 2;
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < bytes.size(); at += step) pieces.push_back(bytes.substr(at, step));

  ResponseParser whole(to_head), cut(to_head), direct(to_head);
  const auto outcome = testing::parse_pieces(whole, {bytes}, true);
  if (testing::parse_pieces(cut, pieces, true) != outcome) std::abort();
  if (testing::parse_pieces(direct, pieces, true, true) != outcome) std::abort();
  if (outcome.consumed > bytes.size()) std::abort();
  if (outcome.ended == (outcome.error.status == 502)) std::abort();
  if (to_head && !outcome.body.empty()) std::abort();
  return 0;
}
