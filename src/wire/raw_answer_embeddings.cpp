// OpenAI embeddings: one whole answer of vectors, in which nobody reads.

#include "base/limits.h"
#include "wire/frame_reader.h"
#include "wire/usage_reader.h"

namespace sekisho::wire {
namespace {

class EmbeddingsReader final : public FrameReader {
 public:
  EmbeddingsReader() : FrameReader(true) {}

  bool read(JsonCursor& cursor, RawFrame& frame) override {
    bool figures_whole = false;
    for (JsonObject object(cursor); auto key = object.next();) {
      if (!field(cursor, frame, cursor.of(key->raw), figures_whole)) return false;
    }
    usage.source = figures_whole ? UsageSource::kReported : UsageSource::kPartial;
    complete = cursor.ok() && !frame.is_error;
    frame.ends_fields = true;
    return cursor.ok();
  }
  void done(RawFrame&) override {}
  bool told_texts_alone() const override { return false; }

 private:
  bool field(JsonCursor& cursor, RawFrame& frame, std::string_view key, bool& figures_whole) {
    const JsonType type = cursor.peek();
    if (key == "data" && type == JsonType::kArray) return vectors(cursor, frame);
    if (key == "usage" && type == JsonType::kObject) {
      return read_chat_usage(cursor, usage, figures_whole);
    }
    if (key == "error" && type != JsonType::kNull) {
      frame.is_error = true;
      return cursor.skip();
    }
    if (key == "id" || key == "object" || key == "model") return cursor.skip();
    return strings(cursor, frame, key, FrameTextKind::kText, limits::kShortestBlock);
  }

  // [{object, index, embedding: numbers, or their bytes in base64}]
  bool vectors(JsonCursor& cursor, RawFrame& frame) {
    for (JsonArray array(cursor); array.next();) {
      if (cursor.peek() != JsonType::kObject) return cursor.expected("an embedding object");
      for (JsonObject object(cursor); auto key = object.next();) {
        const std::string_view name = cursor.of(key->raw);
        const bool good =
            name == "embedding" || name == "object"
                ? cursor.skip()
                : strings(cursor, frame, name, FrameTextKind::kText, limits::kShortestBlock);
        if (!good) return false;
      }
      if (!cursor.ok()) return false;
    }
    return cursor.ok();
  }
};

}  // namespace

std::unique_ptr<FrameReader> make_embeddings_reader() {
  return std::make_unique<EmbeddingsReader>();
}

}  // namespace sekisho::wire
