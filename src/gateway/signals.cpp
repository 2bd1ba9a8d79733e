#include "gateway/signals.h"

#include <algorithm>

namespace sekisho::gateway {
namespace {

using enum SignalKind;

constexpr std::size_t kReadOfBlock = 256 * 1024;  // an agent's own marks stand in smaller blocks

constexpr std::array kRules{
    SignalRule{1, kMode, "cline-plan-section", "plan", 95},
    SignalRule{2, kMode, "cline-switch-tool", "plan", 90},
    SignalRule{3, kMode, "cline-edit-tool", "act", 80},
    SignalRule{4, kMode, "environment-plan-mode", "plan", 95},
    SignalRule{5, kMode, "environment-act-mode", "act", 95},
    SignalRule{6, kMode, "claude-code-plan-reminder", "plan", 90},
    SignalRule{7, kMode, "claude-code-permission-mode", "plan", 98},
    SignalRule{8, kMode, "claude-code-no-plan-mark", "act", 70},
    SignalRule{9, kMode, "cline-no-edit-tool", "plan", 60},
    SignalRule{20, kClient, "session-header", "", 95},
    SignalRule{21, kClient, "user-agent", "", 90},
    SignalRule{22, kClient, "sdk-user-agent", "", 70},
    SignalRule{40, kSession, "task-header", "", 98},
    SignalRule{41, kSession, "session-in-body", "", 95},
    SignalRule{42, kSession, "session-header", "", 95},
    SignalRule{43, kSession, "prompt-cache-key", "", 75},
    SignalRule{44, kSession, "first-user-text", "", 50},
};

// Words that tell a mode, where they stand. As raw JSON: none of them needs an escape.
struct Words {
  std::uint8_t rule;
  bool in_system;  // else in the last user message
  std::string_view first, then;
};
constexpr std::array kWords{
    Words{1, true, "# Plan Mode", "You are in Plan mode."},
    Words{4, false, "# Current Mode", "PLAN MODE"},
    Words{5, false, "# Current Mode", "ACT MODE"},
    Words{6, false, "<system-reminder>", "Plan mode is active."},
};

bool holds(std::string_view text, const Words& words) {
  auto at = text.find(words.first);
  return at != text.npos && text.find(words.then, at) != text.npos;
}

std::uint8_t surer(std::uint8_t a, std::uint8_t b) {
  const auto *left = signal_rule(a), *right = signal_rule(b);
  if (!left || !right) return left ? a : b;
  return right->confidence > left->confidence ? b : a;
}

std::uint8_t mode_of_text(std::string_view text, bool in_system) {
  std::uint8_t found = 0;
  text = text.substr(0, kReadOfBlock);
  for (const auto& words : kWords) {
    if (words.in_system == in_system && holds(text, words)) found = surer(found, words.rule);
  }
  return found;
}

std::uint8_t mode_of_system(const wire::Envelope& envelope, std::string_view body) {
  std::uint8_t found = 0;
  for (const auto& block : envelope.blocks) {
    if (block.kind != wire::BlockKind::kSystem) continue;
    found = surer(found, mode_of_text(block.raw.of(body), true));
    if (block.message > 1) break;  // later ones are the client's remarks in between
  }
  return found;
}

std::uint8_t mode_of_last_user(const wire::Envelope& envelope, std::string_view body) {
  std::uint8_t found = 0;
  std::optional<std::uint32_t> message;
  for (auto block = envelope.blocks.rbegin(); block != envelope.blocks.rend(); ++block) {
    if (block->kind != wire::BlockKind::kUser) continue;
    if (message && *message != block->message) break;
    message = block->message;
    found = surer(found, mode_of_text(block->raw.of(body), false));
  }
  return found;
}

std::uint8_t mode_of_tools(const wire::Envelope& envelope) {
  const auto& names = envelope.tool_names;
  auto has = [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
  if (has("switch_to_act_mode")) return 2;
  if (has("editor") || has("apply_patch") || has("write_to_file")) return 3;
  return has("run_commands") ? 9 : 0;
}

// The permission mode stands in "safeguards", whose strings are blocks of no other kind.
bool says_permission_mode_plan(const wire::Envelope& envelope, std::string_view body) {
  for (const auto& span : envelope.settings) {
    auto member = span.of(body);
    if (!member.starts_with("safeguards\"")) continue;
    auto at = member.find("\"permission_mode\"");
    if (at == member.npos) return false;
    auto value =
        member.find_first_not_of(" \t\r\n:", at + std::string_view("\"permission_mode\"").size());
    return value != member.npos && member.substr(value).starts_with("\"plan\"");
  }
  return false;
}

}  // namespace

const SignalRule* signal_rule(std::uint8_t number) {
  const auto* rule = std::ranges::find(kRules, number, &SignalRule::number);
  return number == 0 || rule == kRules.end() ? nullptr : rule;
}

ModeSignals find_mode(const wire::Envelope& envelope, std::string_view body,
                      wire::ClientKind client, const std::uint8_t* system_before) {
  ModeSignals out;
  out.from_system = system_before ? *system_before : mode_of_system(envelope, body);
  out.mode = surer(out.from_system, mode_of_last_user(envelope, body));
  if (client == wire::ClientKind::kCline) out.mode = surer(out.mode, mode_of_tools(envelope));
  if (client == wire::ClientKind::kClaudeCode) {
    if (says_permission_mode_plan(envelope, body)) out.mode = surer(out.mode, 7);
    if (out.mode == 0) out.mode = 8;
  }
  return out;
}

std::uint8_t client_signal(wire::ClientKind client, bool claude_session_header) {
  switch (client) {
    case wire::ClientKind::kUnknown:
      return 0;
    case wire::ClientKind::kOpenAiSdk:
    case wire::ClientKind::kAnthropicSdk:
    case wire::ClientKind::kCurl:
      return 22;  // whichever program uses it
    default:
      return claude_session_header && client == wire::ClientKind::kClaudeCode ? 20 : 21;
  }
}

std::uint8_t session_signal(const http::Headers& headers, const wire::Envelope& envelope,
                            bool named_by_client) {
  if (!named_by_client) return envelope.first_user ? 44 : 0;
  if (!headers.get("x-task-id").empty()) return 40;
  if (!envelope.litellm_session_id.empty()) return 41;
  for (auto name : {"x-claude-code-session-id", "session-id", "x-session-id", "x-session-affinity",
                    "x-litellm-session-id"}) {
    if (!headers.get(name).empty()) return 42;
  }
  return envelope.metadata_user_id.contains("session_id") ? 41 : 43;
}

}  // namespace sekisho::gateway
