#pragma once
// The last line of defence of logs: whatever looks like a credential is replaced before a line is
// written, wherever it comes from. Pure; errs on the side of replacing.

#include <string>
#include <string_view>

namespace sekisho::trace {

// Replaces by "[redacted]":
// - keys by their beginnings (sk-, AKIA, ASIA, ABSK, bedrock-api-key-, ghp_, xoxb-, AIza …),
// - what follows "Bearer " or "Basic ",
// - JSON web tokens (eyJ…),
// - the values of "Signature=" and "Credential=",
// - the shape of an AWS secret key: 40 characters of base64 with upper and lower case and digits,
// - any run of 32 or more letters, digits, - and _ that mixes upper case, lower case and digits.
// Request ids, UUIDs, hexadecimal hashes, model ids and ARNs stay.
std::string redact_secrets(std::string_view text);

}  // namespace sekisho::trace
