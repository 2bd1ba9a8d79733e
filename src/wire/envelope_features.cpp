// What of a request runs, or is decided, at the provider.
#include <algorithm>
#include <array>

#include "wire/envelope_walk.h"
#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "web_search_20250305" → "web_search"
std::string_view without_date(std::string_view type) {
  constexpr std::size_t kDate = 9;  // _ and eight digits
  if (type.size() <= kDate || type[type.size() - kDate] != '_') return type;
  bool dated = std::ranges::all_of(type.substr(type.size() - kDate + 1), is_digit);
  return dated ? type.substr(0, type.size() - kDate) : type;
}

// Tools that the client runs: the model only asks for them.
bool runs_at_client(Dialect dialect, std::string_view type) {
  if (type == "function" || type == "custom") return true;
  if (dialect != Dialect::kAnthropicMessages) return false;
  constexpr std::array<std::string_view, 4> kClientTools{"bash", "text_editor", "computer",
                                                         "memory"};
  return std::ranges::find(kClientTools, without_date(type)) != kClientTools.end();
}

bool is_empty_value(std::string_view value) {
  std::string text;
  for (char c : value) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    text += c;
    if (text.size() > 5) return false;
  }
  return text == "null" || text == "false" || text == "[]" || text == "{}" || text == "\"\"";
}

}  // namespace

void EnvelopeWalk::note_feature(std::string_view name) {
  bool plain = name.size() <= limits::kIdentifierBytes &&
               std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain) name = "unknown tool";
  auto& all = e_.provider_features;
  if (std::ranges::find(all, name) != all.end() || all.size() > kProviderFeatures) return;
  all.emplace_back(all.size() == kProviderFeatures ? kMoreFeatures : name);
}

// A tool without a type is a function if it is described like one; otherwise its one member says
// what the provider does ({"googleSearch": {}}).
void EnvelopeWalk::note_tool(std::string_view type, bool is_described, std::string_view first_key) {
  if (type.empty() && is_described) return;
  if (type.empty()) return note_feature(first_key.empty() ? "unknown tool" : first_key);
  if (!runs_at_client(e_.dialect, type)) note_feature(without_date(type));
}

bool EnvelopeWalk::provider_field() {
  std::string_view name = field_;
  c_.peek();
  std::uint32_t at = c_.position();
  // A credential that is called one (mcp_servers' authorization_token) is meant for the provider.
  if (!unnamed_strings(BlockKind::kOther)) return false;
  if (!is_empty_value(c_.of(Span{at, c_.position()}))) note_feature(name);
  return true;
}

bool EnvelopeWalk::betas() {
  if (e_.model_place == ModelPlace::kBody && e_.dialect != Dialect::kBedrockConverse) {
    return provider_field();
  }
  return c_.walk([&](const JsonString& text, bool is_key) {
    if (!is_key && e_.betas.size() < limits::kRequestTags) {
      e_.betas.push_back(unescape_json(c_.of(text.raw)));
    }
    free_text(text, is_key, BlockKind::kOther);
  });
}

bool EnvelopeWalk::modalities() {
  return c_.walk([&](const JsonString& text, bool is_key) {
    if (short_text(text) != "text") note_feature("audio");
    free_text(text, is_key, BlockKind::kOther);
  });
}

// {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]} leaves nothing out (and is what
// agents send to say so); every other edit may. Compaction is another run of the model.
bool EnvelopeWalk::context_management() {
  if (is_null()) return true;
  if (!c_.ok()) return false;
  int cleared = 0, kept = 0;
  bool others = false;
  bool good = c_.walk([&](const JsonString& text, bool is_key) {
    auto word = short_text(text);
    free_text(text, is_key, BlockKind::kOther);
    if (is_key) {
      others = others || (word != "edits" && word != "type" && word != "keep");
      return;
    }
    if (word.starts_with("compact")) note_feature("compaction");
    if (word == "clear_thinking_20251015") {
      ++cleared;
    } else if (word == "all") {
      ++kept;
    } else {
      others = true;
    }
  });
  e_.context_edits = others || cleared != kept;
  return good;
}

}  // namespace sekisho::wire
