#include "wire/raw_answer.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "base/limits.h"
#include "http/sse.h"
#include "wire/aws/event_stream.h"
#include "wire/frame_reader.h"

namespace sekisho::wire {
namespace {

// The event read last. Most events of a stream equal the one before but for the content of one
// string; then only that string is read.
class LastEvent {
 public:
  void forget() { bytes_.clear(); }
  void remember(const RawFrame& frame) {
    bytes_ = frame.bytes;
    data_ = frame.data;
    text_ = frame.texts.front();
  }
  // Fills the frame if `raw` is such an event.
  bool repeats(std::string_view raw, RawFrame& frame) const {
    if (bytes_.empty()) return false;
    std::string_view before = std::string_view(bytes_).substr(0, text_.raw.begin),
                     behind = std::string_view(bytes_).substr(text_.raw.end);
    if (raw.size() <= before.size() + behind.size()) return false;
    if (!raw.ends_with(behind) || !raw.starts_with(before)) return false;
    JsonCursor cursor(raw, before.size() - 1);
    auto text = cursor.read_string();
    if (!text || text->raw.end + behind.size() != raw.size()) return false;
    frame.bytes = raw;
    frame.data = {data_.begin,
                  static_cast<std::uint32_t>(raw.size() - (bytes_.size() - data_.end))};
    frame.texts.push_back({text_.field, text->raw});
    return true;
  }

 private:
  std::string bytes_;  // empty: no such event
  Span data_;
  FrameText text_;
};

class StreamAnswer final : public ReadAnswer {
 public:
  using ReadAnswer::ReadAnswer;

  Result<void> feed(std::string_view bytes, std::vector<RawFrame>& out) override {
    if (broken_) return Failure(*broken_);
    splitter_.feed(bytes);
    while (true) {
      auto event = splitter_.next();
      if (!event) return broken("upstream stream: " + event.error().detail);
      if (!*event) return {};
      TRY_VOID(take(**event, out));
    }
  }

  Result<void> finish(std::vector<RawFrame>& out) override {
    if (broken_) return Failure(*broken_);
    auto event = splitter_.finish();
    if (!event) return broken("upstream stream: " + event.error().detail);
    bool open_line = *event && !(*event)->terminated;
    if (*event) TRY_VOID(take(**event, out));
    if (!reader_->complete && reader_->may_end()) end(open_line, out);
    return {};
  }

 private:
  Result<void> take(http::SseEvent event, std::vector<RawFrame>& out);
  Result<void> take_bare(RawFrame& frame);
  static Span place(const http::SseEvent& event, RawFrame& frame);
  void end(bool open_line, std::vector<RawFrame>& out);

