#include <algorithm>
#include <numeric>
#include <tuple>

#include "wire/envelope.h"
#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// The next place at or behind `at` that holds no blank, and the last before it.
std::uint32_t behind_blanks(std::string_view body, std::uint32_t at) {
  while (is_blank(body[at])) ++at;
  return at;
}

std::uint32_t before_blanks(std::string_view body, std::uint32_t at) {
  do --at;
  while (is_blank(body[at]));
  return at;
}

// A member of Gemini's generationConfig, which is made where it is not.
void edit_in_config(const Envelope& envelope, std::string_view body, std::string member,
                    std::vector<SpanEdit>& edits) {
  if (!envelope.generation_config)
    return edit_in(body, "generationConfig", "{" + member + "}", edits);
  const Span config = *envelope.generation_config;
  if (config.of(body).find('"') == std::string_view::npos) {  // null or {}
    edits.push_back({config, "{" + member + "}"});
  } else {
    edits.push_back({{config.begin + 1, config.begin + 1}, member + ","});
  }
}

}  // namespace

// Behind the body's opening brace; a governed body has at least one member.
void edit_in(std::string_view body, std::string_view key, std::string_view value,
             std::vector<SpanEdit>& edits) {
  auto at = static_cast<std::uint32_t>(body.find('{')) + 1;
  edits.push_back({{at, at}, '"' + escape_json(key) + "\":" + std::string(value) + ','});
}

void edit_model(const Envelope& envelope, std::string_view name, std::vector<SpanEdit>& edits) {
  if (!envelope.model.empty()) edits.push_back({envelope.model, escape_json(name)});
}

void edit_max_tokens(const Envelope& envelope, std::string_view body, std::string_view key,
                     std::int64_t value, std::vector<SpanEdit>& edits) {
  std::string number = std::to_string(value);
  for (Span span : envelope.max_tokens_values) edits.push_back({span, number});
  if (!envelope.max_tokens_values.empty()) return;
  if (envelope.dialect == Dialect::kGemini) {
    return edit_in_config(envelope, body, "\"maxOutputTokens\":" + number, edits);
  }
  if (envelope.dialect != Dialect::kBedrockConverse) return edit_in(body, key, number, edits);
  if (!envelope.inference_config) {
    return edit_in(body, "inferenceConfig", "{\"maxTokens\":" + number + "}", edits);
  }
  const Span config = *envelope.inference_config;
  if (config.of(body).find('"') == std::string_view::npos) {  // null or {}
    edits.push_back({config, "{\"maxTokens\":" + number + "}"});
  } else {
    edits.push_back({{config.begin + 1, config.begin + 1}, "\"maxTokens\":" + number + ","});
  }
}

void rename_max_tokens(const Envelope& envelope, std::string_view body,
                       std::vector<SpanEdit>& edits) {
  constexpr std::string_view kName = "max_completion_tokens";
  if (envelope.max_tokens_values.size() != 1) return;
  const std::uint32_t colon = before_blanks(body, envelope.max_tokens_values.front().begin);
  const std::uint32_t shut = before_blanks(body, colon);
  const auto open = static_cast<std::uint32_t>(body.rfind('"', shut - 1));
  const Span key{open + 1, shut};
  if (key.of(body) != kName) edits.push_back({key, std::string(kName)});
}

void edit_include_usage(const Envelope& envelope, std::string_view body,
                        std::vector<SpanEdit>& edits) {
  if (envelope.include_usage) return;
  constexpr std::string_view kWhole = R"({"include_usage":true})";
  if (envelope.include_usage_value) {
    edits.push_back({*envelope.include_usage_value, "true"});
  } else if (!envelope.stream_options) {
    edit_in(body, "stream_options", kWhole, edits);
  } else {
    std::string_view inside = envelope.stream_options->of(body);
    bool has_members = inside.find('"') != std::string_view::npos;
    if (!has_members) {
      edits.push_back({*envelope.stream_options, std::string(kWhole)});  // null or {}
    } else {
      std::uint32_t at = envelope.stream_options->begin + 1;
      edits.push_back({{at, at}, R"("include_usage":true,)"});
    }
  }
}

void edit_out(const std::vector<Span>& members, std::string_view body,
              std::vector<SpanEdit>& edits) {
  for (std::size_t i = 0; i < members.size();) {
    Span run = members[i++];  // of members that follow on each other
    std::uint32_t behind = behind_blanks(body, run.end);
    while (i < members.size() && body[behind] == ',' &&
           behind_blanks(body, behind + 1) == members[i].begin) {
      run.end = members[i++].end;
      behind = behind_blanks(body, run.end);
    }
    std::uint32_t before = before_blanks(body, run.begin);
    if (body[before] == ',') {
      run.begin = before;
    } else if (body[behind] == ',') {
      run.end = behind + 1;
    }
    edits.push_back({run, ""});
  }
}

void edit_gateway_members(const Envelope& envelope, std::string_view body,
                          std::vector<SpanEdit>& edits) {
  edit_out(envelope.gateway_members, body, edits);
}

void edit_offered_tools(const Envelope& envelope, std::string_view body,
                        const std::vector<std::string>& allowed, std::vector<SpanEdit>& edits,
                        std::vector<std::string>& dropped) {
  std::vector<Span> out;
  const auto& tools = envelope.offered_tools;
  const auto is_allowed = [&](const OfferedTool& tool) {
    return std::ranges::find(allowed, tool.name) != allowed.end();
  };
  for (auto begin = tools.begin(); begin != tools.end();) {
    const auto end = std::find_if(begin, tools.end(), [&](const OfferedTool& tool) {
      return tool.element != begin->element;
    });
    const bool whole = begin->fills_element && std::none_of(begin, end, is_allowed);
    if (whole) out.push_back(begin->element);
    for (; begin != end; ++begin) {
      if (is_allowed(*begin)) continue;
      if (!whole) out.push_back(begin->member);
      std::string name = "tools[]." + begin->name;
      if (std::ranges::find(dropped, name) == dropped.end()) dropped.push_back(std::move(name));
    }
  }
  edit_out(out, body, edits);
}

SplicedBody::SplicedBody(std::string_view body, std::vector<SpanEdit> edits)
    : edits_(std::move(edits)) {
  // Inserts go before what is replaced at the same place, and stay in the order they were given.
  std::vector<std::size_t> order(edits_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [this](std::size_t i) {
    return std::tuple(edits_[i].where.begin, !edits_[i].where.empty(), i);
  });
  auto add = [this](std::string_view piece) {
    if (piece.empty()) return;
    pieces_.push_back(piece);
    size_ += piece.size();
  };
  pieces_.reserve(2 * edits_.size() + 1);
  std::size_t from = 0;
  for (std::size_t i : order) {
    const SpanEdit& edit = edits_[i];
    if (edit.where.begin < from && edit.where.end <= from) continue;
    std::size_t begin = std::max<std::size_t>(edit.where.begin, from);
    add(body.substr(from, begin - from));
    add(edit.replacement);
    from = std::max<std::size_t>(edit.where.end, from);
  }
  add(body.substr(from));
}

std::string SplicedBody::str() const {
  std::string out;
  out.reserve(size_);
  for (std::string_view piece : pieces_) out += piece;
  return out;
}

}  // namespace sekisho::wire
