#include "http/sse.h"

#include <algorithm>
#include <array>
#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sekisho::http {
namespace {

// One big event must not hold its memory for the rest of a long stream.
constexpr std::size_t kKeptCapacity = 64 * 1024;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// The first LF or CR at or behind `from`; npos when there is none.
std::size_t find_line_end(std::string_view text, std::size_t from) {
#if defined(__SSE2__)
  const __m128i lf = _mm_set1_epi8('\n');
  const __m128i cr = _mm_set1_epi8('\r');
  for (; from + 16 <= text.size(); from += 16) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + from));
    const auto hits = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, lf), _mm_cmpeq_epi8(bytes, cr))));
    if (hits != 0) return from + static_cast<std::size_t>(std::countr_zero(hits));
  }
#endif
  for (; from < text.size(); ++from) {
    if (text[from] == '\n' || text[from] == '\r') return from;
  }
  return std::string_view::npos;
}

// Cuts the first line, without its end, off the front of `text`.
std::string_view cut_line(std::string_view& text) {
  const auto end = find_line_end(text, 0);
  const auto line = text.substr(0, end);
  if (end == std::string_view::npos) {
    text = {};
  } else {
    const bool pair = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (pair ? 2 : 1));
  }
  return line;
}

}  // namespace

void SseSplitter::feed(std::string_view bytes) {
  keep_rest();
  if (buffer_.empty()) {
    rest_ = bytes;
  } else {
    buffer_.append(bytes);
    rest_ = buffer_;
  }
}

// Moves unread bytes to the front of buffer_, where more can be added behind them.
void SseSplitter::keep_rest() {
  if (buffer_.empty()) {
    buffer_.assign(rest_);
  } else {
    buffer_.erase(0, static_cast<std::size_t>(rest_.data() - buffer_.data()));
  }
  if (buffer_.empty() && buffer_.capacity() > kKeptCapacity) buffer_ = std::string();
  rest_ = buffer_;
}

Result<std::optional<SseEvent>> SseSplitter::next() {
  const auto length = too_large_ ? 0 : find_event_end();
  if (too_large_ || (length == 0 ? rest_.size() : length) > max_event_bytes_) {
    too_large_ = true;
    return fail(Code::kTooLarge, "an event of the stream is larger than the limit");
  }
  if (length > 0) return take(length, true);
  keep_rest();
  return std::nullopt;
}

Result<std::optional<SseEvent>> SseSplitter::finish() {
  if (too_large_) return fail(Code::kTooLarge, "an event of the stream is larger than the limit");
  if (rest_.empty()) return std::nullopt;
  // A CR that is the blank line and whose LF never came, or the late LF of such a CR.
  const bool terminated =
      rest_ == "\n" || (rest_.back() == '\r' && line_start_ + 1 == rest_.size());
  return take(rest_.size(), terminated);
}

// Whether the line end at `at` is known entirely; fills its kind.
bool SseSplitter::line_end(std::size_t at, bool blank, LineEnd& kind) const {
  if (rest_[at] == '\n') {
    kind = LineEnd::kLf;
    return true;
  }
  if (blank && last_end_ == LineEnd::kCr) {
    kind = LineEnd::kCr;
    return true;
  }
  if (at + 1 == rest_.size()) return false;
  kind = rest_[at + 1] == '\n' ? LineEnd::kCrLf : LineEnd::kCr;
  return true;
}

std::size_t SseSplitter::find_event_end() {
  if (skip_lf_ && scanned_ == 0 && !rest_.empty()) {
    skip_lf_ = false;
    if (rest_.front() == '\n') scanned_ = line_start_ = 1;
  }
  for (;;) {
    const auto at = find_line_end(rest_, scanned_);
    if (at == std::string_view::npos) {
      scanned_ = rest_.size();
      return 0;
    }
    const auto line = rest_.substr(line_start_, at - line_start_);
    const bool first = at_stream_start_ && line_start_ == 0;
    const bool blank = line.empty() || (first && line == kByteOrderMark);
    LineEnd kind;
    if (!line_end(at, blank, kind)) {
      scanned_ = at;
      return 0;
    }
    last_end_ = kind;
    scanned_ = line_start_ = at + (kind == LineEnd::kCrLf ? 2 : 1);
    if (blank) {
      skip_lf_ = kind == LineEnd::kCr;
      return scanned_;
    }
  }
}

SseEvent SseSplitter::take(std::size_t length, bool terminated) {
  SseEvent event{.raw = rest_.substr(0, length), .terminated = terminated};
  rest_.remove_prefix(length);
  scanned_ = line_start_ = 0;
  auto text = event.raw;
  if (at_stream_start_ && text.starts_with(kByteOrderMark)) text.remove_prefix(3);
  at_stream_start_ = false;

  std::size_t data_lines = 0;
  while (!text.empty()) {
    const auto line = cut_line(text);
    const auto colon = line.find(':');
    const auto field = line.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "data") {
      if (++data_lines == 1) {
        event.data = value;
      } else {
        if (data_lines == 2) joined_data_.assign(event.data);
        joined_data_.append(1, '\n').append(value);
      }
    } else if (field == "event") {
      event.name = value;
    } else if (field == "id") {
      event.id = value;
    }
  }
  event.has_data = data_lines > 0;
  if (data_lines > 1) event.data = joined_data_;
  return event;
}

bool is_event_stream(std::string_view raw) {
  constexpr std::array<std::string_view, 4> kFields{"event", "id", "retry", "data"};
  for (std::size_t begin = 0; begin < raw.size();) {
    auto end = std::min(raw.find_first_of("\r\n", begin), raw.size());
    auto line = raw.substr(begin, end - begin);
    begin = end + 1;
    bool known = line.empty() || line.starts_with(':') ||
                 std::ranges::find(kFields, line.substr(0, line.find(':'))) != kFields.end();
    if (!known) return false;
  }
  return true;
}

}  // namespace sekisho::http