  http::SseSplitter splitter_;
  LastEvent last_;
  bool at_start_ = true;
};

bool lies_within(std::string_view part, std::string_view whole) {
  std::less_equal<const char*> le;
  return le(whole.data(), part.data()) &&
         le(part.data() + part.size(), whole.data() + whole.size());
}

// Where the data stands in the frame's bytes. Data on several lines is put onto one: a line feed
// between two of them is a blank of the JSON (inside a string it would be refused).
Span StreamAnswer::place(const http::SseEvent& event, RawFrame& frame) {
  if (event.data.empty()) {
    frame.bytes = event.raw;
    return {};
  }
  if (lies_within(event.data, event.raw)) {
    frame.bytes = event.raw;
    auto begin = static_cast<std::uint32_t>(event.data.data() - event.raw.data());
    return {begin, begin + static_cast<std::uint32_t>(event.data.size())};
  }
  if (!event.name.empty()) frame.bytes.append("event: ").append(event.name).append("\n");
  if (!event.id.empty()) frame.bytes.append("id: ").append(event.id).append("\n");
  frame.bytes += "data: ";
  auto begin = static_cast<std::uint32_t>(frame.bytes.size());
  for (char c : event.data) frame.bytes += c == '\n' ? ' ' : c;
  auto end = static_cast<std::uint32_t>(frame.bytes.size());
  frame.bytes += "\n\n";
  return {begin, end};
}

// The mark that clients wait for and some servers leave out.
void StreamAnswer::end(bool open_line, std::vector<RawFrame>& out) {
  RawFrame frame;
  frame.bytes = open_line ? "\n\ndata: [DONE]\n\n" : "data: [DONE]\n\n";
  reader_->done(frame);
  out.push_back(std::move(frame));
}

// Google says errors inside a stream without the "data:".
Result<void> StreamAnswer::take_bare(RawFrame& frame) {
  frame.data = {0, static_cast<std::uint32_t>(frame.bytes.size())};
  JsonCursor cursor(frame.bytes);
  bool read = reader_->read(cursor, frame) && cursor.finish();
  if (!read || !frame.is_error) return broken("upstream stream: not an event stream");
  return {};
}

Result<void> StreamAnswer::take(http::SseEvent event, std::vector<RawFrame>& out) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (std::exchange(at_start_, false) && event.raw.starts_with(kByteOrderMark)) {
    event.raw.remove_prefix(kByteOrderMark.size());  // our own pings may go out before it
  }
  RawFrame frame;
  if (event.terminated && last_.repeats(event.raw, frame)) {
    reader_->output_bytes += frame.texts.front().raw.size();
    out.push_back(std::move(frame));
    return {};
  }
  last_.forget();
  Span data = place(event, frame);
  std::string_view json = data.of(frame.bytes);
  if (json == "[DONE]") {
    reader_->done(frame);
  } else if (json.empty() && event.raw.starts_with('{')) {
    TRY_VOID(take_bare(frame));
  } else if (json.empty()) {
    if (!http::is_event_stream(event.raw)) return broken("upstream stream: not an event stream");
  } else {
    frame.data = data;
    JsonCursor cursor(std::string_view(frame.bytes).substr(0, data.end), data.begin);
    if (!reader_->read(cursor, frame) || !cursor.finish()) {
      return broken(event.terminated ? "upstream stream: an event is not JSON: " +
                                           cursor.error().detail + " of the event"
                                     : "upstream stream ended inside an event");
    }
    if (event.name == "error") frame.is_error = frame.ends_fields = true;
    bool repeatable = frame.texts.size() == 1 && FrameReader::continues(frame.texts.front()) &&
                      frame.signatures.empty() && !frame.is_error && !frame.ends_fields &&
                      frame.bytes == event.raw && reader_->told_texts_alone();
    if (repeatable) last_.remember(frame);
  }
  out.push_back(std::move(frame));
  return {};
}

class WholeAnswer final : public ReadAnswer {
 public:
  using ReadAnswer::ReadAnswer;

  Result<void> feed(std::string_view bytes, std::vector<RawFrame>&) override {
    if (broken_) return Failure(*broken_);
    if (bytes.size() > limits::kResponseBodyBytes - body_.size()) {
      return broken("upstream answer over 64 MiB");
    }
    body_ += bytes;
    return {};
  }

  Result<void> finish(std::vector<RawFrame>& out) override {
    if (broken_) return Failure(*broken_);
    RawFrame frame;
    frame.bytes = std::move(body_);
    frame.data = {0, static_cast<std::uint32_t>(frame.bytes.size())};
    JsonCursor cursor(frame.bytes);
    if (!reader_->read(cursor, frame) || !cursor.finish()) {
      reader_->complete = false;
      return broken("upstream answer is not JSON: " + cursor.error().detail);
    }
    out.push_back(std::move(frame));
    return {};
  }

 private:
  static_assert(limits::kResponseBodyBytes == 64 << 20, "the sentence above names it");
  std::string body_;
};

class ArrayAnswer final : public ReadAnswer {
 public:
  using ReadAnswer::ReadAnswer;

  Result<void> feed(std::string_view bytes, std::vector<RawFrame>& out) override {
    if (broken_) return Failure(*broken_);
    for (char c : bytes) {
      if (held_.size() == limits::kSseFrameBytes)
        return broken("upstream stream: element too large");
      held_ += c;
      TRY_VOID(step(c, out));
    }
    return {};
  }

  Result<void> finish(std::vector<RawFrame>& out) override {
    if (broken_) return Failure(*broken_);
    if (place_ != Place::kBehind) return broken("upstream stream ended inside its array");
    if (!held_.empty()) pass(out);
    return {};
  }

 private:
  enum class Place : std::uint8_t { kBefore, kBetween, kElement, kString, kEscape, kBehind };

