// The event-stream decoder on foreign bytes: it must not crash, and how the bytes are cut must not
// change what comes out. The first byte chooses the cut.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/aws/event_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho::wire::aws;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = 1 + data[0];
  std::vector<EventMessage> whole, cut;
  EventStreamDecoder one, many;
  const bool whole_ok = one.feed(bytes, whole).has_value();
  bool cut_ok = true;
  for (std::size_t at = 0; at < bytes.size() && cut_ok; at += step) {
    cut_ok = many.feed(bytes.substr(at, step), cut).has_value();
  }
  if (whole_ok != cut_ok || whole != cut) std::abort();
  if (whole_ok && one.at_boundary() != many.at_boundary()) std::abort();
  for (const EventMessage& message : whole) (void)encode_message(message);
  return 0;
}
