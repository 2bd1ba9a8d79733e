#include "http/write_all.h"

namespace sekisho::http {
namespace {

// Of so much the copying is dearer than waking anybody: it leaves while the caches hold it.
constexpr std::size_t kLargeBytes = 16 * 1024;

std::size_t bytes_in(std::span<const iovec> parts) {
  std::size_t sum = 0;
  for (const auto& part : parts) sum += part.iov_len;
  return sum;
}

}  // namespace

io::task<Result<void>> write_all(io::Stream& stream, std::span<iovec> parts, Duration stall) {
  auto& loop = stream.loop();
  auto give_up = loop.now() + stall;
  for (;;) {
    auto before = bytes_in(parts);
    // Looked at four times per stall time, so that the last progress is known well enough.
    auto until = loop.now() + stall / 4;
    auto written = co_await (before < kLargeBytes ? stream.write_at_turn_end(parts, until)
                                                  : stream.write(parts, until));
    if (written) co_return Result<void>();
    if (written.error().code != Code::kTimeout) co_return Failure(std::move(written).error());
    if (bytes_in(parts) < before) give_up = loop.now() + stall * 3 / 4;
    if (loop.now() >= give_up) co_return Failure(std::move(written).error());
  }
}

}  // namespace sekisho::http
