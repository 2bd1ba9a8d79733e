#pragma once
// The text of a virtual key, made once and never kept: "sk-" and 256 random bits in base64url.

#include <string>
#include <string_view>

#include "base/random.h"

namespace sekisho::identity {

// REQUIRES: `random` is of cryptographic quality.
std::string make_key_text(Random& random);
// What may be shown and stored: "sk-…abcd".
std::string display_form(std::string_view key);
// Shaped like a key of ours; says nothing about whether it exists.
bool looks_like_key(std::string_view text);

}  // namespace sekisho::identity
