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
  for (;;) {
    auto before = bytes_in(parts);
    auto written = co_await stream.write(parts, stream.loop().now() + stall);
    if (written) co_return Result<void>();
    bool moved = bytes_in(parts) < before;
    if (written.error().code != Code::kTimeout || !moved) {
      co_return Failure(std::move(written).error());
    }
  }
}

}  // namespace sekisho::http
