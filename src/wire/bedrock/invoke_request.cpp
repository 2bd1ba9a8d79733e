#include "wire/bedrock/invoke_request.h"

#include <algorithm>
#include <array>

#include "wire/json_text.h"
#include "wire/json_walk.h"
#include "wire/json_writer.h"

namespace sekisho::wire::bedrock {
namespace {

constexpr std::string_view kVersion = R"("bedrock-2023-05-31")";
constexpr std::size_t kDroppedNames = 64;

// Betas that the service knows; any other one makes it refuse the whole call without naming it
// ("invalid beta flag"). From its documentation and what Claude Code sends to it (November 2026).
constexpr std::array<std::string_view, 22> kBetas{
    "claude-code-20250219",
    "compact-2026-01-12",
    "computer-use-2024-10-22",
    "computer-use-2025-01-24",
    "computer-use-2025-11-24",
    "context-1m-2025-08-07",
    "context-management-2025-06-27",
    "dangerous-tool-use-2026-09-03",
    "dev-full-thinking-2025-05-14",
    "effort-2025-11-24",
    "fine-grained-tool-streaming-2025-05-14",
    "interleaved-thinking-2025-05-14",
    "mid-conversation-output-config-2026-07-01",
    "mid-conversation-tool-changes-2026-07-01",
    "output-128k-2025-02-19",
    "structured-outputs-2025-12-15",
    "thinking-binding-controls-2026-08-01",
    "thinking-display-updates-2026-08-18",
    "thinking-token-count-2026-05-13",
    "token-efficient-tools-2025-02-19",
    "tool-examples-2025-10-29",
    "tool-search-tool-2025-10-19",
};
// The same under another name there.
constexpr std::string_view kToolSearch = "advanced-tool-use-2025-11-20";
constexpr std::string_view kToolSearchThere = "tool-search-tool-2025-10-19";
// With it messages may carry settings for the turns after them.
constexpr std::string_view kPerTurn = "per-turn-control-";

// Members that only say how Anthropic's own service is to serve or bill the call.
constexpr std::array<std::string_view, 5> kLeftOut{"service_tier", "inference_geo", "speed",
                                                   "diagnostics", "fallback_credit_token"};

// Features that run, or are decided, at Anthropic's own service alone.
constexpr std::array<std::string_view, 12> kNotThere{
    "web_search", "web_fetch", "code_execution", "mcp_servers", "mcp_toolset", "container",
    "thread",     "fallbacks", "billing_policy", "betas",       "advisor",     kMoreFeatures};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Failure not_there(std::string_view field, std::string_view remedy = "leave it out") {
  return fail(Code::kUnsupported, std::string(field) + ": Amazon Bedrock does not offer this; " +
                                      std::string(remedy) +
                                      ", or use a model whose upstream is Anthropic");
}

std::string key_of(Span member, std::string_view body) {
  JsonCursor cursor(body, member.begin);
  auto key = cursor.read_string();
  return key ? unescape_json(cursor.of(key->raw)) : std::string();
}

// The cursor at the member's value.
JsonCursor value_of(Span member, std::string_view body) {
  JsonCursor key(body, member.begin);
  key.read_string();
  return JsonCursor(body, body.find(':', key.position()) + 1);
}

class Editor {
 public:
  Editor(const Envelope& envelope, std::string_view body) : e_(envelope), body_(body) {}

  Result<InvokeEdits> edit(const std::vector<std::string_view>& betas) {
    TRY_VOID(check());
    for (Span member : e_.members) TRY_VOID(take(member));
    edit_out(out_, body_, all_.edits);
    bool per_turn = false;
    for (std::string_view beta : betas) {
      per_turn = per_turn || beta.starts_with(kPerTurn);
      add_beta(beta);
    }
    if (per_turn) take_turn_settings();
    if (!betas_.empty()) write_betas();
    if (!has_version_) edit_in(body_, "anthropic_version", kVersion, all_.edits);
    return std::move(all_);
  }

 private:
  Result<void> check() const {
    for (const std::string& feature : e_.provider_features) {
      if (is_one_of(kNotThere, feature)) return not_there(feature);
    }
    if (e_.speed == "fast") return not_there("speed");
    if (e_.inference_geo == "us") return not_there("inference_geo");
    if (e_.remote_sources > 0) {
      return not_there("messages: an image or document by URL or file id",
                       "send its bytes as base64");
    }
    return {};
  }

