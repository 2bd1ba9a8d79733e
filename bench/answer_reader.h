#pragma once
// Reads one answer of the mock, through whatever proxy, and says whether it is whole: the right
// status, id and text, every delta, a proper end. Minimal and lenient where it may be: it knows
// who speaks.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::bench {

class AnswerReader {
 public:
  enum class State : std::uint8_t { kMore, kDone, kBroken };

  void start(bool stream);
  State feed(std::string_view bytes);
  // Why it is broken.
  const std::string& fault() const { return fault_; }
  // Data frames of a stream.
  int frames() const { return frames_; }
  bool first_frame_seen() const { return frames_ > 0; }
  bool will_close() const { return close_; }

 private:
  State broken(std::string why);
  bool head_complete();
  State body();
  State finish();
  void take_payload(std::string_view bytes);
  void take_line(std::string_view line);

  bool stream_ = false, in_body_ = false, chunked_ = false, close_ = false;
  std::string raw_;  // unread bytes
  std::size_t body_left_ = 0;
  std::string text_;  // plain: the body; stream: the incomplete line
  std::string said_;  // contents of all deltas
  bool done_line_ = false;
  int frames_ = 0;
  std::string fault_;
};

}  // namespace sekisho::bench
