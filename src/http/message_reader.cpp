#include "http/message_reader.h"

#include <algorithm>
#include <string>

namespace sekisho::http {
namespace {

// From here on a body is read straight to its place.
constexpr std::size_t kDirectBytes = 32 * 1024;
// An announced length is believed up to this; beyond, memory grows as the bytes come.
constexpr std::size_t kTrustedBytes = 1 << 20;

Failure over_limit(std::size_t cap) {
  return fail(Code::kTooLarge, "a body over the limit of " + std::to_string(cap) + " bytes");
}

}  // namespace

io::task<Result<ParseStep>> MessageReader::next(SteadyTime deadline) {
  for (;;) {
    auto step = parser_.next(in_.unread());
    in_.consume(step.consumed);
    if (step.event != ParseEvent::kMore) co_return step;
    CO_TRY(auto space, in_.space());
    CO_TRY(auto count, co_await stream_.read(space, deadline));
    if (count == 0) {
      ended_ = true;
      co_return parser_.finish();
    }
    seen_ = true;
    in_.commit(count);
  }
}

io::Attempt MessageReader::try_read() {
  auto space = in_.space();
  if (!space) return Failure(std::move(space).error());
  auto count = stream_.try_read(*space);
  if (count && *count && **count > 0) {
    seen_ = true;
    in_.commit(**count);
  }
  return count;
}

io::task<Result<bool>> MessageReader::take(Buffer& into, std::size_t cap, SteadyTime deadline) {
  if (in_.empty() && parser_.body_kind() != BodyDecoder::Kind::kUntilClose &&
      parser_.direct_body_bytes() >= kDirectBytes) {
    co_return co_await take_direct(into, cap, deadline);
  }
  CO_TRY(auto step, co_await next(deadline));
  if (step.event == ParseEvent::kEnd) co_return true;
  if (step.event == ParseEvent::kError) {
    if (!ended_ && parser_.error().status == 413) co_return over_limit(cap);
    co_return fail(ended_ ? Code::kClosed : Code::kInvalidArgument,
                   std::string(parser_.error().reason));
  }
  if (into.size() + step.body.size() > cap) co_return over_limit(cap);
  if (parser_.body_kind() == BodyDecoder::Kind::kLength) {
    auto rest = std::min<std::uint64_t>(parser_.direct_body_bytes(), kTrustedBytes);
    CO_TRY_VOID(into.reserve(std::min<std::size_t>(cap, into.size() + step.body.size() + rest)));
  }
  CO_TRY_VOID(into.append(step.body));
  co_return false;
}

io::task<Result<bool>> MessageReader::take_direct(Buffer& into, std::size_t cap,
                                                  SteadyTime deadline) {
  auto rest = parser_.direct_body_bytes();
  if (rest > cap - std::min(cap, into.size())) co_return over_limit(cap);
  CO_TRY(auto space, into.prepare(std::min<std::uint64_t>(rest, kTrustedBytes)));
  auto place = space.first(std::min<std::uint64_t>(rest, space.size()));
  CO_TRY(auto count, co_await stream_.read(place, deadline));
  if (count == 0) co_return fail(Code::kClosed, "connection closed in the middle of the body");
  seen_ = true;
  into.commit(count);
  parser_.took_body_bytes(count);
  co_return false;
}

}  // namespace sekisho::http
