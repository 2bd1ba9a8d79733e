#include "wire/event_encoder.h"

namespace sekisho::wire {

void EventEncoder::encode(const AnswerEvent& event, std::string& out) {
  using Kind = AnswerEvent::Kind;
  if (over_) return;
  switch (event.kind) {
    case Kind::kStart:
      return start(out);
    case Kind::kBlockStart:
      return block_start(event, out);
    case Kind::kDelta:
      usage_.delta(event);
      return delta(event, out);
    case Kind::kBlockStop:
      return block_stop(event, out);
    case Kind::kStop:
      stop_ = event;
      return;
    case Kind::kUsage:
      return usage_.usage(event);
    case Kind::kError:
      return fail(event, out);
    case Kind::kEnd:
      return finish(out);
  }
}

void EventEncoder::fail(const AnswerEvent& event, std::string& out) {
  over_ = true;
  error(event, out);
}

void EventEncoder::finish(std::string& out) {
  if (stop_.stop == StopReason::kError) return fail(stop_, out);
  over_ = true;
  end(out);
}

}  // namespace sekisho::wire
