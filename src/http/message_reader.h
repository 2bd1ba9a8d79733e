#pragma once
// Feeds a parser from a stream. Everything it names must outlive its tasks.

#include "http/h1_parser.h"
#include "http/read_buffer.h"
#include "io/stream.h"

namespace sekisho::http {

class MessageReader {
 public:
  MessageReader(io::Stream& stream, ReadBuffer& in, MessageParser& parser)
      : stream_(stream), in_(in), parser_(parser) {}

  // The parser's next event, which is never kMore. Body slices hold until the next call.
  // Errors: those of the stream, kOverloaded.
  io::task<Result<ParseStep>> next(SteadyTime deadline);

  // Appends body bytes to `into` as they come, large stretches without passing the read buffer;
  // true at the body's end, false when a piece was taken and more is to come.
  // Errors: those of next(), kTooLarge beyond `cap`, kClosed in the middle of the body,
  // kInvalidArgument for bad framing.
  io::task<Result<bool>> take(Buffer& into, std::size_t cap, SteadyTime deadline);

  // Reads what is there without waiting; nothing when that is nothing.
  io::Attempt try_read();

  // Any byte of the present message arrived.
  bool seen() const { return seen_; }
  void start_message() { seen_ = !in_.empty(); }

 private:
  io::task<Result<bool>> take_direct(Buffer& into, std::size_t cap, SteadyTime deadline);
  io::Stream& stream_;
  ReadBuffer& in_;
  MessageParser& parser_;
  bool seen_ = false;
  bool ended_ = false;  // the peer closed its side
};

}  // namespace sekisho::http
