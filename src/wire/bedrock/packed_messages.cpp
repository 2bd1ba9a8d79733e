#include "wire/bedrock/packed_messages.h"

#include <algorithm>

#include "wire/aws/event_stream.h"
#include "wire/json_text.h"
#include "wire/json_walk.h"
#include "wire/json_writer.h"
#include "wire/media.h"

namespace sekisho::wire::bedrock {
namespace {

constexpr std::string_view kMetrics = "amazon-bedrock-invocationMetrics";

std::string key_of(Span member, std::string_view body) {
  JsonCursor cursor(body, member.begin);
  const auto key = cursor.read_string();
  return key ? unescape_json(cursor.of(key->raw)) : std::string();
}

// The type of an event as it stands at the beginning of its JSON object.
std::string_view type_of(std::string_view json) {
  JsonCursor cursor(json);
  for (JsonObject object(cursor); auto key = object.next();) {
    const bool type = cursor.of(key->raw) == "type" && cursor.peek() == JsonType::kString;
    if (!type) {
      if (!cursor.skip()) return {};
      continue;
    }
    const auto text = cursor.read_string();
    return text ? cursor.of(text->raw) : std::string_view();
  }
  return {};
}

std::string with_metrics(std::string_view json, const Usage& usage) {
  std::string out(json.substr(0, json.rfind('}')));
  std::string metrics;
  JsonWriter w(metrics);
  w.begin_object().field("inputTokenCount", usage.input);
  w.field("outputTokenCount", usage.output);
  w.field("cacheReadInputTokenCount", usage.cache_read);
  w.field("cacheWriteInputTokenCount", usage.cache_write_5m + usage.cache_write_1h);
  w.end_object();
  return out.append(",\"").append(kMetrics).append("\":").append(metrics).append("}");
}

void append_chunk(std::string_view json, std::string& out) {
  std::string payload = "{\"bytes\":\"";
  payload.append(encode_base64(json)).append("\"}");
  out += aws::encode_event("chunk", payload);
}

}  // namespace

std::vector<SpanEdit> unpack_edits(const Envelope& envelope, std::string_view body,
                                   std::string_view model, bool stream, bool count) {
  std::vector<SpanEdit> edits;
  std::vector<Span> out = envelope.gateway_members;
  for (const Span member : envelope.members) {
    const std::string key = key_of(member, body);
    const bool packing = key == "model" || key == "stream" || key == "anthropic_version" ||
                         key == "anthropic_beta" || (count && key == "max_tokens");
    if (packing) out.push_back(member);
  }
  std::ranges::sort(out, {}, &Span::begin);
  edit_out(out, body, edits);
  edit_in(body, "model", '"' + escape_json(model) + '"', edits);
  if (stream) edit_in(body, "stream", "true", edits);
  return edits;
}

Result<void> MessagePacker::feed(std::string_view events, const Usage& usage, std::string& out) {
  splitter_.feed(events);
  while (true) {
    TRY(const auto event, splitter_.next());
    if (!event) return {};
    if (!event->has_data) continue;
    const std::string_view type = type_of(event->data);
    if (type == "ping") continue;
    const bool last = type == "message_stop" && !event->data.contains(kMetrics);
    append_chunk(last ? with_metrics(event->data, usage) : std::string(event->data), out);
  }
}

}  // namespace sekisho::wire::bedrock
