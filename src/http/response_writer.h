#pragma once
// The outgoing side of one server connection. Small pieces of a streamed answer are gathered and
// leave in one system call at the end of the loop's turn; large ones are written at once, together
// with what is gathered. While the client does not take them, up to kClientQueueBytes wait here
// and go on by themselves; then send() waits, which is the back-pressure.
// One sender at a time; push() (pings) may come from anywhere on the loop.

#include <optional>
#include <string>

#include "base/limits.h"
#include "io/signal.h"
#include "io/stream.h"

namespace sekisho::http {

class ResponseWriter {
 public:
  // `on_error` is called once when writing fails while nobody awaits it.
  ResponseWriter(io::Stream& stream, Duration stall, std::move_only_function<void()> on_error);

  // Appends `bytes`, as one chunk if `chunked`. Errors: those of the stream, kTimeout (stall).
  io::task<Result<void>> send(std::string_view bytes, bool chunked);
  // Writes what is gathered and `parts` in one go and waits for the kernel to have it.
  io::task<Result<void>> write(std::span<iovec> parts);
  // Gathers without waiting; false when earlier bytes wait for the client.
  bool push(std::string_view bytes, bool chunked);
  io::task<Result<void>> flush() { return write({}); }

 private:
  void gather(std::string_view bytes, bool chunked);
  void flush_at_turn_end();
  io::task<void> flush_in_background();
  io::task<Result<void>> wait_until_idle();
  Result<void> keep(Result<void> outcome);  // remembers a failure

  io::Stream& stream_;
  Duration stall_;
  std::move_only_function<void()> on_error_;
  std::string queue_;    // gathered
  std::string sending_;  // being written
  bool busy_ = false;    // a write is pending
  std::optional<Error> error_;
  io::Signal idle_;
  io::Deferred flush_;
  io::task<void> background_;
};

}  // namespace sekisho::http
