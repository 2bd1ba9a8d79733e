// The event splitter on foreign bytes: the raw parts are the stream, and cuts change nothing. The
// first byte chooses the cut.
#include "http/sse.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using sekisho::http::SseSplitter;

struct Seen {
  std::string raw;
  std::vector<std::string> events;
  bool failed = false;
  bool operator==(const Seen&) const = default;
};

constexpr std::size_t kMaxEvent = 300;

Seen run(std::string_view bytes, std::size_t step) {
  SseSplitter splitter(kMaxEvent);
  Seen seen;
  const auto take = [&seen](const auto& event) {
    seen.failed = !event;
    if (!event || !*event) return false;
    const auto& e = **event;
    seen.raw += e.raw;
    seen.events.push_back(std::string(e.raw) + "|" + std::string(e.name) + "|" +
                          std::string(e.data) + "|" + std::string(e.id) + "|" +
                          (e.terminated ? "t" : "c") + (e.has_data ? "d" : ""));
    return true;
  };
  for (std::size_t at = 0; at < bytes.size() && !seen.failed; at += step) {
    const std::string piece(bytes.substr(at, step));  // dies after its turn, as read buffers do
    splitter.feed(piece);
    while (take(splitter.next())) {
    }
  }
  if (!seen.failed) take(splitter.finish());
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = run(bytes, bytes.size() + 1);
  if (run(bytes, 1 + data[0]) != whole) std::abort();
  if (!whole.failed && whole.raw != bytes) std::abort();
  return 0;
}
