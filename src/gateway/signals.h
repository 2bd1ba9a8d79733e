#pragma once
// What a call tells about how its agent works, each with a confidence in percent and the rule that
// said so: whether the agent plans or acts, which client it is, which session or task the call
// belongs to. Signals are hints for people and policies: a client can tell anything. The rules are
// data with numbers that never change their meaning (records keep the numbers), from observations
// of the clients in November 2026. Pure.

#include <array>
#include <cstdint>
#include <string_view>

#include "http/message.h"
#include "wire/dialect.h"
#include "wire/envelope.h"

namespace sekisho::gateway {

enum class SignalKind : std::uint8_t { kMode, kClient, kSession };

struct SignalRule {
  std::uint8_t number;  // in records; 0 is none
  SignalKind kind;
  std::string_view id;     // "cline-plan-section"
  std::string_view value;  // "plan", "act"; "" where the record has it (client, session)
  std::uint8_t confidence;
};

// The rules that fired, by number; 0 = none did.
struct Signals {
  std::uint8_t mode = 0, client = 0, session = 0;
  std::uint32_t packed() const {
    return mode | std::uint32_t{client} << 8 | std::uint32_t{session} << 16;
  }
  static Signals unpacked(std::uint32_t number) {
    auto byte = [&](int shift) { return static_cast<std::uint8_t>(number >> shift); };
    return {byte(0), byte(8), byte(16)};
  }
  friend bool operator==(const Signals&, const Signals&) = default;
};

// Null for a number that no rule here has.
const SignalRule* signal_rule(std::uint8_t number);

// `system_before`: the mode that the same system prompt told in an earlier turn, if its bytes up to
// the last system block are the same; then it is not read again.
struct ModeSignals {
  std::uint8_t mode = 0;         // the surest of all
  std::uint8_t from_system = 0;  // what the system prompt told
};
ModeSignals find_mode(const wire::Envelope& envelope, std::string_view body,
                      wire::ClientKind client, const std::uint8_t* system_before);

// `session`: what the record names; empty = none.
std::uint8_t client_signal(wire::ClientKind client, bool claude_session_header);
std::uint8_t session_signal(const http::Headers& headers, const wire::Envelope& envelope,
                            bool named_by_client);

}  // namespace sekisho::gateway
