#include "sim/anthropic_answer.h"

namespace sekisho::sim {
namespace {

std::string_view stop_name(Stop stop) {
  switch (stop) {
    case Stop::kEndTurn:
      return "end_turn";
    case Stop::kToolUse:
      return "tool_use";
    case Stop::kMaxTokens:
      return "max_tokens";
    case Stop::kStopSequence:
      return "stop_sequence";
    case Stop::kRefusal:
      return "refusal";
  }
  return "end_turn";
}

Json usage_json(const SimUsage& usage, std::int64_t output, const MessageStyle& style) {
  Json out = Json::object(
      {{"input_tokens", usage.input},
       {"cache_creation_input_tokens", usage.cache_write_5m + usage.cache_write_1h},
       {"cache_read_input_tokens", usage.cache_read},
       {"cache_creation", Json::object({{"ephemeral_5m_input_tokens", usage.cache_write_5m},
                                        {"ephemeral_1h_input_tokens", usage.cache_write_1h}})},
       {"output_tokens", output}});
  if (style.tells_tier) out.set("service_tier", "standard").set("inference_geo", "global");
  return out;
}

Json part_json(const AnswerPart& part, bool with_content) {
  switch (part.kind) {
    case AnswerPart::Kind::kText:
      return Json::object({{"type", "text"}, {"text", with_content ? part.text : ""}});
    case AnswerPart::Kind::kThinking: {
      const bool shown = with_content && !part.signature.starts_with("EsimO");
      return Json::object({{"type", "thinking"},
                           {"thinking", shown ? part.text : ""},
                           {"signature", with_content ? part.signature : ""}});
    }
    case AnswerPart::Kind::kCall:
      return Json::object({{"type", "tool_use"},
                           {"id", part.call.id},
                           {"name", part.call.name},
                           {"input", with_content ? part.call.input : Json::object()}});
  }
  return {};
}

Json stop_sequence_of(const Answer& answer) {
  return answer.stop_sequence.empty() ? Json() : Json(answer.stop_sequence);
}

std::string_view name_of(const Job& job, const MessageStyle& style) {
  return style.model.empty() ? std::string_view(job.prompt.model) : style.model;
}

class EventWriter {
 public:
  EventWriter(const Job& job, const MessageStyle& style) : job_(job), style_(style) {}

  std::vector<MessageEvent> write() {
    Json message = Json::object({{"id", std::string(style_.id_prefix) + job_.id},
                                 {"type", "message"},
                                 {"role", "assistant"},
                                 {"model", name_of(job_, style_)},
                                 {"content", Json::array()},
                                 {"stop_reason", nullptr},
                                 {"stop_sequence", nullptr}});
    message.set("usage", usage_json(job_.with_usage ? job_.usage : SimUsage{},
                                    job_.with_usage ? 1 : 0, style_));
    event("message_start", Json::object({{"message", std::move(message)}}), 0);
    for (const AnswerPart& part : job_.answer.parts) {
      write_part(part);
      if (index_++ == 0 && style_.pings) event("ping", Json::object(), 0);
    }
    Json end =
        Json::object({{"delta", Json::object({{"stop_reason", stop_name(job_.answer.stop)},
                                              {"stop_sequence", stop_sequence_of(job_.answer)}})}});
    if (job_.with_usage) end.set("usage", end_usage());
    event("message_delta", std::move(end), 0);
    event("message_stop", Json::object(), 0);
    return std::move(events_);
  }

 private:
  Json end_usage() const {
    Json usage = Json::object(
        {{"input_tokens", job_.usage.input},
         {"cache_creation_input_tokens", job_.usage.cache_write_5m + job_.usage.cache_write_1h},
         {"cache_read_input_tokens", job_.usage.cache_read},
         {"output_tokens", job_.usage.output}});
    if (job_.usage.reasoning > 0) {
      usage.set("output_tokens_details", Json::object({{"thinking_tokens", job_.usage.reasoning}}));
    }
    return usage;
  }

  void event(std::string_view type, Json rest, std::int64_t tokens) {
    Json data = Json::object({{"type", type}});
    for (const auto& [name, value] : rest.members()) data.set(name, value);
    events_.push_back({std::string(type), std::move(data), tokens});
  }

  void delta(std::string_view type, std::string_view member, std::string_view text,
             std::int64_t tokens) {
    const Json value = Json::object({{"type", type}, {std::string(member), text}});
    event("content_block_delta", Json::object({{"index", index_}, {"delta", value}}), tokens);
  }

  void write_part(const AnswerPart& part) {
    event("content_block_start",
          Json::object({{"index", index_}, {"content_block", part_json(part, false)}}), 0);
    const bool call = part.kind == AnswerPart::Kind::kCall;
    const bool thinking = part.kind == AnswerPart::Kind::kThinking;
    const bool hidden = thinking && part.signature.starts_with("EsimO");
    const std::string input = call ? part.call.input.dump() : "";
    std::string_view text = call ? input : part.text;
    if (hidden || input == "{}") text = {};
    const auto parts = split_text(text, job_.chunk);
    const auto tokens = share_tokens(part.tokens(), parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (call)
        delta("input_json_delta", "partial_json", parts[i], tokens[i]);
      else if (thinking)
        delta("thinking_delta", "thinking", parts[i], tokens[i]);
      else
        delta("text_delta", "text", parts[i], tokens[i]);
    }
    if (thinking) delta("signature_delta", "signature", part.signature, 0);
    event("content_block_stop", Json::object({{"index", index_}}),
          parts.empty() ? part.tokens() : 0);
  }

  const Job& job_;
  const MessageStyle& style_;
  std::vector<MessageEvent> events_;
  int index_ = 0;
};

}  // namespace

Json message_json(const Job& job, const MessageStyle& style) {
  Json content = Json::array();
  for (const AnswerPart& part : job.answer.parts) content.push(part_json(part, true));
  Json out = Json::object({{"id", std::string(style.id_prefix) + job.id},
                           {"type", "message"},
                           {"role", "assistant"},
                           {"model", name_of(job, style)},
                           {"content", std::move(content)},
                           {"stop_reason", stop_name(job.answer.stop)},
                           {"stop_sequence", stop_sequence_of(job.answer)}});
  if (!job.with_usage) return out;
  Json usage = usage_json(job.usage, job.usage.output, style);
  if (job.usage.reasoning > 0) {
    usage.set("output_tokens_details", Json::object({{"thinking_tokens", job.usage.reasoning}}));
  }
  out.set("usage", std::move(usage));
  return out;
}

std::vector<MessageEvent> message_events(const Job& job, const MessageStyle& style) {
  return EventWriter(job, style).write();
}

}  // namespace sekisho::sim
