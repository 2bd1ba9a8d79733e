#include "http/write_all.h"

namespace sekisho::http {
namespace {

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
    auto written = co_await stream.write_at_turn_end(parts, loop.now() + stall / 4);
    if (written) co_return Result<void>();
    if (written.error().code != Code::kTimeout) co_return Failure(std::move(written).error());
    if (bytes_in(parts) < before) give_up = loop.now() + stall * 3 / 4;
    if (loop.now() >= give_up) co_return Failure(std::move(written).error());
  }
}

}  // namespace sekisho::http