  Result<void> take(Span member) {
    const std::string key = key_of(member, body_);
    const bool for_gateway =
        std::ranges::find(e_.gateway_members, member) != e_.gateway_members.end();
    if (for_gateway || key == "model" || key == "stream") {
      out_.push_back(member);
    } else if (key == "workspace_id") {
      return not_there(key);
    } else if (key == "anthropic_version") {
      // Vertex's clients say another one.
      has_version_ = value_text(member) == kVersion;
      if (!has_version_) out_.push_back(member);
    } else if (key == "anthropic_beta") {
      read_betas(member);
      out_.push_back(member);
    } else if (is_one_of(kLeftOut, key) || asks_for_nothing(key, member)) {
      out_.push_back(member);
      drop(key);
    }
    return {};
  }

  // {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}: agents send it to say that
  // nothing is to be left out, and the service does not know this kind of edit.
  bool asks_for_nothing(std::string_view key, Span member) const {
    if (key != "context_management" || e_.context_edits) return false;
    const JsonType type = value_of(member, body_).peek();
    return type == JsonType::kObject || type == JsonType::kNull;
  }

  // The member's value as it stands.
  std::string_view value_text(Span member) const {
    JsonCursor value = value_of(member, body_);
    value.peek();
    return body_.substr(value.position(), member.end - value.position());
  }

  void read_betas(Span member) {
    JsonCursor values = value_of(member, body_);
    values.walk([&](const JsonString& text, bool is_key) {
      if (!is_key) add_beta(unescape_json(values.of(text.raw)));
    });
  }

  void add_beta(std::string_view beta) {
    if (beta == kToolSearch) beta = kToolSearchThere;
    if (!is_one_of(kBetas, beta)) {
      drop("anthropic-beta:" + std::string(beta));
    } else if (std::ranges::find(betas_, beta) == betas_.end()) {
      betas_.emplace_back(beta);
    }
  }

  void write_betas() {
    std::string list;
    JsonWriter w(list);
    w.begin_array();
    for (const std::string& beta : betas_) w.string(beta);
    w.end_array();
    edit_in(body_, "anthropic_beta", list, all_.edits);
  }

  // Settings of single turns have no place there. A message that carries nothing else goes with
  // them.
  void take_turn_settings() {
    JsonCursor cursor(body_, e_.messages->begin);
    std::vector<Span> bare;
    for (JsonArray messages(cursor); messages.next();) {
      cursor.peek();
      const std::uint32_t begin = cursor.position();
      std::vector<Span> settings;
      const bool empty = read_message(cursor, settings);
      if (settings.empty()) continue;
      drop("messages.output_config");
      if (empty) {
        bare.push_back({begin, cursor.position()});
      } else {
        edit_out(settings, body_, all_.edits);
      }
    }
    edit_out(bare, body_, all_.edits);
  }

  // True if it says nothing.
  bool read_message(JsonCursor& cursor, std::vector<Span>& settings) const {
    bool empty = true;
    for (JsonObject message(cursor); auto key = message.next();) {
      const std::string name = unescape_json(cursor.of(key->raw));
      cursor.peek();
      const std::uint32_t value = cursor.position();
      cursor.skip();
      if (name == "output_config") settings.push_back({key->raw.begin - 1, cursor.position()});
      if (name == "content") empty = is_empty(cursor.of(Span{value, cursor.position()}));
    }
    return empty;
  }

  static bool is_empty(std::string_view content) {
    return content == "\"\"" || (content.starts_with('[') &&
                                 content.find_first_not_of(" \t\r\n", 1) == content.size() - 1);
  }

  void drop(std::string name) {
    auto& names = all_.dropped;
    if (names.size() == kDroppedNames || std::ranges::find(names, name) != names.end()) return;
    names.push_back(std::move(name));
  }

  const Envelope& e_;
  std::string_view body_;
  InvokeEdits all_;
  std::vector<Span> out_;
  std::vector<std::string> betas_;
  bool has_version_ = false;
};

}  // namespace

Result<InvokeEdits> invoke_edits(const Envelope& envelope, std::string_view body,
                                 const std::vector<std::string_view>& betas) {
  return Editor(envelope, body).edit(betas);
}

}  // namespace sekisho::wire::bedrock
