#pragma once
// What an answer in its own dialect tells on the side, frame by frame; behind RawAnswer and private
// to wire/raw_answer*.cpp. One reader per answer. A reader looks at one JSON value, lists its texts
// and keeps usage, stop and completeness; it copies nothing else.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/json_walk.h"
#include "wire/raw_answer.h"

namespace sekisho::wire {

class FrameReader {
 public:
  explicit FrameReader(bool whole) : whole_(whole) {}
  virtual ~FrameReader() = default;
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // The value at the cursor; spans are positions of the cursor. False after a fault.
  virtual bool read(JsonCursor& cursor, RawFrame& frame) = 0;
  // OpenAI's [DONE].
  virtual void done(RawFrame& frame) = 0;
  // The value read last told nothing but its texts, and no value before it an end: an equal one
  // but for the content of a continuing text would change output_bytes and nothing else.
  virtual bool told_texts_alone() const = 0;
  static bool continues(const FrameText& text) { return text.field / 4 < kOwnFields; }
  // Whether a stream that ends here, before the dialect's mark, says all the same all it has to.
  virtual bool may_end() const { return false; }

  Usage usage;
  bool complete = false;
  std::string stop_reason, served_tier;
  std::optional<bool> fast, us;
  std::size_t output_bytes = 0;

 protected:
  // A stream's logical texts are numbered by block and lane: lane 0 is the usual field, others are
  // for further fields beside it (further tool calls of a choice, fields that we do not know). A
  // string that nothing continues has a number of its own, above all of those.
  static constexpr std::uint32_t kLanes = 1024, kFirstKeyLane = 512;
  static constexpr std::uint32_t kOwnFields = std::uint32_t{1} << 28;

  void add_text(RawFrame& frame, const JsonString& text, std::uint32_t lane, FrameTextKind kind,
                std::uint16_t named = 0);
  // A string is a text; null and other types are walked.
  bool text(JsonCursor& cursor, RawFrame& frame, std::uint32_t lane, FrameTextKind kind);
  // Every string of at least `shortest` bytes is a text, those of one key in the same lane. Types,
  // identifiers, signatures and encrypted content are not.
  bool strings(JsonCursor& cursor, RawFrame& frame, std::string_view key, FrameTextKind kind,
               std::size_t shortest);
  // Every string, each with a number of its own. `also_opaque`: those that are no text elsewhere.
  bool own_strings(JsonCursor& cursor, RawFrame& frame, FrameTextKind kind, bool also_opaque);
  // A text that nothing continues.
  void add_own(RawFrame& frame, const JsonString& text, FrameTextKind kind,
               std::uint16_t named = 0);
  // A string is the signature of the reasoning read last in its block; anything else is skipped.
  bool signature(JsonCursor& cursor, RawFrame& frame);
  // Signatures, and texts from `first` on, get the number of their choice or block.
  static void number_texts(RawFrame& frame, std::size_t first, std::uint32_t block,
                           std::uint32_t blocks);
  static std::uint32_t lane_of(std::string_view key);

  const bool whole_;

 private:
  std::uint32_t own_ = kOwnFields;
  std::uint32_t own_reasoning_ = kOwnFields;  // the last with a number of its own
};

// An answer whose figures a reader keeps.
class ReadAnswer : public RawAnswer {
 public:
  explicit ReadAnswer(std::unique_ptr<FrameReader> reader) : reader_(std::move(reader)) {}
  const Usage& usage() const override { return reader_->usage; }
  bool complete() const override { return reader_->complete; }
  std::string_view stop_reason() const override { return reader_->stop_reason; }
  std::string_view served_tier() const override { return reader_->served_tier; }
  std::optional<bool> served_fast() const override { return reader_->fast; }
  std::optional<bool> served_us() const override { return reader_->us; }
  std::size_t output_bytes() const override { return reader_->output_bytes; }

 protected:
  Result<void> broken(std::string detail) {
    broken_ = Error{Code::kUpstreamFailed, std::move(detail)};
    return Failure(*broken_);
  }

  std::unique_ptr<FrameReader> reader_;
  std::optional<Error> broken_;  // sticks
};

// The next string as it stands, anything else skipped and "".
std::string_view read_plain_string(JsonCursor& cursor);

std::unique_ptr<FrameReader> make_chat_reader(bool whole);
std::unique_ptr<FrameReader> make_anthropic_reader(bool whole);
std::unique_ptr<FrameReader> make_converse_reader();  // of whole answers
std::unique_ptr<RawAnswer> make_converse_stream();
std::unique_ptr<FrameReader> make_gemini_reader(bool whole);
std::unique_ptr<FrameReader> make_embeddings_reader();  // whole answers only

}  // namespace sekisho::wire
