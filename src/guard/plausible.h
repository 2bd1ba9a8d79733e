#pragma once
// Does a string look like a secret, or like a placeholder, a reference, an identifier, a hash?
// Pure functions of the string.

#include <cstdint>
#include <string_view>

namespace sekisho::guard {

// Shannon entropy of the bytes, in bits per byte.
double entropy(std::string_view text);

// Kinds of characters (rule.h Mix) that the text has.
std::uint8_t character_mix(std::string_view text);

// "xxxxxxxx", "your-key", "EXAMPLE", "1234567890", "****" and the like.
bool is_placeholder(std::string_view text);

// ${VAR}, {{var}}, <key>, $VAR, %s, process.env.X, os.environ, vault:..., a path or a call.
bool is_reference(std::string_view text);

// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text);

// Subresource integrity, "sha256:..." and other digests that say what they are.
bool is_named_digest(std::string_view text);

// A value under a name like "password": `quoted` says that it is a literal for certain.
bool is_plausible_password(std::string_view value, bool quoted);

// A value under a name like "token", "secret", "api_key".
bool is_plausible_secret(std::string_view value, bool quoted);

}  // namespace sekisho::guard