  Result<void> step(char c, std::vector<RawFrame>& out) {
    bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    switch (place_) {
      case Place::kBefore:
        if (c == '[') place_ = Place::kBetween;
        return blank || c == '[' ? Result<void>{} : broken("upstream stream: not an array");
      case Place::kBetween:
        return between(c, blank, out);
      case Place::kElement:
        if (c == '"') place_ = Place::kString;
        if (c == '{' || c == '[') ++depth_;
        if ((c == '}' || c == ']') && --depth_ == 0) return element(out);
        return {};
      case Place::kString:
        if (c == '"') place_ = Place::kElement;
        if (c == '\\') place_ = Place::kEscape;
        return {};
      case Place::kEscape:
        place_ = Place::kString;
        return {};
      case Place::kBehind:
        return blank ? Result<void>{} : broken("upstream stream: text behind its array");
    }
    return {};
  }

  Result<void> between(char c, bool blank, std::vector<RawFrame>& out) {
    if (c == '{' && !any_) {
      place_ = Place::kElement;
      depth_ = 1;
      begin_ = static_cast<std::uint32_t>(held_.size() - 1);
    } else if (c == ']') {
      place_ = Place::kBehind;
      pass(out);
    } else if (c == ',' && any_) {
      any_ = false;
    } else if (!blank) {
      return broken("upstream stream: an element is no object");
    }
    return {};
  }

  Result<void> element(std::vector<RawFrame>& out) {
    RawFrame frame;
    frame.bytes = std::exchange(held_, {});
    frame.data = {begin_, static_cast<std::uint32_t>(frame.bytes.size())};
    JsonCursor cursor(frame.bytes, begin_);
    if (!reader_->read(cursor, frame) || !cursor.finish()) {
      return broken("upstream stream: an element is not JSON: " + cursor.error().detail);
    }
    out.push_back(std::move(frame));
    place_ = Place::kBetween;
    any_ = true;
    return {};
  }

  void pass(std::vector<RawFrame>& out) {
    RawFrame frame;
    frame.bytes = std::exchange(held_, {});
    out.push_back(std::move(frame));
  }

  std::string held_;  // what no frame has yet
  Place place_ = Place::kBefore;
  std::size_t depth_ = 0;
  std::uint32_t begin_ = 0;  // of the open element
  bool any_ = false;         // an element that no comma follows yet
};

std::unique_ptr<FrameReader> make_reader(Dialect dialect, bool whole) {
  switch (dialect) {
    case Dialect::kAnthropicMessages:
      return make_anthropic_reader(whole);
    case Dialect::kBedrockConverse:
      return make_converse_reader();
    case Dialect::kGemini:
      return make_gemini_reader(whole);
    case Dialect::kOpenAiEmbeddings:
      return make_embeddings_reader();
    default:
      return make_chat_reader(whole);
  }
}

}  // namespace

// Readers of Gemini's streams take a comment for a broken chunk, but pass over empty lines.
std::string_view stream_ping(Dialect dialect) {
  if (dialect == Dialect::kGemini) return "\n";
  return dialect == Dialect::kAnthropicMessages ? "event: ping\ndata: {\"type\": \"ping\"}\n\n"
                                                : ": ping\n\n";
}

std::unique_ptr<RawAnswer> make_raw_answer(Dialect dialect, bool stream) {
  if (dialect == Dialect::kBedrockConverse && stream) return make_converse_stream();
  auto reader = make_reader(dialect, !stream);
  if (stream) return std::make_unique<StreamAnswer>(std::move(reader));
  return std::make_unique<WholeAnswer>(std::move(reader));
}

std::unique_ptr<RawAnswer> make_raw_array() {
  return std::make_unique<ArrayAnswer>(make_gemini_reader(false));
}

std::string rewrite_frame(const RawFrame& frame,
                          const std::vector<std::pair<std::size_t, std::string>>& new_texts) {
  std::vector<SpanEdit> edits;
  edits.reserve(new_texts.size());
  for (const auto& [index, text] : new_texts) {
    edits.push_back({frame.texts.at(index).raw, escape_json(text)});
  }
  auto bytes = SplicedBody(frame.bytes, std::move(edits)).str();
  if (frame.sealed) aws::reseal_frame(bytes);
  return bytes;
}

}  // namespace sekisho::wire
