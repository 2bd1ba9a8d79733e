#include "wire/frame_reader.h"

#include <algorithm>
#include <array>

#include "wire/named_value.h"

namespace sekisho::wire {
namespace {

bool holds_no_text(std::string_view key) {
  static constexpr std::array<std::string_view, 8> kKeys{
      "type", "id",          "signature", "encrypted_content", "encrypted_index",
      "role", "tool_use_id", "call_id"};
  return std::ranges::find(kKeys, key) != kKeys.end();
}

}  // namespace

std::string_view read_plain_string(JsonCursor& cursor) {
  if (cursor.peek() != JsonType::kString) {
    cursor.skip();
    return {};
  }
  auto text = cursor.read_string();
  return text ? cursor.of(text->raw) : std::string_view();
}

std::uint32_t FrameReader::lane_of(std::string_view key) {
  std::uint32_t hash = 2166136261U;
  for (char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return kFirstKeyLane + hash % (kLanes - kFirstKeyLane);
}

void FrameReader::add_text(RawFrame& frame, const JsonString& text, std::uint32_t lane,
                           FrameTextKind kind, std::uint16_t named) {
  if (text.raw.empty()) return;
  output_bytes += text.raw.size();
  if (whole_ && kind == FrameTextKind::kReasoning) own_reasoning_ = own_;
  std::uint32_t number = whole_ ? own_++ : lane;
  if (!whole_) named = 0;
  frame.texts.push_back({number * 4 + static_cast<std::uint32_t>(kind), text.raw, named});
}

void FrameReader::number_texts(RawFrame& frame, std::size_t first, std::uint32_t block,
                               std::uint32_t blocks) {
  auto number = [&](std::uint32_t& field) {
    if (field / 4 < kOwnFields) field = (block + blocks * (field / 4)) * 4 + (field & 3);
  };
  for (std::size_t i = first; i < frame.texts.size(); ++i) number(frame.texts[i].field);
  for (auto& signature : frame.signatures) number(signature.field);
}

bool FrameReader::signature(JsonCursor& cursor, RawFrame& frame) {
  if (cursor.peek() != JsonType::kString) return cursor.skip();
  auto text = cursor.read_string();
  if (text && !text->raw.empty()) {
    constexpr auto kKind = static_cast<std::uint32_t>(FrameTextKind::kReasoning);
    frame.signatures.push_back({(whole_ ? own_reasoning_ : 0) * 4 + kKind, text->raw});
  }
  return cursor.ok();
}

bool FrameReader::text(JsonCursor& cursor, RawFrame& frame, std::uint32_t lane,
                       FrameTextKind kind) {
  if (cursor.peek() != JsonType::kString) return strings(cursor, frame, "", kind, 1);
  auto text = cursor.read_string();
  if (text) add_text(frame, *text, lane, kind);
  return cursor.ok();
}

bool FrameReader::strings(JsonCursor& cursor, RawFrame& frame, std::string_view key,
                          FrameTextKind kind, std::size_t shortest) {
  std::uint32_t lane = lane_of(key);
  bool skip = holds_no_text(key);
  NamedValues names(cursor.text());
  return cursor.walk([&](const JsonString& text, bool is_key) {
    const auto named = names.see(text, is_key);
    if (is_key) {
      key = cursor.of(text.raw);
      lane = key == "text" ? 0 : lane_of(key);
      skip = holds_no_text(key);
    } else if (!skip && text.raw.size() >= shortest) {
      add_text(frame, text, lane, kind, named);
    }
  });
}

bool FrameReader::own_strings(JsonCursor& cursor, RawFrame& frame, FrameTextKind kind,
                              bool also_opaque) {
  bool skip = false;
  NamedValues names(cursor.text());
  return cursor.walk([&](const JsonString& text, bool is_key) {
    const auto named = names.see(text, is_key);
    if (is_key) {
      skip = !also_opaque && holds_no_text(cursor.of(text.raw));
    } else if (!skip && !text.raw.empty()) {
      add_own(frame, text, kind, named);
    }
  });
}

void FrameReader::add_own(RawFrame& frame, const JsonString& text, FrameTextKind kind,
                          std::uint16_t named) {
  output_bytes += text.raw.size();
  frame.texts.push_back({own_++ * 4 + static_cast<std::uint32_t>(kind), text.raw, named});
}

}  // namespace sekisho::wire
