#pragma once
// Splits a text/event-stream into events, sans-IO, without changing a byte: the `raw` parts of all
// events, one after another, are the stream. Line ends are LF, CRLF and CR, mixed as they come; a
// byte order mark at the start is skipped. The outcome depends on the bytes alone, not on how they
// were split.
//
// feed() bytes, then next() until it answers nullopt, then feed() again. Fed bytes are not copied
// when an event lies within one feed, so they must stay in place until next() answered nullopt;
// views in an event are valid until the next call of any member.
// An event ends with its blank line. A CR that is the blank line ends it at once when the line
// before ended with a lone CR too; otherwise its LF is awaited (an LF that comes in the first case
// belongs to `raw` of the next event).
// Errors: kTooLarge for an event over the limit; the splitter answers it for ever after.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace sekisho::http {

struct SseEvent {
  std::string_view raw;    // as it came, with line ends and the blank line
  std::string_view name;   // the last "event" field; "" when there is none
  std::string_view data;   // "data" fields joined with LF
  std::string_view id;     // the last "id" field
  bool has_data = false;   // false: comment (ping), stray blank line, or other fields only
  bool terminated = true;  // false: the stream ended before the blank line
};

// Whether an event without data holds comments, blank lines and known fields alone. Anything else
// is no stream of events but garbage, which nobody could inspect.
bool is_event_stream(std::string_view raw);

class SseSplitter {
 public:
  explicit SseSplitter(std::size_t max_event_bytes = limits::kSseFrameBytes)
      : max_event_bytes_(max_event_bytes) {}
  SseSplitter(const SseSplitter&) = delete;
  SseSplitter& operator=(const SseSplitter&) = delete;

  void feed(std::string_view bytes);
  Result<std::optional<SseEvent>> next();
  // The stream ended: what is left, as one event that is not terminated (or nothing).
  Result<std::optional<SseEvent>> finish();
  // Bytes held back because their event is not complete.
  std::size_t pending_bytes() const { return rest_.size(); }

 private:
  enum class LineEnd : std::uint8_t { kNone, kLf, kCrLf, kCr };

  // The length of the event at the front of rest_; 0 when it is not complete.
  std::size_t find_event_end();
  bool line_end(std::size_t at, bool blank, LineEnd& kind) const;
  SseEvent take(std::size_t length, bool terminated);
  void keep_rest();

  std::size_t max_event_bytes_;
  std::string buffer_;     // an incomplete event, and what was fed behind it
  std::string_view rest_;  // unread bytes: in the caller's feed or in buffer_
  std::string joined_data_;
  std::size_t scanned_ = 0;     // bytes of rest_ already looked at
  std::size_t line_start_ = 0;  // of the line in which scanned_ is
  LineEnd last_end_ = LineEnd::kNone;
  bool skip_lf_ = false;  // an LF at the front of rest_ belongs to the CR before it
  bool at_stream_start_ = true;
  bool too_large_ = false;
};

}  // namespace sekisho::http
