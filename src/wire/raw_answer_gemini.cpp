// Gemini: chunks of a stream, whole answers, and counts of tokens.

#include <algorithm>
#include <bitset>
#include <optional>

#include "base/limits.h"
#include "wire/frame_reader.h"
#include "wire/usage_reader.h"

namespace sekisho::wire {
namespace {

constexpr auto kCandidates = static_cast<std::int64_t>(limits::kChoices);

class GeminiReader final : public FrameReader {
 public:
  using FrameReader::FrameReader;

  bool read(JsonCursor& cursor, RawFrame& frame) override;
  void done(RawFrame&) override {}  // there is no such mark
  bool told_texts_alone() const override { return stop_reason.empty(); }

 private:
  bool field(JsonCursor& cursor, RawFrame& frame, std::string_view key);
  bool candidates(JsonCursor& cursor, RawFrame& frame);
  bool candidate(JsonCursor& cursor, RawFrame& frame);
  bool content(JsonCursor& cursor, RawFrame& frame);
  bool part(JsonCursor& cursor, RawFrame& frame);
  bool call(JsonCursor& cursor, RawFrame& frame);
  bool prompt_feedback(JsonCursor& cursor, RawFrame& frame);
  bool usage_metadata(JsonCursor& cursor);

  std::bitset<limits::kChoices> open_;  // candidates that are not finished
  bool counted_ = false, figures_whole_ = false;
};

bool GeminiReader::read(JsonCursor& cursor, RawFrame& frame) {
  for (JsonObject object(cursor); auto key = object.next();) {
    if (!field(cursor, frame, cursor.of(key->raw))) return false;
  }
  if (!cursor.ok()) return false;
  const bool ended = !stop_reason.empty() && open_.none();
  complete = !frame.is_error && (ended || counted_);
  if (usage.source != UsageSource::kMissing) {
    usage.source = complete && figures_whole_ ? UsageSource::kReported : UsageSource::kPartial;
  }
  frame.ends_fields |= whole_ || frame.is_error || ended;
  return true;
}

bool GeminiReader::field(JsonCursor& cursor, RawFrame& frame, std::string_view key) {
  if (key == "candidates") return candidates(cursor, frame);
  if (key == "usageMetadata") return usage_metadata(cursor);
  if (key == "promptFeedback") return prompt_feedback(cursor, frame);
  if (key == "error" && cursor.peek() != JsonType::kNull) {
    frame.is_error = true;
    return cursor.skip();
  }
  counted_ |= whole_ && key == "totalTokens";
  if (key == "modelVersion" || key == "responseId" || key == "createTime") return cursor.skip();
  return strings(cursor, frame, key, FrameTextKind::kText, limits::kShortestBlock);
}

bool GeminiReader::candidates(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kArray) return cursor.skip();
  for (JsonArray array(cursor); array.next();) {
    if (!candidate(cursor, frame)) return false;
  }
  return cursor.ok();
}

bool GeminiReader::candidate(JsonCursor& cursor, RawFrame& frame) {
  const std::size_t first = frame.texts.size();
  std::int64_t index = 0;
  bool finished = false;
  for (JsonObject object(cursor); auto key = object.next();) {
    const std::string_view name = cursor.of(key->raw);
    if (name == "content") {
      content(cursor, frame);
    } else if (name == "index") {
      index = read_count(cursor).value_or(0);
      if (index >= kCandidates) return cursor.expected("a candidate index below 128");
    } else if (name == "finishReason") {
      const auto reason = read_plain_string(cursor);
      finished = !reason.empty() && reason != "FINISH_REASON_UNSPECIFIED";
      if (finished) stop_reason = reason;
    } else {
      strings(cursor, frame, name, FrameTextKind::kText, limits::kShortestBlock);
    }
    if (!cursor.ok()) return false;
  }
  if (!cursor.ok()) return false;
  number_texts(frame, first, static_cast<std::uint32_t>(index), limits::kChoices);
  open_[static_cast<std::size_t>(index)] = !finished;
  return true;
}

bool GeminiReader::content(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  for (JsonObject object(cursor); auto key = object.next();) {
    const std::string_view name = cursor.of(key->raw);
    if (name != "parts" || cursor.peek() != JsonType::kArray) {
      if (!strings(cursor, frame, name, FrameTextKind::kText, limits::kShortestBlock)) return false;
      continue;
    }
    for (JsonArray array(cursor); array.next();) {
      if (!part(cursor, frame)) return false;
    }
  }
  return cursor.ok();
}

// "thought" may stand behind the text that it is about.
bool GeminiReader::part(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  const std::size_t first = frame.texts.size();
  bool thought = false;
  for (JsonObject object(cursor); auto key = object.next();) {
    const std::string_view name = cursor.of(key->raw);
    if (name == "text") {
      text(cursor, frame, 0, FrameTextKind::kText);
    } else if (name == "thought") {
      thought = cursor.peek() == JsonType::kTrue;
      cursor.skip();
    } else if (name == "thoughtSignature") {
      cursor.skip();
    } else if (name == "functionCall") {
      call(cursor, frame);
    } else {
      strings(cursor, frame, name, FrameTextKind::kText, 1);
    }
    if (!cursor.ok()) return false;
  }
  for (std::size_t i = first; thought && i < frame.texts.size(); ++i) {
    std::uint32_t& field = frame.texts[i].field;
    if ((field & 3) == 0) field |= static_cast<std::uint32_t>(FrameTextKind::kReasoning);
  }
  return cursor.ok();
}

bool GeminiReader::call(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  for (JsonObject object(cursor); auto key = object.next();) {
    const std::string_view name = cursor.of(key->raw);
    const bool names = name == "id" || name == "name";
    if (!(names ? cursor.skip()
                : own_strings(cursor, frame, FrameTextKind::kToolArguments, true))) {
      return false;
    }
  }
  return cursor.ok();
}

// The prompt itself was refused: there is no candidate.
bool GeminiReader::prompt_feedback(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  for (JsonObject object(cursor); auto key = object.next();) {
    const std::string_view name = cursor.of(key->raw);
    if (name == "blockReason") {
      if (const auto reason = read_plain_string(cursor); !reason.empty()) stop_reason = reason;
    } else {
      strings(cursor, frame, name, FrameTextKind::kText, limits::kShortestBlock);
    }
  }
  return cursor.ok();
}

// Each object is cumulative: the last one counts.
bool GeminiReader::usage_metadata(JsonCursor& cursor) {
  if (cursor.peek() != JsonType::kObject) return cursor.skip();
  std::optional<std::int64_t> prompt, cached, tools, candidates, thoughts;
  for (JsonObject object(cursor); auto key = object.next();) {
    const std::string_view name = cursor.of(key->raw);
    auto* place = name == "promptTokenCount"          ? &prompt
                  : name == "cachedContentTokenCount" ? &cached
                  : name == "toolUsePromptTokenCount" ? &tools
                  : name == "candidatesTokenCount"    ? &candidates
                  : name == "thoughtsTokenCount"      ? &thoughts
                                                      : nullptr;
    if (place) {
      *place = read_count(cursor);
    } else {
      cursor.skip();
    }
  }
  if (!prompt) return cursor.ok();
  usage.cache_read = std::min(cached.value_or(0), *prompt);
  usage.input = *prompt - usage.cache_read + tools.value_or(0);
  usage.reasoning = thoughts.value_or(0);
  usage.output = candidates.value_or(0) + usage.reasoning;
  usage.source = UsageSource::kPartial;
  figures_whole_ = true;
  return cursor.ok();
}

}  // namespace

std::unique_ptr<FrameReader> make_gemini_reader(bool whole) {
  return std::make_unique<GeminiReader>(whole);
}

}  // namespace sekisho::wire
